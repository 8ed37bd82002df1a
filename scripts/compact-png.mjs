import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = 8;

/**
 * The same picture in less bytes: flat areas, as on a screenshot of a program, are deflated best without the filters of PNG (section 9 of its
 * specification), which Chromium chooses for speed.
 *
 * @param {Buffer} png 8 bits a channel, not interlaced, as Chromium writes it. @returns {Buffer}
 */
export function compactPng(png) {
  const chunks = chunksOf(png);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  const channels = header && { 2: 3, 6: 4 }[header[9] ?? -1];
  if (!header || !channels || header[8] !== 8 || header[12] !== 0)
    throw new Error('not a PNG of 8 bits a channel, without a palette and not interlaced');
  const raw = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)));
  const pixels = withoutFilters(raw, header.readUInt32BE(0) * channels, channels);
  const compact = [header, deflateSync(pixels, { level: 9, memLevel: 9 }), Buffer.alloc(0)];
  return Buffer.concat([
    png.subarray(0, signature),
    ...['IHDR', 'IDAT', 'IEND'].map((type, at) => chunk(type, compact[at] ?? Buffer.alloc(0))),
  ]);
}

/** @param {Buffer} png */
function chunksOf(png) {
  const chunks = [];
  for (let at = signature; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}

/** @param {Buffer} raw Rows, each behind the number of its filter. @param {number} rowBytes @param {number} pixelBytes */
function withoutFilters(raw, rowBytes, pixelBytes) {
  const result = Buffer.from(raw);
  const stride = rowBytes + 1;
  for (let row = 0; row < raw.length; row += stride) {
    const filter = raw[row];
    result[row] = 0;
    for (let at = row + 1; at < row + stride; at++) {
      const inRow = at - row > pixelBytes;
      const left = inRow ? (result[at - pixelBytes] ?? 0) : 0;
      const above = row > 0 ? (result[at - stride] ?? 0) : 0;
      const corner = inRow && row > 0 ? (result[at - stride - pixelBytes] ?? 0) : 0;
      const predicted = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter ?? 0] ?? 0;
      result[at] = (raw[at] ?? 0) + predicted;
    }
  }
  return result;
}

/** @param {number} left @param {number} above @param {number} corner */
function paeth(left, above, corner) {
  const estimate = left + above - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - above), Math.abs(estimate - corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}
