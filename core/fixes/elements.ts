import type { AddressRange } from '../config/address-window.ts';
import { endOfSections, ivshmemDevices } from '../config/ivshmem.ts';
import { pageSize } from '../config/memory-flags.ts';
import type { ArrayKind, Config, DeclaredMember, MemoryRegion } from '../config/model.ts';
import type { Fix, TextEdit } from '../source/finding.ts';
import { hex } from '../source/numbers.ts';
import type { Span } from '../source/span.ts';
import { applyEdits } from './apply.ts';
import { bracesAt, removeItem } from './braces.ts';
import { isNumberLiteral, numberLike } from './number-style.ts';
import { type Edits, edit, fix, indentationAt, lineBreakOf, sourceOf, textAt, together } from './source-text.ts';
import { writeNumber } from './values.ts';

/** The member whose initialiser holds the element. */
function memberAround(config: Config, kind: ArrayKind, element: Span): DeclaredMember | undefined {
  const members = config.shape?.members.filter((member) => member.kind === kind) ?? [];
  // Two members of a kind count as one array: their indices are not ours to shift.
  const [member] = members;
  if (members.length !== 1 || member?.initialiser === undefined) return undefined;
  return member.initialiser.start < element.start && element.end < member.initialiser.end ? member : undefined;
}

/** What else has to change when an array of the config gets one element more or less. */
function recount(config: Config, kind: ArrayKind, member: DeclaredMember, length: number): Edits {
  const counter = config.arrays.find((array) => array.kind === kind)?.counter;
  const counted = textAt(config, counter?.text);
  if (counter === undefined || counted === undefined) return undefined;
  const edits: Edits[] = [];
  if (isNumberLiteral(counted))
    edits.push(counter.value === member.length ? writeNumber(config, undefined, counter, BigInt(length)) : undefined);
  else if (!/\b(ARRAY_SIZE|sizeof)\b/.test(counted)) return undefined;
  edits.push(resize(config, member, length));
  return together(...edits);
}

/** Another number between the brackets of a member; undefined where something else than a plain number stands there. */
export function resize(config: Config, member: DeclaredMember, length: number): Edits {
  const dimension = textAt(config, member.dimension);
  if (dimension === undefined || member.dimension === undefined) return undefined;
  // `[]` counts by itself.
  if (dimension.trim() === '') return [];
  if (!isNumberLiteral(dimension.trim())) return undefined;
  const start = member.dimension.start + (dimension.length - dimension.trimStart().length);
  return [edit(config, start, start + dimension.trim().length, numberLike(dimension, BigInt(length)))];
}

/** Indices of regions that ivshmem devices name, moved by `delta` where they lie behind `index`; undefined where one cannot be. */
function shiftSections(config: Config, index: number, delta: number): Edits {
  const edits: Edits[] = [];
  for (const device of ivshmemDevices(config)) {
    const start = device.shmemRegionsStart;
    if (start.value > index) {
      const typed = textAt(config, start.text);
      edits.push(
        typed !== undefined && isNumberLiteral(typed) ? writeNumber(config, undefined, start, BigInt(start.value + delta)) : undefined,
      );
    } else if (index < endOfSections(device)) return undefined;
  }
  return together(...edits);
}

/** `Remove mem_regions[4]`, with the array's dimension, a typed counter and the indices of ivshmem devices. */
export function removeRegion(config: Config, region: MemoryRegion): readonly Fix[] {
  const member = region.text && memberAround(config, 'memory-regions', region.text);
  if (member === undefined || region.text === undefined || hasIndexedItems(config, member)) return [];
  const shrunk = member.initialised === member.length ? recount(config, 'memory-regions', member, member.length - 1) : [];
  return fix(
    `Remove ${region.path}`,
    together(removeItem(config, member.initialiser, region.text.start), shrunk, shiftSections(config, region.index, -1)),
  );
}

function hasIndexedItems(config: Config, member: DeclaredMember): boolean {
  return bracesAt(config, member.initialiser)?.items.some((item) => item.indexed) ?? true;
}

/** A piece of a region, by its distance from the region's start. */
interface Piece {
  readonly offset: bigint;
  readonly size: bigint;
}

/** What is left of a region without the holes, in whole pages. The holes are addresses of `by`. */
function piecesBetween(region: MemoryRegion, holes: readonly AddressRange[], by: 'phys' | 'virt'): readonly Piece[] {
  const base = by === 'phys' ? region.physStart.value : region.virtStart.value;
  const size = region.size.value;
  const pieces: Piece[] = [];
  let at = 0n;
  for (const hole of [...holes].sort((a, b) => (a.start < b.start ? -1 : 1))) {
    const start = hole.start > base ? ((hole.start - base) / pageSize) * pageSize : 0n;
    const end = ((hole.start + hole.size - base + pageSize - 1n) / pageSize) * pageSize;
    if (end <= at || start >= size) continue;
    if (start > at) pieces.push({ offset: at, size: start - at });
    at = end;
  }
  if (at < size) pieces.push({ offset: at, size: size - at });
  return pieces;
}

