import type { Board, KernelCommandLine } from '../board/board.ts';
import type { Architecture, Config } from '../config/model.ts';
import type { DeviceTree } from '../devicetree/model.ts';
import type { Fix, RelatedPlace, Severity } from '../source/finding.ts';
import type { Span } from '../source/span.ts';

/** What a rule hands in; the engine adds the rule's id and its configured severity. */
export interface Report {
  readonly span: Span;
  readonly message: string;
  readonly related?: readonly RelatedPlace[];
  /** Made only when somebody asks for them: most findings are never mended by an edit. */
  readonly fixes?: readonly Fix[] | (() => readonly Fix[]);
  /** Only where one rule has cases of different weight; never above the rule's own severity. */
  readonly severity?: Severity;
}

export type Reporter = (report: Report) => void;

/** What every rule says about itself; its page, its setting and the index are made from this. */
interface RuleText {
  /** Stable kebab-case id. */
  readonly id: string;
  /** A few words, as a heading. */
  readonly title: string;
  readonly severity: Severity;
  /** Architectures it applies to; left out: all. */
  readonly arch?: readonly Architecture[];
  /** Rows of the rule catalogue that it covers. */
  readonly catalogue: readonly string[];
  readonly prose: {
    /** What it means. */
    readonly meaning: string;
    /** What the user would see on the board, and the source of that fact (file and function upstream). */
    readonly onTheBoard: string;
    /** How to mend it. */
    readonly remedy: string;
  };
  /** Fragments of C (of a device tree, config.txt …), shown on the page. */
  readonly bad: string;
  readonly good: string;
}

/** Sees one config alone. */
export interface FileRule extends RuleText {
  readonly scope: 'file';
  check(config: Config, report: Reporter): void;
}

/** Sees a system config and one member of its system: each cell, and the root cell itself (`member === system`). */
export interface CellRule extends RuleText {
  readonly scope: 'cell';
  check(system: Config, member: Config, report: Reporter): void;
}

/** Sees an explicit set of cells that are meant to run together, and their system config. */
export interface SetRule extends RuleText {
  readonly scope: 'set';
  check(system: Config, cells: readonly Config[], report: Reporter): void;
}

/** The files that say what the board is, for fixes that edit them. Paths are absolute. */
export interface BoardFiles {
  readonly project: string | undefined;
  readonly deviceTree: string | undefined;
  readonly overlays: readonly string[];
  readonly configTxt: string | undefined;
  readonly cmdlineTxt: string | undefined;
}

/** The text of a file as it counts now; undefined for a blob and for what cannot be read. */
export type TextOf = (path: string) => string | undefined;

/** A cell and the device tree of its guest. */
export interface GuestTree {
  readonly tree: DeviceTree;
  readonly cell: Config;
}

/** The board, and one member of a system that is to run on it. */
export interface BoardContext {
  readonly board: Board;
  readonly system: Config;
  /** A cell, or the system config itself for the root cell (`member === system`): what concerns the system as a whole is told there. */
  readonly member: Config;
  /** All cells of the system. They run together only where a jailhouse.json says so (`explicitSet`). */
  readonly cells: readonly Config[];
  readonly explicitSet: boolean;
  /** The cells that run something by a device tree, with the tree. */
  readonly guests: readonly GuestTree[];
  readonly files: BoardFiles;
  readonly text: TextOf;
}

/** Sees the board with each member of a system; silent where the board lacks the fact. */
export interface BoardRule extends RuleText {
  readonly scope: 'board';
  check(context: BoardContext, report: Reporter): void;
}

/** A file that is put into the cell's memory. */
export interface GuestImage {
  readonly path: string;
  /** Bytes; undefined while the file is not there. */
  readonly size: bigint | undefined;
  /** Where jailhouse.json names it. */
  readonly span: Span;
}

/** What runs in a cell by a device tree: its tree, and what `jailhouse cell linux` loads with it. */
export interface GuestContext extends GuestTree {
  readonly system: Config;
  readonly board: Board | undefined;
  /** Undefined where only the name of the tree says that it belongs to the cell. */
  readonly kernel: GuestImage | undefined;
  readonly initrd: GuestImage | undefined;
  readonly commandLine: KernelCommandLine | undefined;
  readonly text: TextOf;
}

/** Sees a cell with the device tree of its guest. */
export interface GuestRule extends RuleText {
  readonly scope: 'guest';
  check(context: GuestContext, report: Reporter): void;
}

export type Rule = FileRule | CellRule | SetRule | BoardRule | GuestRule;

/** Rules about one subject; each family has its folder, which `name` is called after. */
export interface RuleFamily {
  readonly name: string;
  readonly title: string;
  readonly rules: readonly Rule[];
}
