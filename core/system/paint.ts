/** A stretch of addresses; `end` is the first address behind it. */
export interface Range {
  readonly start: bigint;
  readonly end: bigint;
}

/** What one stroke puts down on its range: a value that is asked for by address, or nothing (it erases). */
export interface Stroke<T> extends Range {
  readonly value: T | undefined;
}

export interface Painted<T> extends Range {
  readonly value: T;
}

/**
 * Lays strokes over painted ranges, in order: a later one hides what it covers. Takes and gives sorted disjoint ranges; those
 * of one value that touch become one. Costs n log n of ranges and strokes together. Empty strokes do nothing.
 */
export function paint<T>(base: readonly Painted<T>[], strokes: readonly Stroke<T>[]): readonly Painted<T>[] {
  const layers = strokes.filter((stroke) => stroke.end > stroke.start);
  if (layers.length === 0) return base;
  const all: readonly Stroke<T>[] = [...base, ...layers];
  // The number of a stroke is its place in `all`: where several cover an address, the highest one shows.
  const byStart = layers.map((_, at) => base.length + at).sort((a, b) => compare(startOf(all, a), startOf(all, b)));
  const edges = edgesOf(all);
  const showing = new Highest((number) => (all[number] as Stroke<T>).end);
  const painted: Painted<T>[] = [];
  let nextBase = 0;
  let nextLayer = 0;
  for (let at = 0; at + 1 < edges.length; at++) {
    const start = edges[at] as bigint;
    const end = edges[at + 1] as bigint;
    while (nextBase < base.length && startOf(all, nextBase) <= start) showing.add(nextBase++);
    for (let number = byStart[nextLayer]; number !== undefined && startOf(all, number) <= start; number = byStart[nextLayer]) {
      showing.add(number);
      nextLayer++;
    }
    const number = showing.at(start);
    const value = number === undefined ? undefined : (all[number] as Stroke<T>).value;
    if (value !== undefined) append(painted, { start, end, value });
  }
  return painted;
}

function append<T>(painted: Painted<T>[], range: Painted<T>): void {
  const last = painted.at(-1);
  if (last !== undefined && last.end === range.start && last.value === range.value)
    painted[painted.length - 1] = { ...last, end: range.end };
  else painted.push(range);
}

/** Ascending, each once. */
export function edgesOf(ranges: readonly Range[]): readonly bigint[] {
  const edges = ranges.flatMap((range) => [range.start, range.end]).sort(compare);
  return edges.filter((edge, at) => edge !== edges[at - 1]);
}

function startOf<T>(all: readonly Stroke<T>[], number: number): bigint {
  return (all[number] as Stroke<T>).start;
}

export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function lower(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

export function higher(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

/** The range that holds an address, of sorted disjoint ones. */
export function rangeAt<R extends Range>(ranges: readonly R[], address: bigint): R | undefined {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as R).start <= address) low = middle + 1;
    else high = middle;
  }
  const found = ranges[low - 1];
  return found !== undefined && address < found.end ? found : undefined;
}

/** A heap of numbers with the highest on top; those whose range has ended go when they come up. */
class Highest {
  private readonly heap: number[] = [];

  constructor(private readonly endOf: (number: number) => bigint) {}

  add(number: number): void {
    let at = this.heap.push(number) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((this.heap[above] as number) >= number) break;
      this.heap[at] = this.heap[above] as number;
      at = above;
    }
    this.heap[at] = number;
  }

  /** The highest whose range holds the address; addresses must ascend. */
  at(address: bigint): number | undefined {
    while (this.heap.length > 0 && this.endOf(this.heap[0] as number) <= address) this.removeTop();
    return this.heap[0];
  }

  private removeTop(): void {
    const moved = this.heap.pop() as number;
    const { length } = this.heap;
    if (length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= length) break;
      if (below + 1 < length && (this.heap[below + 1] as number) > (this.heap[below] as number)) below++;
      if ((this.heap[below] as number) <= moved) break;
      this.heap[at] = this.heap[below] as number;
      at = below;
    }
    this.heap[at] = moved;
  }
}
