import type { Block } from '../memory-map/model.ts';
import { hex, humanSize } from '../source/numbers.ts';
import { printable } from '../source/printable.ts';
import { wrap } from '../source/text-width.ts';
import type { MemoryMapReading } from '../workspace/memory-maps.ts';
import type { MapPlaces } from './places.ts';
import { type MapRow, mapRows } from './rows.ts';
import { kindWords, mapSubtitle, mapTitle, rangeWords, shortName } from './words.ts';

const axisWidth = 130;
const laneWidth = 190;
const laneGap = 10;
const top = 92;
const leastHeight = 22;
/** Of a compressed stretch. */
const mostHeight = 64;

/** Colours of the kinds, light and dark, told apart by name and outline, too. */
const colours: Readonly<Record<Block['kind'], readonly [string, string]>> = {
  ram: ['#e3e8ef', '#2d3540'],
  gpu: ['#d9c8f0', '#4f3b6b'],
  reserved: ['#f3e2b8', '#5c4c1e'],
  device: ['#cfe3f7', '#24435f'],
  pci: ['#c5ddd8', '#24504a'],
  gic: ['#d5d9f2', '#3b4170'],
  hypervisor: ['#f6c9a8', '#6e4223'],
  'cell-ram': ['#cfe8c9', '#2f5128'],
  loadable: ['#b5dda9', '#3a6a2e'],
  mmio: ['#cfe3f7', '#24435f'],
  shared: ['#f4c7dc', '#6b3350'],
  comm: ['#e8d9c3', '#57492f'],
  ecam: ['#bfe3e8', '#1f555c'],
  'ecam-mmio': ['#d4eef1', '#2b666d'],
  empty: ['#ffffff', '#000000'],
};