/** Leaves holes out of a region: cuts its ends off, or cuts it in pieces. The addresses of the holes are those of `by`. */
export function cutRegion(config: Config, region: MemoryRegion, holes: readonly AddressRange[], by: 'phys' | 'virt'): readonly Fix[] {
  const [first, ...others] = piecesBetween(region, holes, by);
  if (first === undefined || region.text?.file !== config.path) return [];
  const start = by === 'phys' ? region.physStart.value : region.virtStart.value;
  const end = hex(start + first.offset + first.size);
  const edits = together(pieceEdits(config, region, first), insertBehind(config, region, others));
  if (others.length > 0)
    return fix(
      `Cut ${region.path} in ${others.length === 1 ? 'two' : `${others.length + 1} pieces`} around ${[first, ...others]
        .slice(0, -1)
        .map((piece, at) => `${hex(start + piece.offset + piece.size)}-${hex(start + (others[at]?.offset ?? 0n) - 1n)}`)
        .join(' and ')}`,
      edits,
    );
  return first.offset === 0n
    ? fix(`End ${region.path} at ${end}: set size to ${hex(first.size)}`, edits)
    : fix(`Move the start of ${region.path} to ${hex(start + first.offset)}, size ${hex(first.size)}`, edits);
}

/** The edits that make a region, or a copy of it, a piece of itself. */
function pieceEdits(config: Config, region: MemoryRegion, piece: Piece): Edits {
  const size = writeNumber(config, region, region.size, piece.size);
  if (piece.offset === 0n) return size;
  return together(
    writeNumber(config, region, region.physStart, region.physStart.value + piece.offset),
    writeNumber(config, region, region.virtStart, region.virtStart.value + piece.offset),
    size,
  );
}

/** Cuts a region in two at an address, in physical memory. */
export function splitRegion(config: Config, region: MemoryRegion, at: bigint): readonly Fix[] {
  const left = at - region.physStart.value;
  const right = region.size.value - left;
  if (left <= 0n || right <= 0n) return [];
  const edits = together(
    pieceEdits(config, region, { offset: 0n, size: left }),
    insertBehind(config, region, [{ offset: left, size: right }]),
  );
  return fix(`Split ${region.path} at ${hex(at)}`, edits);
}

/** A copy of a 1:1 region behind it, for other addresses. */
export function copyOfRegion(config: Config, region: MemoryRegion, range: AddressRange): Edits {
  return insertBehind(config, region, [{ offset: range.start - region.physStart.value, size: range.size }]);
}

/** Copies of a region behind it, one for each piece; with the array's dimension, a typed counter and the indices of ivshmem devices. */
function insertBehind(config: Config, region: MemoryRegion, pieces: readonly Piece[]): Edits {
  if (pieces.length === 0) return [];
  const source = sourceOf(config);
  const member = region.text && memberAround(config, 'memory-regions', region.text);
  if (source === undefined || region.text === undefined || member === undefined || hasIndexedItems(config, member)) return undefined;
  const { start, end } = region.text;
  const lineStart = source.lastIndexOf('\n', start - 1) + 1;
  const label = /\S.*$/.exec(source.slice(lineStart, start))?.[0] ?? '';
  // A comment before the brace names the region, and its pieces too.
  const heading = /^\/\*[^*]*\*\/\s*$/.test(label) ? label : '';
  let copies = '';
  for (const piece of pieces) {
    const edits = pieceEdits(config, region, piece);
    if (edits === undefined) return undefined;
    const moved = edits.map(
      (one): TextEdit => ({ ...one, span: { ...one.span, start: one.span.start - start, end: one.span.end - start } }),
    );
    copies += `,${lineBreakOf(source)}${indentationAt(source, start)}${heading}${applyEdits(source.slice(start, end), moved)}`;
  }
  const spare = member.length - member.initialised;
  const grown = pieces.length > spare ? recount(config, 'memory-regions', member, member.initialised + pieces.length) : [];
  return together([edit(config, end, end, copies)], grown, shiftSections(config, region.index, pieces.length));
}

/**
 * A new entry behind the last region of the array, with the array's dimension and a typed counter. `lines` are the text of the entry, from its opening
 * brace to its closing one, nested lines with one tab per level. Undefined where the array is not written out in the config's own file.
 */
export function appendRegion(config: Config, lines: readonly string[]): Edits {
  const source = sourceOf(config);
  const last = config.memoryRegions.findLast((region) => region.text?.file === config.path);
  const member = last?.text && memberAround(config, 'memory-regions', last.text);
  if (source === undefined || last?.text === undefined || member === undefined || hasIndexedItems(config, member)) return undefined;
  // Behind it nothing may follow that the new entry would push on.
  if (last.index !== member.initialised - 1) return undefined;
  const { start, end } = last.text;
  const lineBreak = lineBreakOf(source);
  const indentation = indentationAt(source, start);
  const unit = indentation.includes('\t') || indentation === '' ? '\t' : ' '.repeat(Math.max(2, Math.floor(indentation.length / 2)));
  const text = lines.map((line) => `${indentation}${line.replace(/^\t+/, (tabs) => unit.repeat(tabs.length))}`).join(lineBreak);
  const grown = member.initialised < member.length ? [] : recount(config, 'memory-regions', member, member.length + 1);
  return together([edit(config, end, end, `,${lineBreak}${text}`)], grown);
}

/** `Set the length of mem_regions to 7`: shrinks an array to what its initialiser fills. */
export function shrinkArray(config: Config, kind: ArrayKind, member: DeclaredMember): readonly Fix[] {
  const length = member.initialised;
  if (length === 0) return [];
  // Regions that an ivshmem device names have to stay.
  if (kind === 'memory-regions' && ivshmemDevices(config).some((device) => endOfSections(device) > length)) return [];
  return fix(`Shrink ${member.name} to ${length}`, recount(config, kind, member, length));
}
