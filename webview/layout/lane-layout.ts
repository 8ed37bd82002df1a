/** A block with its addresses as numbers; `end` is exclusive and may equal `start`. */
export interface Extent {
  readonly id: string;
  readonly start: bigint;
  readonly end: bigint;
}

export interface PlacedExtent<E extends Extent> {
  readonly block: E;
  /** How many blocks of the lane it lies on: it is drawn that much narrower. */
  readonly depth: number;
  /** The largest part that no other block of the lane covers: the place for its text; undefined when it is covered all over. */
  readonly open: { readonly start: bigint; readonly end: bigint } | undefined;
}

/**
 * Blocks of a lane in the order to draw them: what lies on another one comes later.
 *
 * @param hatched Addresses that are drawn over: text keeps clear of them where a block has any other part.
 */
export function layOutLane<E extends Extent>(blocks: readonly E[], hatched: readonly Omit<Extent, 'id'>[] = []): PlacedExtent<E>[] {
  const sorted: (E | Omit<Extent, 'id'>)[] = [...blocks, ...hatched].sort(byStartThenSize);
  const placed: PlacedExtent<E>[] = [];
  const below: { block: E; depth: number; cover: bigint; best: { start: bigint; end: bigint } | undefined; index: number }[] = [];
  const close = (until: bigint | undefined) => {
    for (let index = below.length - 1; index >= 0; index--) {
      const entry = below[index];
      if (entry === undefined || (until !== undefined && entry.block.end > until)) continue;
      better(entry, entry.block.end);
      placed[entry.index] = { block: entry.block, depth: entry.depth, open: entry.best };
      below.splice(index, 1);
    }
  };
  for (const block of sorted) {
    close(block.start);
    // What began earlier and is not yet over lies below.
    for (const entry of below) {
      better(entry, block.start);
      if (block.end > entry.cover) entry.cover = block.end;
    }
    if (!isBlock(block)) continue;
    const depth = below.reduce((deepest, entry) => Math.max(deepest, entry.depth + 1), 0);
    below.push({ block, depth, cover: block.start, best: undefined, index: placed.length });
    placed.push({ block, depth, open: undefined });
  }
  close(undefined);
  return placed.sort((a, b) => a.depth - b.depth);
}

function isBlock<E extends Extent>(extent: E | Omit<Extent, 'id'>): extent is E {
  return 'id' in extent;
}

/** Takes the part from what is covered so far up to `end`, if it is the largest yet. */
function better(entry: { cover: bigint; best: { start: bigint; end: bigint } | undefined }, end: bigint): void {
  if (end <= entry.cover) return;
  if (entry.best === undefined || end - entry.cover > entry.best.end - entry.best.start) entry.best = { start: entry.cover, end };
}

function byStartThenSize(a: Omit<Extent, 'id'>, b: Omit<Extent, 'id'>): number {
  if (a.start !== b.start) return a.start < b.start ? -1 : 1;
  if (a.end !== b.end) return a.end > b.end ? -1 : 1;
  return 0;
}
