import type { Finding, Severity } from '../source/finding.ts';
import type { Span } from '../source/span.ts';
import type { Range } from '../system/paint.ts';

/** By the board's addresses, or by those that each cell sees. */
export type MapView = 'physical' | 'virtual';

export type BlockKind =
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

/** A stretch of addresses with an owner. `end` is exclusive, at most 2^64; a region of size 0 has `end === start`. */
export interface Block extends Range {
  /** Stays the same while numbers are edited: the lane, and the place in its array or the name. Unique in a map. */
  readonly id: string;
  readonly kind: BlockKind;
  /** `mem_regions[3]`, `GPU memory`, `serial@7e215040`. */
  readonly name: string;
  /** What the name does not tell: the section of a link, the devices in a window. */
  readonly detail: string | undefined;
  /** Start in the other address space, where it is another one: guest address in the physical view, and the reverse. */
  readonly other: bigint | undefined;
  /** `READ`, `IO_32`; `no-map` of a reservation, `disabled` of a device. */
  readonly flags: readonly string[];
  readonly owner: string;
  /** Where its address is written. */
  readonly span: Span | undefined;
  /** All places that speak of this block; the whole initialiser or node last. */
  readonly places: readonly Span[];
  /** Blocks of several lanes with the same value are the same memory, shared on purpose. */
  readonly link: string | undefined;
  /** False where the owner of the lane reaches no byte of it at the chosen moment. */
  readonly reachable: boolean;
}

export interface Lane {
  readonly id: string;
  readonly title: string;
  readonly kind: 'board' | 'hypervisor' | 'root' | 'cell';
  /** The config that it is drawn from; undefined for the board. */
  readonly config: string | undefined;
  /** By start, then the larger first; blocks of one lane may lie on each other. */
  readonly blocks: readonly Block[];
}

/** A finding about addresses, with the blocks that it is about. */
export interface Collision {
  /** The rule and the first block, which an edit of a number leaves alone. */
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  /** The common addresses; undefined where the blocks have none. */
  readonly range: Range | undefined;
  /** Ids of the blocks, the guilty ones first; empty where the finding lies outside of the chosen view. */
  readonly blocks: readonly string[];
  readonly finding: Finding;
}

export interface MemoryMap {
  readonly view: MapView;
  readonly lanes: readonly Lane[];
  /** Addresses below the highest one in use that belong to nobody, ascending: blocks and gaps cover the axis without a hole. */
  readonly gaps: readonly Range[];
}

/** One more than the highest address. */
export const addressEnd = 1n << 64n;

/** The range as far as there are addresses. */
export function rangeFrom(start: bigint, size: bigint): Range {
  const end = start + size;
  return { start, end: end > addressEnd ? addressEnd : end };
}

export function sortBlocks(blocks: readonly Block[]): readonly Block[] {
  return [...blocks].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : a.end > b.end ? -1 : a.end < b.end ? 1 : 0));
}
