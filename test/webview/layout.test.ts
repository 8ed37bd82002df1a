import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAt, layOutAxis, leastHeight, pixelOf } from '../../webview/layout/axis.ts';
import { placeLabels } from '../../webview/layout/axis-labels.ts';
import { labelRooms } from '../../webview/layout/label-room.ts';
import { layOutLane } from '../../webview/layout/lane-layout.ts';
import { spread } from '../../webview/layout/spread.ts';

const MiB = 1n << 20n;
const GiB = 1n << 30n;
const edgesOf64Bits = fc.array(fc.bigInt({ min: 0n, max: 1n << 64n }), { minLength: 2, maxLength: 60 });

describe('the axis', () => {
  it('shows a page beside 8 GiB', () => {
    const axis = layOutAxis([0n, 0x1000n, 8n * GiB]);
    const [small, large] = axis.stretches;
    expect(small?.height).toBe(leastHeight);
    expect(large?.height).toBeLessThan(6 * leastHeight);
  });

  it('marks the stretches that are compressed, and no others', () => {
    const axis = layOutAxis([0n, MiB, 2n * MiB, 3n * MiB, 4n * GiB]);
    expect(axis.stretches.map(({ compressed }) => compressed)).toEqual([false, false, false, true]);
    expect(layOutAxis([0n, MiB, 2n * MiB]).stretches.some(({ compressed }) => compressed)).toBe(false);
  });

  it('gives one address alone a page', () => {
    expect(layOutAxis([0x1000n]).stretches).toMatchObject([{ start: 0x1000n, end: 0x2000n }]);
  });

  it('is empty without edges', () => {
    const axis = layOutAxis([]);
    expect(axis).toEqual({ stretches: [], height: 0 });
    expect(pixelOf(axis, 5n)).toBe(0);
    expect(addressAt(axis, 5)).toBe(0n);
  });

  it('has no hole, keeps the order of addresses, and gives each stretch the readable height', () => {
    fc.assert(
      fc.property(edgesOf64Bits, (edges) => {
        const axis = layOutAxis(edges);
        let top = 0;
        let address = axis.stretches[0]?.start;
        for (const stretch of axis.stretches) {
          expect(stretch.top).toBeCloseTo(top, 6);
          expect(stretch.start).toBe(address);
          expect(stretch.height).toBeGreaterThanOrEqual(leastHeight);
          top += stretch.height;
          address = stretch.end;
        }
        expect(axis.height).toBeCloseTo(top, 6);
        const pixels = [...edges].sort((a, b) => (a < b ? -1 : 1)).map((edge) => pixelOf(axis, edge));
        expect([...pixels].sort((a, b) => a - b)).toEqual(pixels);
      }),
    );
  });

  it('finds the address of a pixel again', () => {
    fc.assert(
      fc.property(edgesOf64Bits, fc.double({ min: 0, max: 1, noNaN: true }), (edges, fraction) => {
        const axis = layOutAxis(edges);
        const pixel = fraction * axis.height;
        expect(pixelOf(axis, addressAt(axis, pixel))).toBeCloseTo(pixel, -Math.log10(leastHeight / 2));
      }),
    );
  });
});

describe('labels of the axis', () => {
  it('stand beside their edges where there is room', () => {
    const labels = placeLabels(
      [0, 40, 90].map((y) => ({ address: BigInt(y), y })),
      200,
    );
    expect(labels.map(({ textY }) => textY)).toEqual([0, 40, 90]);
  });

  it('count every edge, keep their distance, and stay in the view', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 400 }), fc.integer({ min: -3000, max: 0 }), (ys, origin) => {
        const edges = ys.sort((a, b) => a - b).map((y, index) => ({ address: BigInt(index), y }));
        const labels = placeLabels(edges, 600, 14, origin);
        expect(labels.reduce((sum, { more }) => sum + 1 + more, 0)).toBe(edges.length);
        for (const [index, { textY, address, more, last }] of labels.entries()) {
          expect(last - address).toBe(BigInt(more));
          expect(textY).toBeGreaterThanOrEqual(-1e-9);
          expect(textY).toBeLessThanOrEqual(600 + 1e-9);
          if (index > 0) expect(textY - (labels[index - 1]?.textY ?? 0)).toBeGreaterThanOrEqual(14 - 1e-9);
        }
      }),
    );
  });

  it('are shared only where there are more edges than lines', () => {
    const crowded = (count: number) => Array.from({ length: count }, (_, index) => ({ address: BigInt(index), y: 300 + index }));
    expect(placeLabels(crowded(40), 600).every(({ more }) => more === 0)).toBe(true);
    expect(placeLabels(crowded(100), 600).some(({ more }) => more > 0)).toBe(true);
  });

  it('are shared by the same edges wherever the view is moved', () => {
    const shared = (moved: number) => {
      const edges = Array.from({ length: 300 }, (_, index) => ({ address: BigInt(index), y: index * 2 + moved }));
      return placeLabels(edges, 600, 14, moved).map(({ address, more }) => [address, more]);
    };
    expect(shared(-0.4)).toEqual(shared(0));
  });
});

