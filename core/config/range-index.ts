import type { AddressRange } from './address-window.ts';

interface Entry<T> {
  readonly item: T;
  /** Place in the list that was given. */
  readonly order: number;
  readonly start: bigint;
  readonly end: bigint;
  /** The entry that reaches furthest, of all up to this one. */
  readonly furthest: Entry<T> | undefined;
}

/** Items by the addresses that they take: n log n to make, log n and the number of answers to ask. Empty ranges are left out. */
export class RangeIndex<T> {
  private readonly entries: readonly Entry<T>[];

  constructor(items: readonly T[], rangeOf: (item: T) => AddressRange) {
    const entries = items.map((item, order) => {
      const { start, size } = rangeOf(item);
      return { item, order, start, end: start + size };
    });
    const sorted = entries.filter(({ start, end }) => end > start).sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
    let before: Entry<T> | undefined;
    this.entries = sorted.map((entry) => {
      const furthest: Entry<T> | undefined = before?.furthest ?? before;
      before = { ...entry, furthest: furthest !== undefined && furthest.end >= entry.end ? furthest : undefined };
      return before;
    });
  }

  /** Items that hold a part of the range, in the order in which they were given. */
  overlapping(range: AddressRange): readonly T[] {
    if (range.size <= 0n) return [];
    const found: Entry<T>[] = [];
    for (let at = this.startingBefore(range.start + range.size) - 1; at >= 0; at--) {
      const entry = this.entries[at] as Entry<T>;
      if (entry.end > range.start) found.push(entry);
      else if ((entry.furthest ?? entry).end <= range.start) break;
    }
    return found.sort((a, b) => a.order - b.order).map(({ item }) => item);
  }

  /** Of the items in front of the range and behind it, the one with the smallest gap in between; those that overlap it do not count. */
  nearest({ start, size }: AddressRange): { readonly item: T; readonly gap: bigint } | undefined {
    const behindAt = this.startingBefore(start + size);
    const behind = this.entries[behindAt];
    const last = this.entries[behindAt - 1];
    const front = last === undefined ? undefined : (last.furthest ?? last);
    const gapBehind = behind && behind.start - start - size;
    const gapFront = front === undefined || front.end > start ? undefined : start - front.end;
    if (front !== undefined && gapFront !== undefined && (gapBehind === undefined || gapFront <= gapBehind))
      return { item: front.item, gap: gapFront };
    return behind !== undefined && gapBehind !== undefined ? { item: behind.item, gap: gapBehind } : undefined;
  }

  /** How many entries start before an address. */
  private startingBefore(address: bigint): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle] as Entry<T>).start < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
