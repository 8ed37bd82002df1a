import { type MapPlaces, shownPlace } from '@jailhouse-cells/core/map-export/places.ts';
import { type MapRow, mapRows, type RowCell } from '@jailhouse-cells/core/map-export/rows.ts';
import { mapSubtitle, mapTitle, rangeWords, shortName } from '@jailhouse-cells/core/map-export/words.ts';
import { hex, humanSize } from '@jailhouse-cells/core/source/numbers.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { characterWidth, padEnd, padStart, textWidth, wrap } from '@jailhouse-cells/core/source/text-width.ts';
import type { MemoryMapReading } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import type { Style } from '../style.ts';
import { resourceText } from './resource-text.ts';

/** Narrower lanes hold no name: then the map is drawn in several parts, a few lanes each. */
const leastLane = 14;
const mostLane = 30;
const sizeWidth = 11;

/** The map as lines of text: an axis at the left, a column for each lane, the collisions and the other resources below. */
export function mapText(reading: MemoryMapReading, places: MapPlaces, width: number, style: Style): string {
  const lines = [
    ...wrap(mapTitle(reading, places), width).map((line) => style.strong(line)),
    ...wrap(mapSubtitle(reading), width - 2).map((line) => `  ${line}`),
    '',
  ];
  const rows = mapRows(reading);
  const { lanes } = reading.map;
  const axis = Math.max(7, ...rows.map(({ start }) => hex(start).length));
  const room = width - axis - sizeWidth - 3;
  const perPart = Math.max(1, Math.floor(room / leastLane));
  const parts = Math.max(1, Math.ceil(lanes.length / perPart));
  const inPart = Math.ceil(lanes.length / parts);
  for (let first = 0; first < Math.max(1, lanes.length); first += inPart) {
    const shown = lanes.slice(first, first + inPart);
    const laneWidth = Math.max(8, Math.min(mostLane, Math.floor(room / Math.max(1, shown.length))));
    const heading = [
      padEnd('address', axis),
      padStart('size', sizeWidth),
      '',
      ...shown.map(({ title }) => inColumn(printable(title), laneWidth)),
    ];
    lines.push(style.strong(heading.join(' ').trimEnd()));
    let told: ReadonlySet<number> = new Set();
    for (const row of rows) {
      const cells = row.cells.slice(first, first + inPart);
      for (const number of row.collisions) if (!told.has(number)) lines.push(collisionLine(reading, number, width, style));
      told = new Set([...told, ...row.collisions]);
      lines.push(...rowLines(row, cells, axis, laneWidth, style));
    }
    const top = rows.at(-1)?.end;
    if (top !== undefined) lines.push(hex(top), '');
  }
  lines.push(
    ...remarks(reading, rows, width, style),
    ...collisionList(reading, places, width, style),
    ...resourceText(reading, width, style),
  );
  return `${lines.join('\n').replace(/\n+$/, '')}\n`;
}

function collisionLine({ collisions }: MemoryMapReading, number: number, width: number, style: Style): string {
  const collision = collisions[number - 1];
  if (collision === undefined) return '';
  const text = `!! collision ${number}: ${collision.rule} `;
  return style.severity(collision.severity, padWith(text, '!', Math.min(width, 79)));
}

function padWith(text: string, character: string, width: number): string {
  return text + character.repeat(Math.max(2, width - textWidth(text)));
}

function rowLines(row: MapRow, cells: readonly RowCell[], axis: number, laneWidth: number, style: Style): readonly string[] {
  const height = Math.max(1, ...cells.map(({ begins }) => begins.length));
  const lines: string[] = [];
  for (let at = 0; at < height; at++) {
    const size = humanSize(row.end - row.start).replace('~', '');
    const left =
      at === 0
        ? `${padEnd(hex(row.start), axis)} ${padStart(size, sizeWidth)} ${row.isCompressed ? '\u2248' : ' '}`
        : ' '.repeat(axis + sizeWidth + 3);
    const texts = cells.map((cell) => cellText(cell, row.start, at, height, laneWidth));
    const free = row.isFree && at === 0 ? style.faint('free') : undefined;
    lines.push(`${left} ${free ?? texts.join(' ')}`.trimEnd());
  }
  return lines;
}

