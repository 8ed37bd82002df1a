import { type FieldEntry, type FieldType, type InlineRecord, inRevision, type RecordEntry, type Revision } from './entry.ts';
import { type Architecture, scalarSize } from './scalar.ts';
import { findRecord } from './table.ts';

/** Where a member lies in its struct. */
export interface FieldLayout {
  /** As C writes it from the struct: `phys_start`, `platform_info.arm.gicd_base`. */
  readonly path: string;
  readonly entry: FieldEntry;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Bytes of the whole member, arrays included; of a bit-field, those of its declared type. */
  readonly size: number;
  /** Bytes of one element; the same as `size` when it is no array. */
  readonly elementSize: number;
  /** Of a bit-field: its lowest bit in the byte at `offset` (little endian), and its width. */
  readonly bits: { readonly start: number; readonly width: number } | undefined;
}

export interface RecordLayout {
  readonly record: RecordEntry;
  /** Bytes. */
  readonly size: number;
  readonly alignment: number;
  /** Members in order, those of structs and unions written inside included; members of named structs are not taken apart. */
  readonly fields: readonly FieldLayout[];
}

interface Extent {
  readonly size: number;
  readonly alignment: number;
}

type Body = Pick<InlineRecord, 'kind' | 'packed' | 'fields'>;

const layouts = new Map<string, RecordLayout | undefined>();

/**
 * Layout of a struct or union as the compiler makes it (the ABI of all three architectures packs alike).
 * Undefined when that revision has no such tag.
 */
export function layoutOf(tag: string, revision: Revision, arch: Architecture = 'arm64'): RecordLayout | undefined {
  const key = `${tag} ${revision} ${arch}`;
  if (!layouts.has(key)) {
    const record = findRecord(tag, revision);
    if (!record) return undefined;
    const fields: FieldLayout[] = [];
    layouts.set(key, { record, ...place(record, '', 0, fields, revision, arch), fields });
  }
  return layouts.get(key);
}

/**
 * The member at a path that may lead through named structs and array elements: `root_cell.console.type`,
 * `platform_info.iommu_units[1].base`. Undefined when there is none. Indices are not checked against the array's length.
 */
export function fieldAt(tag: string, path: string, revision: Revision, arch: Architecture = 'arm64'): FieldLayout | undefined {
  const layout = layoutOf(tag, revision, arch);
  const bare = path.replace(/\[\d+\]/g, '');
  const field = layout?.fields
    .filter((candidate) => bare === candidate.path || bare.startsWith(`${candidate.path}.`))
    .reduce<FieldLayout | undefined>((longest, next) => (longest && longest.path.length >= next.path.length ? longest : next), undefined);
  if (!field) return undefined;
  // No array stands inside another member's path here, so the first index behind the path is the member's own.
  const rest = path.slice(field.path.length);
  const index = /^\[(\d+)\]/.exec(rest);
  if (index && !field.entry.dimension) return undefined;
  const offset = field.offset + (index ? Number(index[1]) * field.elementSize : 0);
  const tail = rest.slice(index?.[0].length ?? 0);
  if (tail === '') return index ? { ...field, path, offset, size: field.elementSize } : { ...field, path };
  const type = field.entry.type;
  if (!tail.startsWith('.') || typeof type === 'string' || !('reference' in type)) return undefined;
  const inner = fieldAt(type.reference, tail.slice(1), revision, arch);
  return inner && { ...inner, path, offset: offset + inner.offset };
}

function place(body: Body, prefix: string, base: number, into: FieldLayout[], revision: Revision, arch: Architecture): Extent {
  let bit = 0;
  let size = 0;
  let alignment = 1;
  for (const entry of body.fields) {
    if (!inRevision(entry, revision)) continue;
    const path = entry.name === '' ? prefix : prefix + entry.name;
    const element = extentOf(entry.type, revision, arch);
    const total = element.size * (entry.dimension?.length ?? 1);
    if (body.kind === 'union') bit = 0;
    else if (entry.bits === undefined) bit = roundUp(bit, 8 * (body.packed ? 1 : element.alignment));
    const offset = base + (bit >> 3);
    if (entry.name !== '') {
      const bits = entry.bits === undefined ? undefined : { start: bit & 7, width: entry.bits };
      into.push({ path, entry, offset, size: total, elementSize: element.size, bits });
    }
    if (typeof entry.type !== 'string' && 'fields' in entry.type) {
      place(entry.type, entry.name === '' ? prefix : `${path}.`, offset, into, revision, arch);
    }
    bit += entry.bits ?? 8 * total;
    size = Math.max(size, roundUp(bit, 8) >> 3);
    if (!body.packed) alignment = Math.max(alignment, element.alignment);
  }
  return { size: roundUp(size, alignment), alignment };
}

function extentOf(type: FieldType, revision: Revision, arch: Architecture): Extent {
  if (typeof type === 'string') {
    const size = scalarSize(type, arch);
    return { size, alignment: size };
  }
  if ('fields' in type) return place(type, '', 0, [], revision, arch);
  const layout = layoutOf(type.reference, revision, arch);
  if (!layout) throw new Error(`ABI table: no ${type.reference} in revision ${revision}`);
  return layout;
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
