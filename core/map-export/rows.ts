import type { Block, Lane } from '../memory-map/model.ts';
import { higher } from '../system/paint.ts';
import type { MemoryMapReading } from '../workspace/memory-maps.ts';

/** A stretch of the axis in which no lane changes, devices of the board aside. */
export interface MapRow {
  readonly start: bigint;
  readonly end: bigint;
  /** Nobody has anything there. */
  readonly isFree: boolean;
  /** Drawn shorter than it is. */
  readonly isCompressed: boolean;
  /** By lane. */
  readonly cells: readonly RowCell[];
  /** Numbers of the collisions, from 1, whose common addresses these are. */
  readonly collisions: readonly number[];
}

export interface RowCell {
  /** The innermost block; undefined where the lane has nothing. */
  readonly block: Block | undefined;
  /** Blocks that begin here, the outer ones first. */
  readonly begins: readonly Block[];
  /** The block ends with this row. */
  readonly ends: boolean;
  /** Devices of the board in it that have no rows of their own. */
  readonly devices: readonly Block[];
  /** A collision in this row is about the block. */
  readonly collides: boolean;
}

/** A stretch of so many bytes is drawn as one line like a small one, with a mark. */
export const compressedFrom = 16n << 20n;

/** The axis from the lowest to the highest address, cut where a block begins or ends. Blocks of size 0 are nowhere on it. */
export function mapRows({ map, collisions }: MemoryMapReading): readonly MapRow[] {
  const involved = new Set(collisions.flatMap(({ blocks }) => blocks));
  const own = map.lanes.map((lane) => lane.blocks.filter((block) => block.end > block.start && !isInside(lane, block, involved)));
  const devices = map.lanes.map((lane) => lane.blocks.filter((block) => isInside(lane, block, involved)));
  const edges = edgesOf(own, map.gaps, devices);
  const lanes = own.map((blocks) => new LaneSweep(blocks));
  const ranges = collisions.flatMap(({ range, blocks }, at) =>
    range === undefined ? [] : [{ ...range, blocks: new Set(blocks), number: at + 1 }],
  );
  ranges.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  let open: typeof ranges = [];
  let next = 0;
  const rows: MapRow[] = [];
  for (let at = 0; at + 1 < edges.length; at++) {
    const start = edges[at] as bigint;
    const end = edges[at + 1] as bigint;
    for (let range = ranges[next]; range !== undefined && range.start < end; range = ranges[++next]) open.push(range);
    open = open.filter((range) => range.end > start);
    const cells = lanes.map((lane, index): RowCell => {
      const { block, begins } = lane.at(start);
      const inside = (devices[index] ?? []).filter((device) => device.start < end && device.end > start);
      const collides = block !== undefined && open.some(({ blocks }) => blocks.has(block.id) || begins.some(({ id }) => blocks.has(id)));
      return { block, begins, ends: block !== undefined && block.end <= end, devices: inside, collides };
    });
    rows.push({
      start,
      end,
      isFree: cells.every(({ block, devices: inside }) => block === undefined && inside.length === 0),
      isCompressed: end - start >= compressedFrom,
      cells,
      collisions: open.map(({ number }) => number),
    });
  }
  return rows;
}

/** A board has dozens of devices: those that nothing collides with share a row. */
function isInside(lane: Lane, block: Block, involved: ReadonlySet<string>): boolean {
  return lane.kind === 'board' && block.kind === 'device' && !involved.has(block.id);
}

function edgesOf(
  lanes: readonly (readonly Block[])[],
  gaps: readonly { readonly start: bigint; readonly end: bigint }[],
  devices: readonly (readonly Block[])[],
): readonly bigint[] {
  const inside = devices.flat();
  const edges = new Set<bigint>([0n]);
  const add = ({ start, end }: { readonly start: bigint; readonly end: bigint }): void => {
    edges.add(start);
    edges.add(end);
  };
  for (const block of lanes.flat()) add(block);
  // Between two devices there is nothing to see; a larger gap has a row.
  for (const gap of gaps) if (inside.length === 0 || gap.end - gap.start >= compressedFrom) add(gap);
  const top = inside.reduce((highest, { end }) => higher(highest, end), 0n);
  if (top > 0n) edges.add(top);
  return [...edges].sort((a, b) => (a < b ? -1 : 1));
}

/** Goes up the axis with the blocks of one lane, which are sorted by start. */
class LaneSweep {
  private open: Block[] = [];
  private next = 0;

  constructor(private readonly blocks: readonly Block[]) {}

  at(start: bigint): { readonly block: Block | undefined; readonly begins: readonly Block[] } {
    if (this.open.some(({ end }) => end <= start)) this.open = this.open.filter(({ end }) => end > start);
    const begins: Block[] = [];
    for (let block = this.blocks[this.next]; block !== undefined && block.start <= start; block = this.blocks[++this.next]) {
      begins.push(block);
      this.open.push(block);
    }
    let inner: Block | undefined;
    for (const block of this.open) if (inner === undefined || block.end - block.start <= inner.end - inner.start) inner = block;
    return { block: inner, begins };
  }
}