/** A static drawing of the map, in the light or dark colours that its viewer prefers. Nothing is fetched, nothing runs. */
export function mapSvg(reading: MemoryMapReading, places: Pick<MapPlaces, 'shown'>): string {
  const { lanes } = reading.map;
  const rows = mapRows(reading);
  const edges = edgePositions(rows);
  const bottom = edges.at(-1)?.y ?? top;
  const yOf = new Map(edges.map(({ address, y }) => [address, y]));
  const width = axisWidth + lanes.length * (laneWidth + laneGap) + 100;
  const listed = reading.collisions.slice(0, 30).map(({ rule, severity, finding }, at) => ({
    heading: `${at + 1}. ${severity}: ${rule}`,
    lines: wrap(printable(finding.message), Math.floor((width - 20) / 6.8)),
  }));
  const height = bottom + 40 + listed.reduce((sum, { lines }) => sum + 24 + 15 * lines.length, 0);
  const parts: string[] = [];
  // Above the hatching, so that they can be read.
  const names: string[] = [];
  for (const { address, y } of edges) {
    parts.push(`<line class="edge" x1="${axisWidth - 6}" y1="${y}" x2="${width - 20}" y2="${y}"/>`);
    parts.push(`<text class="address" x="${axisWidth - 10}" y="${y + 4}">${hex(address)}</text>`);
  }
  for (const row of rows) if (row.isCompressed) parts.push(breakMark(row, yOf));
  for (const [at, { title, blocks }] of lanes.entries()) {
    const x = axisWidth + at * (laneWidth + laneGap);
    parts.push(`<text class="lane" x="${x}" y="${top - 12}">${xml(shortened(title, 24))}</text>`);
    let outer: Block[] = [];
    for (const block of blocks) {
      const from = yOf.get(block.start);
      const to = yOf.get(block.end);
      if (from === undefined || to === undefined || to <= from) continue;
      outer = outer.filter(({ end }) => end > block.start);
      const depth = outer.length;
      outer.push(block);
      const inset = Math.min(depth, 4) * 12;
      const above = outer.filter(({ start }) => start === block.start).length - 1;
      parts.push(blockMark(block, x + inset, from, laneWidth - inset, to - from));
      if (15 + 14 * above < to - from + 4) names.push(blockName(block, x + inset + 6, from + 15 + 14 * above, laneWidth - inset));
    }
  }
  parts.push(...collisionMarks(reading, rows, yOf), ...names);
  let y = bottom + 44;
  for (const { heading, lines } of listed) {
    parts.push(`<text class="collision" x="10" y="${y}">${xml(heading)}</text>`);
    for (const line of lines) {
      y += 15;
      parts.push(`<text class="small" x="10" y="${y}">${xml(line)}</text>`);
    }
    y += 24;
  }
  const title = xml(mapTitle(reading, places));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<title>${title}</title>
<style>${styleSheet()}</style>
<defs><pattern id="hatch" width="8" height="8" patternTransform="rotate(45)" patternUnits="userSpaceOnUse"><rect class="hatch" width="4" height="8"/></pattern></defs>
<rect class="page" width="${width}" height="${height}"/>
<text class="title" x="10" y="28">${title}</text>
<text class="small" x="10" y="48">${xml(mapSubtitle(reading))}</text>
${parts.join('\n')}
</svg>
`;
}

/** Where each edge is drawn: the larger the stretch the higher, but by its logarithm only. */
function edgePositions(rows: readonly MapRow[]): readonly { readonly address: bigint; readonly y: number }[] {
  let y = top;
  const edges = rows.slice(0, 1).map(({ start }) => ({ address: start, y }));
  for (const { start, end, cells } of rows) {
    const bits = (end - start).toString(2).length;
    const begins = Math.max(1, ...cells.map((cell) => cell.begins.length));
    y += Math.max(leastHeight * Math.min(begins, 4), Math.min(mostHeight, leastHeight + Math.max(0, bits - 16) * 3));
    edges.push({ address: end, y });
  }
  return edges;
}

function blockMark(block: Block, x: number, y: number, width: number, height: number): string {
  const { kind, name, start, end, owner, flags, detail, reachable } = block;
  const told = [
    `${name}, ${kindWords[kind]}`,
    `${rangeWords(start, end)}, ${humanSize(end - start)}`,
    owner,
    detail ?? '',
    flags.join(' '),
  ];
  return `<rect class="block ${kind}${reachable ? '' : ' away'}" x="${x}" y="${y}" width="${width}" height="${height}" rx="2"><title>${xml(told.filter((line) => line !== '').join('\n'))}</title></rect>`;
}

function blockName(block: Block, x: number, y: number, width: number): string {
  const text = shortened(`${shortName(block)}  ${humanSize(block.end - block.start)}`, Math.floor((width - 10) / 6.6));
  return `<text class="name" x="${x}" y="${y}">${xml(text)}</text>`;
}

/** A zigzag over the axis where a stretch is drawn shorter than it is. */
function breakMark({ start, end }: MapRow, yOf: ReadonlyMap<bigint, number>): string {
  const y = ((yOf.get(start) ?? 0) + (yOf.get(end) ?? 0)) / 2;
  const x = axisWidth - 6;
  return `<path class="break" d="M${x} ${y - 6}l-5 3l10 3l-10 3l5 3"/>`;
}

function collisionMarks(
  { map, collisions }: MemoryMapReading,
  rows: readonly MapRow[],
  yOf: ReadonlyMap<bigint, number>,
): readonly string[] {
  return collisions.flatMap(({ range, blocks }, at) => {
    if (range === undefined) return [];
    const inside = rows.filter(({ start, end }) => start < range.end && end > range.start);
    const from = yOf.get(inside[0]?.start ?? -1n);
    const to = yOf.get(inside.at(-1)?.end ?? -1n);
    const involved = map.lanes.flatMap((lane, index) => (lane.blocks.some(({ id }) => blocks.includes(id)) ? [index] : []));
    const [first] = involved;
    const last = involved.at(-1);
    if (from === undefined || to === undefined || first === undefined || last === undefined) return [];
    const xOf = (lane: number): number => axisWidth + lane * (laneWidth + laneGap);
    const size = `y="${from}" height="${to - from}"`;
    return [
      ...involved.map((lane) => `<rect class="common" x="${xOf(lane)}" width="${laneWidth}" ${size}/>`),
      `<rect class="around" x="${xOf(first)}" width="${xOf(last) + laneWidth - xOf(first)}" ${size}/>`,
      `<text class="collision" x="${xOf(map.lanes.length) + 4}" y="${from + 14}">collision ${at + 1}</text>`,
      `<line class="around" x1="${xOf(last) + laneWidth}" y1="${from}" x2="${xOf(map.lanes.length) + 80}" y2="${from}"/>`,
    ];
  });
}

function styleSheet(): string {
  const fills = (column: 0 | 1): string =>
    Object.entries(colours)
      .map(([kind, pair]) => `.${kind}{fill:${pair[column]}}`)
      .join('');
  return (
    'text{font:11px ui-monospace,Menlo,Consolas,monospace;fill:#1f2328}.title{font-size:16px;font-weight:bold}.lane{font-size:13px;font-weight:bold}' +
    '.small{fill:#57606a}.address{text-anchor:end}.page{fill:#fff}.edge{stroke:#d0d7de;stroke-width:.5}.block{stroke:#57606a;stroke-width:.8}' +
    '.away{stroke-dasharray:4 3;opacity:.55}.break{fill:none;stroke:#57606a;stroke-width:1.4}.common{fill:url(#hatch)}.around{fill:none;stroke:#cf222e;stroke-width:2}' +
    `.hatch{fill:#cf222e;opacity:.3}.collision{fill:#a40e26;font-weight:bold}${fills(0)}` +
    '@media (prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}.small{fill:#9198a1}.edge{stroke:#30363d}.block{stroke:#9198a1}' +
    `.break{stroke:#9198a1}.around{stroke:#ff7b72}.hatch{fill:#ff7b72}.collision{fill:#ffa198}${fills(1)}}`
  );
}

function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, Math.max(1, most - 1)).join('')}\u2026`;
}

function xml(text: string): string {
  return text
    .split('\n')
    .map(printable)
    .join('\n')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
