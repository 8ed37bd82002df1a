import { overlaps } from '@jailhouse-cells/core/config/address-window.ts';
import { RangeIndex } from '@jailhouse-cells/core/config/range-index.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';

interface Item {
  readonly start: bigint;
  readonly size: bigint;
}

const item = fc.record({ start: fc.bigInt(0n, 40n), size: fc.bigInt(0n, 12n) });

function gapTo({ start, size }: Item, range: Item): bigint {
  return start >= range.start + range.size ? start - range.start - range.size : range.start - start - size;
}

it('finds the items that overlap a range, in their order, as looking at each does', () => {
  fc.assert(
    fc.property(fc.array(item), item, (items, range) => {
      const index = new RangeIndex(items, (each) => each);
      expect(index.overlapping(range)).toEqual(items.filter((each) => overlaps(each, range)));
    }),
  );
});

it('finds the nearest item where none overlaps', () => {
  fc.assert(
    fc.property(fc.array(item), item, (all, range) => {
      const items = all.filter((each) => each.size > 0n && !overlaps(each, range));
      fc.pre(range.size > 0n);
      const gaps = items.map((each) => gapTo(each, range));
      const smallest = gaps.reduce<bigint | undefined>((best, gap) => (best === undefined || gap < best ? gap : best), undefined);
      expect(new RangeIndex(items, (each) => each).nearest(range)?.gap).toBe(smallest);
    }),
  );
});
