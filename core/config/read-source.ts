import { encodeObject } from '../c/image.ts';
import type { AggregateValue } from '../c/initial-value.ts';
import type { ObjectEntity, Scope } from '../c/scope.ts';
import type { TranslationUnit } from '../c/translation-unit.ts';
import { type ArrayType, type Field as CField, type CType, fieldAt, type RecordType } from '../c/types.ts';
import type { Span } from '../source/span.ts';
import { placeOf, placeOfRun, type Token } from '../source/token.ts';
import { strongEvidenceOfArm } from './architecture-evidence.ts';
import { arrayFormats } from './arrays.ts';
import { type ArrayPlace, configArrays, counterOf, readArrays, unitSizeOf } from './assemble.ts';
import {
  type Architecture,
  type ArrayKind,
  architectureNumbers,
  type Config,
  type DeclaredMember,
  type HeaderOrigin,
  type SourceShape,
} from './model.ts';
import { cellDescriptor, systemHeader } from './parts.ts';
import { type Image, StructView } from './view.ts';

/** The object that is the config: the first that is, or begins with, a system header or a cell descriptor. */
export function findConfigObject(unit: TranslationUnit): ObjectEntity | undefined {
  return unit.objects.find((object) => object.defined && headOf(object.type) !== undefined);
}

function headOf(type: CType): RecordType | undefined {
  if (type.kind !== 'struct' || !type.fields) return undefined;
  if (type.tag === 'jailhouse_system' || type.tag === 'jailhouse_cell_desc') return type;
  const first = type.fields?.[0]?.type;
  return first && first.kind === 'struct' ? headOf(first) : undefined;
}

/**
 * Lays the model over the object that a source defines. The architecture that the author wrote into the header counts for
 * the config, unless somebody insists on another (`insist`) or everything else in it speaks against it; the types are those of `arch` in any case.
 */
export function readSource(
  path: string,
  unit: TranslationUnit,
  object: ObjectEntity,
  header: HeaderOrigin,
  arch: Architecture,
  insist: boolean,
): Config {
  const type = object.type as RecordType;
  const head = headOf(type) as RecordType;
  const kind = head.tag === 'jailhouse_system' ? 'system' : 'cell';
  const bytes = encodeObject(type, object.initial);
  const image: Image = { bytes, binaryPath: undefined };
  const name = placeOf(object.token);
  const span = object.initial?.span ?? name;
  const outer = type === head ? undefined : type;
  const top = topView(image, type, head, object, name);
  const descriptor = kind === 'system' ? top.struct('root_cell') : top;
  const members = outer ? declaredMembers(outer, object) : [];
  const config: Config = {
    path,
    origin: 'source',
    kind,
    arch,
    header,
    span,
    bytes,
    system: kind === 'system' ? systemHeader(top, arch) : undefined,
    cell: cellDescriptor(descriptor),
    ...readArrays(image, unit.scope, arrayPlaces(descriptor, unit.scope, type, head, object, members, name), name),
    arrays: configArrays(descriptor, unit.scope, members),
    shape: shapeOf(path, unit, object, type, members, name),
  };
  const written = insist ? undefined : writtenArchitecture(top);
  if (written === undefined || written === arch) return config;
  // Who writes x86 into a config full of GIC addresses has mistyped the architecture, not the rest.
  if (written === 'x86' && strongEvidenceOfArm(config) !== undefined) return config;
  return { ...config, arch: written, system: kind === 'system' ? systemHeader(top, written) : undefined };
}

function topView(image: Image, type: RecordType, head: RecordType, object: ObjectEntity, fallback: Span): StructView {
  let view = new StructView(image, type, 0, '', object.initial, fallback);
  while (view.type !== head) view = view.struct(fieldAt(view.type, 0).name ?? '');
  return view;
}

function writtenArchitecture(head: StructView): Architecture | undefined {
  const field = head.optionalNumber('architecture');
  if (!field?.explicit) return undefined;
  return (Object.keys(architectureNumbers) as Architecture[]).find((arch) => architectureNumbers[arch] === field.value);
}

/** Which of the hypervisor's arrays a member is, by its element type. */
function kindOf(type: CType, seen: ReadonlySet<ArrayKind>): ArrayKind | undefined {
  const element = type.kind === 'array' ? innermost(type) : type;
  if (element.kind === 'struct' || element.kind === 'union')
    return arrayFormats.find((format) => format.tag !== undefined && format.tag === element.tag)?.kind;
  if (element.kind !== 'integer') return undefined;
  if (!seen.has('cpus') && seen.size === 0) return 'cpus';
  if (type.kind !== 'array') return undefined;
  return element.size === 1 ? 'pio' : element.size === 4 ? 'stream-ids' : undefined;
}

