import type { AddressRange } from '@jailhouse-cells/core/config/address-window.ts';
import { nearestFreePlace } from '@jailhouse-cells/core/system/free-place.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const range = fc.record({ start: fc.bigInt(0n, 60n), size: fc.bigInt(0n, 20n) });

/** Every start in turn. */
function bySearch(size: bigint, alignment: bigint, within: readonly AddressRange[], taken: readonly AddressRange[], near: bigint) {
  const inside = (at: bigint, ranges: readonly AddressRange[]) =>
    ranges.some(({ start, size: length }) => start <= at && at < start + length);
  let best: bigint | undefined;
  for (let start = 0n; start < 100n; start += alignment) {
    let free = true;
    for (let at = start; at < start + size; at++) free &&= inside(at, within) && !inside(at, taken);
    const away = (at: bigint) => (at < near ? near - at : at - near);
    if (free && (best === undefined || away(start) < away(best))) best = start;
  }
  return best;
}

test('finds the nearest place that is free', () => {
  fc.assert(
    fc.property(
      fc.bigInt(1n, 12n),
      fc.constantFrom(1n, 2n, 4n, 8n),
      fc.array(range, { maxLength: 4 }),
      fc.array(range, { maxLength: 6 }),
      fc.bigInt(0n, 90n),
      (size, alignment, within, taken, near) => {
        expect(nearestFreePlace({ size, alignment, within, taken, near })).toBe(bySearch(size, alignment, within, taken, near));
      },
    ),
    { numRuns: 2000 },
  );
});

test('a full range has none', () => {
  const within = [{ start: 0n, size: 16n }];
  expect(nearestFreePlace({ size: 1n, alignment: 1n, within, taken: within, near: 3n })).toBeUndefined();
});
