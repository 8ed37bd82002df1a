import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAt, layOutAxis, leastHeight, pixelOf } from '../../webview/layout/axis.ts';
import { placeLabels } from '../../webview/layout/axis-labels.ts';
import { layOutLane } from '../../webview/layout/lane-layout.ts';

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

  it('count every edge, and keep their distance', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 40 }), (ys) => {
        const edges = ys.sort((a, b) => a - b).map((y, index) => ({ address: BigInt(index), y }));
        const labels = placeLabels(edges, 600, 14, 7);
        expect(labels.reduce((sum, { more }) => sum + 1 + more, 0)).toBe(edges.length);
        for (let index = 1; index < labels.length; index++) {
          expect((labels[index]?.textY ?? 0) - (labels[index - 1]?.textY ?? 0)).toBeGreaterThanOrEqual(14 - 1e-9);
        }
      }),
    );
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
