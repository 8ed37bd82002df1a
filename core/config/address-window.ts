import type { Span } from '../source/span.ts';
import type { MemoryRegion } from './model.ts';

/** A stretch of addresses that something other than a cell's own regions claims. Addresses and size in bytes. */
export interface AddressWindow {
  /** As messages call it: `GICD`, `the PCI MMCONFIG window`. */
  readonly name: string;
  readonly start: bigint;
  readonly size: bigint;
  /** Where the config says so. */
  readonly span: Span;
}

export interface AddressRange {
  readonly start: bigint;
  readonly size: bigint;
}

/** Guest-physical addresses of a region: what the cell sees, and what the hypervisor intercepts by. */
export function virtRange(region: MemoryRegion): AddressRange {
  return { start: region.virtStart.value, size: region.size.value };
}

export function physRange(region: MemoryRegion): AddressRange {
  return { start: region.physStart.value, size: region.size.value };
}

/** Empty ranges overlap nothing. */
export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.size > 0n && b.size > 0n && a.start < b.start + b.size && b.start < a.start + a.size;
}

/** The common part of two overlapping ranges. */
export function intersection(a: AddressRange, b: AddressRange): AddressRange {
  const sameStart = later(a.start, b.start);
  const endA = a.start + a.size;
  const endB = b.start + b.size;
  return { start: sameStart, size: endA + endB - later(endA, endB) - sameStart };
}

function later(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

/** A union of ranges that answers whether it covers another one: n log n to make, log n to ask. */
export class Coverage {
  private readonly starts: bigint[] = [];
  private readonly ends: bigint[] = [];

  constructor(ranges: readonly AddressRange[]) {
    const sorted = ranges.filter((range) => range.size > 0n).sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
    for (const range of sorted) {
      const last = this.ends.length - 1;
      const end = range.start + range.size;
      const lastEnd = this.ends[last];
      if (lastEnd === undefined || range.start > lastEnd) {
        this.starts.push(range.start);
        this.ends.push(end);
      } else if (end > lastEnd) this.ends[last] = end;
    }
  }

  covers(range: AddressRange): boolean {
    const end = this.ends[this.lastAt(range.start)];
    return end !== undefined && range.start + range.size <= end;
  }

  /** The last range that starts at an address or before it; -1 for none. */
  private lastAt(address: bigint): number {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] as bigint) <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The parts of a range that the union leaves out, ascending. */
  gaps(range: AddressRange): readonly AddressRange[] {
    const gaps: AddressRange[] = [];
    const end = range.start + range.size;
    let at = range.start;
    for (let i = Math.max(0, this.lastAt(at)); i < this.starts.length && at < end; i++) {
      const start = this.starts[i] as bigint;
      const stop = this.ends[i] as bigint;
      if (stop <= at) continue;
      if (start >= end) break;
      if (start > at) gaps.push({ start: at, size: start - at });
      at = stop;
    }
    if (at < end) gaps.push({ start: at, size: end - at });
    return gaps;
  }

  /** The union itself, as disjoint ranges, ascending. */
  get ranges(): readonly AddressRange[] {
    return this.starts.map((start, i) => ({ start, size: (this.ends[i] as bigint) - start }));
  }
}
