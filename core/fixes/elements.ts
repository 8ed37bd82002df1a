import type { AddressRange } from '../config/address-window.ts';
import { endOfSections, ivshmemDevices } from '../config/ivshmem.ts';
import { pageSize } from '../config/memory-flags.ts';
import type { ArrayKind, Config, DeclaredMember, Field, MemoryRegion } from '../config/model.ts';
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
function shiftSections(config: Config, index: number, delta: 1 | -1): Edits {
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

/** Leaves `hole` out of a region: cuts one end off, or cuts it in two. The addresses of the hole are those of `by`. */
export function cutRegion(config: Config, region: MemoryRegion, hole: AddressRange, by: 'phys' | 'virt'): readonly Fix[] {
  const base = by === 'phys' ? region.physStart.value : region.virtStart.value;
  const size = region.size.value;
  const holeEnd = hole.start + hole.size;
  // Pieces are mapped page by page.
  const left = hole.start > base ? ((hole.start - base) / pageSize) * pageSize : 0n;
  const rest = holeEnd - base;
  const rightAt = ((rest + pageSize - 1n) / pageSize) * pageSize;
  const right = rightAt < size ? size - rightAt : 0n;
  const ends = `${hex(hole.start)}-${hex(holeEnd - 1n)}`;
  if (left === 0n && right === 0n) return [];
  if (region.text?.file !== config.path) return [];
  const resized = (value: bigint) => writeNumber(config, region, region.size, value);
  if (right === 0n) return fix(`End ${region.path} before ${hex(hole.start)}: set size to ${hex(left)}`, resized(left));
  const moved = together(
    moveBy(config, region, region.physStart, rightAt),
    moveBy(config, region, region.virtStart, rightAt),
    resized(right),
  );
  if (left === 0n)
    return fix(`Start ${region.path} behind ${hex(holeEnd - 1n)}: move it to ${hex(base + rightAt)}, size ${hex(right)}`, moved);
  return fix(`Cut ${region.path} in two around ${ends}`, together(resized(left), insertBehind(config, region, moved)));
}

/** Cuts a region in two at an address, in physical memory. */
export function splitRegion(config: Config, region: MemoryRegion, at: bigint): readonly Fix[] {
  const left = at - region.physStart.value;
  const right = region.size.value - left;
  if (left <= 0n || right <= 0n) return [];
  const moved = together(
    moveBy(config, region, region.physStart, left),
    moveBy(config, region, region.virtStart, left),
    writeNumber(config, region, region.size, right),
  );
  return fix(
    `Split ${region.path} at ${hex(at)}`,
    together(writeNumber(config, region, region.size, left), insertBehind(config, region, moved)),
  );
}

function moveBy(config: Config, region: MemoryRegion, field: Field<bigint>, offset: bigint): Edits {
  return writeNumber(config, region, field, field.value + offset);
}

/** A copy of a region, changed by `edits`, behind it. */
function insertBehind(config: Config, region: MemoryRegion, edits: Edits): Edits {
  const source = sourceOf(config);
  const member = region.text && memberAround(config, 'memory-regions', region.text);
  if (source === undefined || region.text === undefined || edits === undefined || member === undefined) return undefined;
  if (hasIndexedItems(config, member)) return undefined;
  const { start, end } = region.text;
  const copy = applyEdits(
    source.slice(start, end),
    edits.map((one): TextEdit => ({ ...one, span: { ...one.span, start: one.span.start - start, end: one.span.end - start } })),
  );
  const lineStart = source.lastIndexOf('\n', start - 1) + 1;
  const before = source.slice(lineStart, start);
  const label = /\S.*$/.exec(before)?.[0] ?? '';
  const heading = /^\/\*[^*]*\*\/\s*$/.test(label) ? label : '';
  const grown = member.initialised === member.length ? recount(config, 'memory-regions', member, member.length + 1) : [];
  return together(
    [edit(config, end, end, `,${lineBreakOf(source)}${indentationAt(source, start)}${heading}${copy}`)],
    grown,
    shiftSections(config, region.index, 1),
  );
}

/** `Set the length of mem_regions to 7`: shrinks an array to what its initialiser fills. */
export function shrinkArray(config: Config, kind: ArrayKind, member: DeclaredMember): readonly Fix[] {
  const length = member.initialised;
  if (length === 0) return [];
  // Regions that an ivshmem device names have to stay.
  if (kind === 'memory-regions' && ivshmemDevices(config).some((device) => endOfSections(device) > length)) return [];
  return fix(`Shrink ${member.name} to ${length}`, recount(config, kind, member, length));
}
