import type { SimulatedBoard } from './machine.ts';

export interface PhysicalRange {
  readonly start: bigint;
  readonly size: bigint;
}

/** What Linux calls System RAM: its RAM without what the device tree reserves. */
export function systemRam({ linuxRam, reserved }: SimulatedBoard): readonly PhysicalRange[] {
  let ranges: readonly PhysicalRange[] = linuxRam;
  for (const hole of reserved) {
    const holeEnd = hole.start + hole.size;
    ranges = ranges.flatMap(({ start, size }) => {
      const end = start + size;
      if (holeEnd <= start || hole.start >= end) return [{ start, size }];
      const parts: PhysicalRange[] = [];
      if (hole.start > start) parts.push({ start, size: hole.start - start });
      if (holeEnd < end) parts.push({ start: holeEnd, size: end - holeEnd });
      return parts;
    });
  }
  return ranges;
}

export function overlaps(a: PhysicalRange, b: PhysicalRange): boolean {
  return a.start < b.start + b.size && b.start < a.start + a.size;
}