/** A block begins with its name behind a corner, goes on with a bar, and ends with the other corner; where it collides all of them are `!`. */
function cellText({ block, begins, ends, devices, collides }: RowCell, start: bigint, line: number, height: number, width: number): string {
  const isLast = line === height - 1;
  const own = begins[line];
  const mark = (usual: string): string => (collides ? '!' : usual);
  if (own !== undefined) {
    const closed = own === block && ends && isLast;
    return inColumn(`${mark(closed ? '[' : '\u250c')} ${shortName(own)}`, width);
  }
  if (block !== undefined) {
    const inside = line === 0 ? deviceWords(devices, start) : '';
    return inColumn(`${mark(ends && isLast ? '\u2514' : '\u2502')} ${inside}`.trimEnd(), width);
  }
  const begun = devices.length > 0 && line === 0 ? deviceWords(devices, start) : '';
  return inColumn(begun === '' ? (devices.length > 0 ? '\u2502' : '') : `[ ${begun}`, width);
}

/** The devices that begin in the row. */
function deviceWords(devices: RowCell['devices'], start: bigint): string {
  const own = devices.filter((device) => device.start >= start);
  const [only] = own;
  if (only === undefined) return '';
  return own.length === 1 ? printable(only.name) : `${own.length} devices`;
}

/** Exactly so wide, one column less of text. */
function inColumn(text: string, width: number): string {
  const room = width - 1;
  if (textWidth(text) <= room) return padEnd(text, room);
  let cut = '';
  let used = 0;
  for (const character of text) {
    const next = characterWidth(character);
    if (used + next > room - 1) break;
    cut += character;
    used += next;
  }
  return padEnd(`${cut}\u2026`, room);
}

function remarks({ map }: MemoryMapReading, rows: readonly MapRow[], width: number, style: Style): readonly string[] {
  const lines: string[] = [];
  const add = (text: string): void => {
    lines.push(...wrap(text, width).map((line) => style.faint(line)));
  };
  if (rows.some(({ isCompressed }) => isCompressed)) add('\u2248 a stretch of 16 MiB or more, drawn as short as the others');
  const empty = map.lanes.flatMap(({ title, blocks }) =>
    blocks.filter(({ start, end }) => start === end).map(({ name }) => `${name} of ${printable(title)}`),
  );
  const shown = empty.slice(0, 8).join(', ');
  if (empty.length > 0) add(`of size 0, not drawn: ${shown}${empty.length > 8 ? ` and ${empty.length - 8} more` : ''}`);
  for (const { kind, detail } of map.lanes.flatMap(({ blocks }) => blocks))
    if (kind === 'hypervisor' && detail !== undefined) add(`in hypervisor memory: ${printable(detail)}`);
  return lines.length === 0 ? [] : [...lines, ''];
}

function collisionList({ collisions, map }: MemoryMapReading, places: MapPlaces, width: number, style: Style): readonly string[] {
  if (collisions.length === 0) return ['No collisions.'];
  const names = new Map(map.lanes.flatMap(({ title, blocks }) => blocks.map(({ id, name }) => [id, `${name} (${title})`] as const)));
  const most = 50;
  const lines = [style.strong(collisions.length === 1 ? '1 collision' : `${collisions.length} collisions`)];
  for (const [at, { rule, severity, range, blocks, finding }] of collisions.slice(0, most).entries()) {
    const where = shownPlace(places, finding.span);
    lines.push(`${at + 1}. ${style.severity(severity, `${severity}:`)} ${rule}`, `   ${printable(where)}`);
    if (range !== undefined) lines.push(`   ${rangeWords(range.start, range.end)} (${humanSize(range.end - range.start)})`);
    if (blocks.length > 0) lines.push(...indented(blocks.map((id) => printable(names.get(id) ?? id)).join(', '), width));
    lines.push(...indented(printable(finding.message), width));
  }
  if (collisions.length > most) lines.push(`and ${collisions.length - most} more: "jailhouse-cells check" names them.`);
  return lines;
}

function indented(text: string, width: number): readonly string[] {
  return wrap(text, width - 3).map((line) => `   ${line}`);
}
