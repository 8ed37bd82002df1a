/**
 * The axis of addresses. Between two neighbouring edges of blocks the scale is linear; from stretch to stretch it differs, so that 4 KiB can be
 * read beside 8 GiB. Every change of scale is at an edge, and edges are labelled: the axis never lies. Stretches that are compressed much
 * more than the others carry a break mark.
 */
export interface AxisStretch {
  readonly start: bigint;
  readonly end: bigint;
  /** Pixels from the top at zoom 1. */
  readonly top: number;
  readonly height: number;
  readonly compressed: boolean;
}

export interface Axis {
  readonly stretches: readonly AxisStretch[];
  /** Pixels at zoom 1. */
  readonly height: number;
}

/** Readable with a line of text in it. */
export const leastHeight = 22;
const pixelsPerDoubling = 3.4;
/** The smallest page of every architecture that Jailhouse runs on. */
const page = 4096n;

/** Pixels of a stretch at zoom 1: the least height up to a page, and a few more for each doubling. */
export function stretchHeight(size: bigint): number {
  if (size <= page) return leastHeight;
  return leastHeight + pixelsPerDoubling * doublings(size);
}

/** Base-2 logarithm of a size in pages; exact enough for pixels at every size up to 2^64. */
function doublings(size: bigint): number {
  const bits = size.toString(2).length;
  const shift = Math.max(0, bits - 50);
  return Math.log2(Number(size >> BigInt(shift))) + shift - 12;
}

/** @param edges Starts and ends of everything that is drawn, in any order. */
export function layOutAxis(edges: Iterable<bigint>): Axis {
  const sorted = [...new Set(edges)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  // One address alone has no extent: a page of it is shown.
  if (sorted.length === 1) sorted.push((sorted[0] ?? 0n) + page);
  const spans: { start: bigint; end: bigint; height: number; density: number }[] = [];
  for (let index = 1; index < sorted.length; index++) {
    const start = sorted[index - 1] ?? 0n;
    const end = sorted[index] ?? 0n;
    const height = stretchHeight(end - start);
    spans.push({ start, end, height, density: Number(end - start) / height });
  }
  const densities = spans.map(({ density }) => density).sort((a, b) => a - b);
  const usual = densities[Math.floor((densities.length - 1) / 2)] ?? 0;
  let top = 0;
  const stretches = spans.map(({ start, end, height, density }) => {
    const stretch = { start, end, top, height, compressed: density > 8 * usual };
    top += height;
    return stretch;
  });
  return { stretches, height: top };
}

/** Pixels from the top at zoom 1; addresses off the axis are held at its ends. */
export function pixelOf(axis: Axis, address: bigint): number {
  const stretch = axis.stretches[indexAt(axis, address)];
  if (stretch === undefined || address <= stretch.start) return stretch?.top ?? 0;
  if (address >= stretch.end) return stretch.top + stretch.height;
  // The difference is exact; only the fraction is a floating-point number.
  return stretch.top + stretch.height * (Number(address - stretch.start) / Number(stretch.end - stretch.start));
}

/** The address at a number of pixels from the top at zoom 1. */
export function addressAt(axis: Axis, pixel: number): bigint {
  const stretch = axis.stretches[stretchIndexAt(axis, pixel)];
  if (stretch === undefined) return 0n;
  const fraction = Math.min(1, Math.max(0, (pixel - stretch.top) / stretch.height));
  const steps = 1n << 40n;
  return stretch.start + ((stretch.end - stretch.start) * BigInt(Math.round(fraction * Number(steps)))) / steps;
}

/** Index of the stretch at a number of pixels from the top at zoom 1; of the first or last one where there is none. */
export function stretchIndexAt(axis: Axis, pixel: number): number {
  let low = 0;
  let high = axis.stretches.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((axis.stretches[middle]?.top ?? 0) <= pixel) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** Index of the last stretch that starts at or below an address, the first one when there is none. */
function indexAt(axis: Axis, address: bigint): number {
  let low = 0;
  let high = axis.stretches.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((axis.stretches[middle]?.start ?? 0n) <= address) low = middle;
    else high = middle - 1;
  }
  return low;
}
