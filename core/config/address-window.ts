import type { Span } from '../source/span.ts';
import { isEmpty } from './memory-flags.ts';
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

/** True when `range` lies in the union of the physical ranges of `regions`. */
export function isCoveredByPhys(range: AddressRange, regions: readonly MemoryRegion[]): boolean {
  const end = range.start + range.size;
  let at = range.start;
  const sorted = regions.filter((region) => !isEmpty(region)).sort((a, b) => (a.physStart.value < b.physStart.value ? -1 : 1));
  for (const region of sorted) {
    if (region.physStart.value > at) break;
    const regionEnd = region.physStart.value + region.size.value;
    if (regionEnd > at) at = regionEnd;
    if (at >= end) return true;
  }
  return at >= end;
}