describe('what is spread', () => {
  it('goes to both sides of the middle of a crowd', () => {
    expect(spread([100, 100, 100], 20, 0, 200)).toEqual([80, 100, 120]);
    expect(spread([10, 100, 101], 20, 0, 200)).toEqual([10, 90.5, 110.5]);
  });

  it('stays within its limits', () => {
    expect(spread([0, 0, 200, 200], 20, 0, 200)).toEqual([0, 20, 180, 200]);
  });

  it('is no farther from where it belongs, all in all, than by any other places of the same order', () => {
    const ascending = fc
      .array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 12 })
      .map((places) => places.sort((a, b) => a - b));
    fc.assert(
      fc.property(ascending, fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 12, maxLength: 12 }), (wanted, steps) => {
        const cost = (places: readonly number[]) => places.reduce((sum, place, index) => sum + (place - (wanted[index] ?? 0)) ** 2, 0);
        let place = (wanted[0] ?? 0) - 100;
        const other = wanted.map((_, index) => (place += 20 + (steps[index] ?? 0)));
        const best = spread(wanted, 20, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
        expect(cost(best)).toBeLessThanOrEqual(cost(other) + 1e-6);
      }),
    );
  });
});

describe('room beside a block', () => {
  it('reaches to the next block or hatch, or the end of the axis', () => {
    const [first, second] = [
      { top: 10, bottom: 12 },
      { top: 30, bottom: 35 },
    ];
    const rooms = labelRooms([second, first], [{ top: 60, bottom: 70 }], 100);
    expect(rooms.get(first)).toEqual({ above: 10, below: 18 });
    expect(rooms.get(second)).toEqual({ above: 18, below: 25 });
  });

  it('is none for a block that lies on another one or has one on it', () => {
    const [outer, inner] = [
      { top: 0, bottom: 50 },
      { top: 10, bottom: 12 },
    ];
    const rooms = labelRooms([outer, inner], [], 100);
    expect(rooms.get(inner)).toBeUndefined();
    expect(rooms.get(outer)).toEqual({ above: 0, below: 0 });
  });
});

describe('blocks of a lane', () => {
  it('lie on each other, the inner one narrower and the outer one with its text beside it', () => {
    const placed = layOutLane([
      { id: 'inner', start: 6n, end: 8n },
      { id: 'outer', start: 0n, end: 10n },
      { id: 'next', start: 10n, end: 12n },
    ]);
    expect(placed.map(({ block, depth, open }) => [block.id, depth, open])).toEqual([
      ['outer', 0, { start: 0n, end: 6n }],
      ['next', 0, { start: 10n, end: 12n }],
      ['inner', 1, { start: 6n, end: 8n }],
    ]);
  });

  it('have no room for text where they are covered, and none is lost', () => {
    const placed = layOutLane([
      { id: 'a', start: 0n, end: 4n },
      { id: 'b', start: 0n, end: 4n },
      { id: 'nothing', start: 2n, end: 2n },
    ]);
    expect(placed.map(({ block }) => block.id).sort()).toEqual(['a', 'b', 'nothing']);
    expect(placed.find(({ block }) => block.id === 'a')?.open).toBeUndefined();
  });

  it('keep their text where none of the others is', () => {
    const extent = fc.tuple(fc.bigInt({ min: 0n, max: 99n }), fc.bigInt({ min: 0n, max: 40n }));
    fc.assert(
      fc.property(fc.array(extent, { maxLength: 12 }), (extents) => {
        const blocks = extents.map(([start, size], index) => ({ id: String(index), start, end: start + size }));
        const placed = layOutLane(blocks);
        expect(placed.map(({ block }) => block.id).sort()).toEqual(blocks.map(({ id }) => id).sort());
        for (const { block, open, depth } of placed) {
          if (open === undefined) continue;
          expect(open.start).toBeGreaterThanOrEqual(block.start);
          expect(open.end).toBeLessThanOrEqual(block.end);
          for (const other of placed) {
            if (other.depth > depth) expect(other.block.start >= open.end || other.block.end <= open.start).toBe(true);
          }
        }
      }),
    );
  });
});
