import { type AddressRange, Coverage } from '../config/address-window.ts';
import { higher, lower } from './paint.ts';

/** Room that is looked for; bytes. */
export interface PlaceWanted {
  readonly size: bigint;
  /** The start is a multiple of it. */
  readonly alignment: bigint;
  /** Where it may lie. */
  readonly within: readonly AddressRange[];
  /** What it may not touch. */
  readonly taken: readonly AddressRange[];
  /** The nearer to this address, the better. */
  readonly near: bigint;
}

/** The start of the nearest free place that is large enough; of two that are equally near the lower one. Undefined where there is none. */
export function nearestFreePlace({ size, alignment, within, taken, near }: PlaceWanted): bigint | undefined {
  const occupied = new Coverage(taken);
  let best: bigint | undefined;
  const better = (start: bigint): boolean => best === undefined || distance(start, near) < distance(best, near);
  for (const range of new Coverage(within).ranges) {
    for (const gap of occupied.gaps(range)) {
      const first = roundUp(gap.start, alignment);
      const last = roundDown(gap.start + gap.size - size, alignment);
      if (last < first) continue;
      const wish = roundDown(near, alignment);
      for (const start of [wish, wish + alignment]) {
        const inside = higher(first, lower(start, last));
        if (better(inside)) best = inside;
      }
    }
  }
  return best;
}

export function roundUp(address: bigint, alignment: bigint): bigint {
  return ((address + alignment - 1n) / alignment) * alignment;
}

export function roundDown(address: bigint, alignment: bigint): bigint {
  return address - (((address % alignment) + alignment) % alignment);
}

function distance(a: bigint, b: bigint): bigint {
  return a < b ? b - a : a - b;
}
