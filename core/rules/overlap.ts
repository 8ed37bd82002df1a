import type { AddressRange } from '../config/address-window.ts';

interface Entry<T> {
  readonly item: T;
  readonly start: bigint;
  readonly end: bigint;
}

/** Pairs visited at most: where everything overlaps everything, their number would grow with the square. */
const maxVisitedPairs = 20_000;

/**
 * Calls `visit` for every pair of items whose ranges overlap, until it returns false or 20,000 pairs are visited. Items with
 * empty ranges overlap nothing. Sweeps over the sorted starts: n log n, plus the number of pairs.
 */
export function forEachOverlap<T>(items: readonly T[], rangeOf: (item: T) => AddressRange, visit: (a: T, b: T) => boolean): void {
  let visited = 0;
  const entries: Entry<T>[] = [];
  for (const item of items) {
    const { start, size } = rangeOf(item);
    if (size > 0n) entries.push({ item, start, end: start + size });
  }
  entries.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));

  // Ranges that reach beyond the present start. Compacted in place, so that an ended one is looked at once more at most.
  let open: Entry<T>[] = [];
  for (const entry of entries) {
    open = open.filter((earlier) => earlier.end > entry.start);
    for (const earlier of open) if (!visit(earlier.item, entry.item) || ++visited >= maxVisitedPairs) return;
    open.push(entry);
  }
}

/** Overlaps reported for one config by one rule. A config with more is wrong as a whole, and nobody reads them. */
export const maxReportedOverlaps = 200;
