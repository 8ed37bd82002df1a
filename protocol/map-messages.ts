/**
 * The memory map between server, client and webview. Addresses and sizes are hex strings (`0xfe215040`), ends are exclusive. Ids stay the same when
 * a number is edited, so that selection survives.
 */

import type { SystemResources } from './resource-messages.ts';

/** A place in a file, as the editor counts: lines and UTF-16 columns from 0. */
export interface MapPlace {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
  readonly endLine: number;
  readonly endCharacter: number;
}

/** What a block is; the webview has a colour, a pattern and a word for each. */
export type MapBlockKind =
  | 'ram'
  | 'gpu'
  | 'reserved'
  | 'device'
  | 'pci'
  | 'gic'
  | 'hypervisor'
  | 'cell-ram'
  | 'loadable'
  | 'mmio'
  | 'shared'
  | 'comm'
  | 'ecam'
  | 'ecam-mmio'
  | 'empty';

export interface MapBlock {
  readonly id: string;
  readonly kind: MapBlockKind;
  /** `mem_regions[3]`, `GPU memory`, `serial@7e215040`. */
  readonly name: string;
  readonly start: string;
  readonly end: string;
  /** `4 MiB`. */
  readonly size: string;
  /** Where the other address space has it, in regions that are not mapped one to one: guest address in the physical view, and the reverse. */
  readonly other: string | undefined;
  /** `READ`, `WRITE`, `IO_32` … */
  readonly flags: readonly string[];
  readonly owner: string;
  /** The value of its address. */
  readonly place: MapPlace | undefined;
  /** All of its text, braces or node included: with the caret in it, the block is meant. */
  readonly whole?: MapPlace;
  /** What the name does not tell: `state table, ivshmem 00:00.0`, `brcm,bcm2711-genet-v5`. */
  readonly detail?: string;
  /** Blocks of several lanes with the same value are the same memory, shared on purpose. */
  readonly link: string | undefined;
  /** False where the owner of the lane cannot reach it at the chosen moment. */
  readonly reachable: boolean;
}

export interface MapLane {
  readonly id: string;
  readonly title: string;
  readonly kind: 'board' | 'hypervisor' | 'root' | 'cell';
  /** By start; blocks of one lane may lie on each other. */
  readonly blocks: readonly MapBlock[];
}

export interface MapGap {
  readonly start: string;
  readonly end: string;
  readonly size: string;
}

/** A finding about addresses, with the blocks that it is about. */
export interface MapCollision {
  readonly id: string;
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  readonly message: string;
  /** The common addresses; undefined where they cannot be told from the blocks. */
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly blocks: readonly string[];
  readonly place: MapPlace;
  /** Titles of its quick fixes, to be asked for by `mapFixRequest`. */
  readonly fixes: readonly string[];
}

export interface MapChoice {
  readonly id: string;
  readonly title: string;
}

/** What may be tried without writing anything. */
export interface MapWhatIf {
  /** Id of a RAM variant; undefined: all that the configs are checked for. */
  readonly variant?: string;
  /** MiB; Raspberry Pi only. */
  readonly gpuMem?: number;
  /** Id of a moment. */
  readonly moment?: string;
  readonly view?: 'physical' | 'virtual';
}

/** Client to server: the map of the system that a document belongs to. */
export const memoryMapRequest = 'jailhouse-cells/memoryMap';

export interface MemoryMapParams {
  readonly uri: string;
  readonly whatIf?: MapWhatIf;
  /** Where the map is shown; left out: on a page of its own. Each place has its own what-if, and is told of changes of that. */
  readonly shownIn?: MapViewer;
}

export type MapViewer = 'page' | 'systems';

export interface MemoryMapResult {
  readonly system: string;
  readonly rootUri: string;
  readonly board: string;
  readonly view: 'physical' | 'virtual';
  readonly lanes: readonly MapLane[];
  /** Between the blocks of all lanes, below the highest address in use. */
  readonly gaps: readonly MapGap[];
  readonly collisions: readonly MapCollision[];
  /** CPUs, interrupts, PCI functions and links. */
  readonly resources: SystemResources;
  readonly variants: readonly MapChoice[];
  readonly moments: readonly MapChoice[];
  readonly chosen: { readonly variant: string | undefined; readonly gpuMem: number | undefined; readonly moment: string };
  /** Undefined on other boards than Raspberry Pis. `stated`: MiB that config.txt states or the firmware takes by default; `value`: MiB that the map shows, stated or tried. */
  readonly gpuMem: { readonly value: number; readonly stated: number; readonly least: number; readonly most: number } | undefined;
  /** URI of config.txt, where `mapApplyRequest` writes; left out where there is none. */
  readonly configTxt?: string;
  /** True while a text cannot be read and the last good state is shown. */
  readonly stale: boolean;
}

/** A system that there is no map of, and what to do about it. */
export interface NoMemoryMap {
  readonly reason: string;
}

/** Server to client: maps that were asked for may look different now. */
export const mapChangedNotification = 'jailhouse-cells/mapChanged';

export interface MapChangedParams {
  /** `MemoryMapResult.rootUri` of the systems whose map changed. */
  readonly rootUris: readonly string[];
}

/** Client to server: the workspace edit of a quick fix of a collision, by its title. */
export const mapFixRequest = 'jailhouse-cells/mapFix';

export interface MapFixParams {
  readonly uri: string;
  readonly collision: string;
  readonly title: string;
  /** The map that shows the collision; left out: the one that a page asked for last. */
  readonly whatIf?: MapWhatIf;
}

/** Client to server: the workspace edit that writes a tried `gpuMem` into config.txt; null where nothing is to be written. */
export const mapApplyRequest = 'jailhouse-cells/mapApply';

export interface MapApplyParams {
  readonly uri: string;
  /** MiB. */
  readonly gpuMem: number;
}

/** Client to server: the map as the text of a file, the same that `jailhouse-cells map` writes. */
export const mapExportRequest = 'jailhouse-cells/mapExport';

/** Forms that the server writes; a PNG is drawn from the SVG by the page. */
export type MapExportForm = 'svg' | 'markdown' | 'json';

export interface MapExportParams {
  readonly uri: string;
  readonly form: MapExportForm;
  readonly whatIf?: MapWhatIf;
}

export interface MapExportResult {
  /** Name of the system, and URI of its system config. */
  readonly system: string;
  readonly rootUri: string;
  readonly text: string;
}