function innermost(type: ArrayType): CType {
  return type.element.kind === 'array' ? innermost(type.element) : type.element;
}

function declaredMembers(outer: RecordType, object: ObjectEntity): DeclaredMember[] {
  const initial = object.initial?.kind === 'aggregate' ? object.initial : undefined;
  const seen = new Set<ArrayKind>();
  return (outer.fields ?? []).flatMap((field, index) => {
    if (field.name === undefined || !field.token) return [];
    const kind = index === 0 ? undefined : kindOf(field.type, seen);
    if (kind) seen.add(kind);
    const part = initial?.parts.get(index);
    const array = field.type.kind === 'array' ? field.type : undefined;
    const initialised =
      part?.kind === 'aggregate' && array ? Math.max(0, ...part.parts.keys()) + (part.parts.size > 0 ? 1 : 0) : part ? 1 : 0;
    const open = array?.length === undefined && part?.kind === 'aggregate' ? initialised : undefined;
    const length = array ? (open ?? array.length ?? 0) : 1;
    return {
      name: field.name,
      span: placeOf(field.token),
      dimension: array?.dimension && dimensionSpan(array.dimension),
      initialiser: part?.span,
      kind,
      offset: field.offset,
      size: array ? length * array.element.size : field.type.size,
      length,
      initialised,
    };
  });
}

/** The text between the brackets; empty for `[]`. */
function dimensionSpan(dimension: readonly [Token, Token]): Span {
  const [open, close] = dimension;
  const whole = placeOfRun([open, close], 0, 2);
  return open.expansion || close.expansion ? whole : { file: whole.file, start: open.end, end: close.start };
}

function arrayPlaces(
  descriptor: StructView,
  scope: Scope,
  type: RecordType,
  head: RecordType,
  object: ObjectEntity,
  members: readonly DeclaredMember[],
  fallback: Span,
): Map<ArrayKind, ArrayPlace[]> {
  const places = new Map<ArrayKind, ArrayPlace[]>();
  const consistent = isConsistent(descriptor, scope, head, members);
  const initial = object.initial?.kind === 'aggregate' ? object.initial : undefined;
  for (const format of arrayFormats) {
    const counter = counterOf(descriptor, format);
    const own = members.filter((member) => member.kind === format.kind);
    if (!counter || own.length === 0) continue;
    let left = consistent ? counter.field.value : Number.POSITIVE_INFINITY;
    const found: ArrayPlace[] = [];
    for (const member of own) {
      const index = (type.fields ?? []).findIndex((field) => field.name === member.name);
      const field = type.fields?.[index] as CField;
      const element = field.type.kind === 'array' ? field.type.element : field.type;
      const inBytes = format.kind === 'cpus';
      const count = Math.min(left, inBytes ? member.size : member.length);
      left -= count;
      const part = initial?.parts.get(index);
      found.push({
        offset: member.offset,
        count,
        type: element,
        path: member.name,
        node: part?.kind === 'aggregate' ? (part as AggregateValue) : undefined,
        fallback: part?.span ?? fallback,
        member,
      });
    }
    places.set(format.kind, found);
  }
  return places;
}

/**
 * True when the hypervisor, walking by the counters, meets each array where the source has it. Arrays at the end that no
 * counter announces do not matter to it. Where this is false the counters are no guide to what the author meant.
 */
function isConsistent(descriptor: StructView, scope: Scope, head: RecordType, members: readonly DeclaredMember[]): boolean {
  let offset = head.size;
  for (const format of arrayFormats) {
    const counter = counterOf(descriptor, format);
    if (!counter || counter.field.value === 0) continue;
    const own = members.filter((member) => member.kind === format.kind);
    const first = own[0];
    if (!first || first.offset !== offset) return false;
    const size = counter.field.value * unitSizeOf(scope, format, counter.name);
    if (size > own.reduce((sum, member) => sum + member.size, 0)) return false;
    offset += size;
  }
  return true;
}

function shapeOf(
  path: string,
  unit: TranslationUnit,
  object: ObjectEntity,
  type: RecordType,
  members: readonly DeclaredMember[],
  name: Span,
): SourceShape {
  let padding = 0;
  let end = 0;
  for (const field of type.fields ?? []) {
    padding += Math.max(0, field.offset - end);
    end = field.offset + field.type.size;
  }
  return {
    objectName: object.name,
    source: object.token.file.path === path ? object.token.file : undefined,
    objectSpan: name,
    members,
    padding: padding + Math.max(0, type.size - end),
    structEnd: type.end ? placeOf(type.end) : name,
    otherObjects: unit.objects
      .filter((other) => other.defined && other.name !== object.name)
      .map((other) => ({ name: other.name, span: placeOf(other.token) })),
  };
}
