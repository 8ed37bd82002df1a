import type { Architecture, Config } from '../config/model.ts';
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
  /** Fragments of C, shown on the page. */
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

export type Rule = FileRule | CellRule | SetRule;
