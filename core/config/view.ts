import type { AggregateValue, InitialValue } from '../c/initial-value.ts';
import { type Field as CField, type CType, fieldAt, findMember, isRecord, type RecordType } from '../c/types.ts';
import type { Span } from '../source/span.ts';
import type { Field } from './model.ts';

/** The bytes of a config, and how to name a place in them where there is no text. */
export interface Image {
  readonly bytes: Uint8Array;
  /** Set for a `.cell` file: spans are byte offsets into it. */
  readonly binaryPath: string | undefined;
}

interface Located {
  readonly type: CType;
  readonly offset: number;
  readonly bit: { readonly start: number; readonly width: number } | undefined;
  readonly node: InitialValue | undefined;
  readonly path: string;
  /** Span for a part that the author did not write. */
  readonly fallback: Span;
}

/** A struct (or an element) laid over the bytes, with the initialiser that it came from. */
export class StructView {
  constructor(
    private readonly image: Image,
    readonly type: RecordType,
    readonly offset: number,
    readonly path: string,
    private readonly node: InitialValue | undefined,
    private readonly fallback: Span,
  ) {}

  /** The initialiser, braces included. */
  get span(): Span {
    if (this.image.binaryPath !== undefined) return { file: this.image.binaryPath, start: this.offset, end: this.offset + this.type.size };
    return this.node?.span ?? this.fallback;
  }

  /** The braces as typed. */
  get typed(): Span | undefined {
    return this.node?.kind === 'aggregate' && this.node.braced ? this.node.text : undefined;
  }

  get explicit(): boolean {
    return this.image.binaryPath !== undefined || this.node !== undefined;
  }

  has(name: string): boolean {
    return resolveMember(this.type, name) !== undefined;
  }

  /** A member of at most 32 bits. A layout that lacks it (a fork's, or a header cut short) reads as zero: ask `has` where that matters. */
  number(name: string): Field<number> {
    return this.field(this.locate(name), Number);
  }

  big(name: string): Field<bigint> {
    return this.field(this.locate(name), (value) => value);
  }

  optionalNumber(name: string): Field<number> | undefined {
    return this.has(name) ? this.number(name) : undefined;
  }

  optionalBig(name: string): Field<bigint> | undefined {
    return this.has(name) ? this.big(name) : undefined;
  }

  /** A char array, up to its first NUL. */
  text(name: string): Field<string> {
    const at = this.locate(name);
    const raw = this.image.bytes.subarray(at.offset, at.offset + at.type.size);
    const end = raw.indexOf(0);
    return this.describe(at, utf8.decode(end < 0 ? raw : raw.subarray(0, end)));
  }

  /** A nested struct. */
  struct(name: string): StructView {
    const at = this.locate(name);
    return new StructView(this.image, isRecord(at.type) ? at.type : nothing, at.offset, at.path, at.node, at.fallback);
  }

  optionalStruct(name: string): StructView | undefined {
    return this.has(name) && isRecord(this.locate(name).type) ? this.struct(name) : undefined;
  }

  /** The elements of an array of structs. */
  structs(name: string): StructView[] {
    const at = this.locate(name);
    if (at.type.kind !== 'array' || !isRecord(at.type.element)) return [];
    return elements(this.image, at.type.element, at.offset, at.type.length ?? 0, at.path, aggregate(at.node), at.fallback);
  }

  /** The elements of an array of integers. */
  numbers(name: string): Field<number>[] {
    const at = this.locate(name);
    if (at.type.kind !== 'array') return [];
    const { element } = at.type;
    return integers(this.image, element, at.offset, at.type.length ?? 0, at.path, aggregate(at.node), at.fallback).map((field) => ({
      ...field,
      value: Number(field.value),
    }));
  }

  private locate(name: string): Located {
    const member = resolveMember(this.type, name);
    if (!member) return this.absent(name);
    let node = this.node;
    let fallback = this.fallback;
    for (let i = 0; i < member.steps.length; i++) {
      const whole = aggregate(node);
      if (whole) fallback = whole.label;
      node = whole?.type === member.owners[i] ? whole?.parts.get(member.steps[i] as number) : undefined;
    }
    const path = this.path ? `${this.path}.${name}` : name;
    return { type: member.type, offset: this.offset + member.offset, bit: member.bit, node, path, fallback };
  }

  private absent(name: string): Located {
    const path = this.path ? `${this.path}.${name}` : name;
    return {
      type: nothing,
      offset: this.offset,
      bit: undefined,
      node: undefined,
      path,
      fallback: aggregate(this.node)?.label ?? this.fallback,
    };
  }

  private field<T>(at: Located, convert: (value: bigint) => T): Field<T> {
    const value = at.bit ? readBits(this.image.bytes, at.offset, at.bit) : readInteger(this.image.bytes, at.offset, at.type.size);
    return this.describe(at, convert(value));
  }

  private describe<T>(at: Located, value: T): Field<T> {
    const { binaryPath } = this.image;
    const size = at.type.size;
    const span = binaryPath === undefined ? (at.node?.span ?? at.fallback) : { file: binaryPath, start: at.offset, end: at.offset + size };
    const text = at.node?.kind === 'aggregate' ? undefined : at.node?.text;
    return { value, span, text, explicit: binaryPath !== undefined || at.node !== undefined, path: at.path, offset: at.offset, size };
  }
}

/** A member as it lies in its type, anonymous structs and unions passed through. */
interface Member {
  readonly steps: readonly number[];
  /** The type that each step is taken in. */
  readonly owners: readonly CType[];
  readonly type: CType;
  readonly offset: number;
  readonly bit: CField['bit'];
}

/** Every config asks for the same members of the same few types. */
const members = new WeakMap<RecordType, Map<string, Member | undefined>>();

function resolveMember(type: RecordType, name: string): Member | undefined {
  let known = members.get(type);
  if (!known) {
    known = new Map();
    members.set(type, known);
  }
  if (known.has(name)) return known.get(name);
  const steps = findMember(type, name);
  let member: Member | undefined;
  if (steps) {
    const owners: CType[] = [];
    let at: CType = type;
    let offset = 0;
    let bit: CField['bit'];
    for (const step of steps) {
      owners.push(at);
      const field: CField = fieldAt(at as RecordType, step);
      offset += field.offset;
      bit = field.bit;
      at = field.type;
    }
    member = { steps, owners, type: at, offset, bit };
  }
  known.set(name, member);
  return member;
}

const utf8 = new TextDecoder();

/** The type of what a layout does not have. */
const nothing: RecordType = { kind: 'struct', tag: undefined, fields: [], size: 0, align: 1, packed: true, end: undefined };

function aggregate(node: InitialValue | undefined): AggregateValue | undefined {
  return node?.kind === 'aggregate' ? node : undefined;
}

/** Views of the elements of an array of structs. */
export function elements(
  image: Image,
  type: RecordType,
  offset: number,
  count: number,
  path: string,
  node: AggregateValue | undefined,
  fallback: Span,
): StructView[] {
  const inner = node?.label ?? fallback;
  return Array.from(
    { length: count },
    (_, i) => new StructView(image, type, offset + i * type.size, `${path}[${i}]`, node?.parts.get(i), inner),
  );
}

/** The elements of an array of integers. */
export function integers(
  image: Image,
  type: CType,
  offset: number,
  count: number,
  path: string,
  node: AggregateValue | undefined,
  fallback: Span,
): Field<bigint>[] {
  return Array.from({ length: count }, (_, i) => {
    const at = offset + i * type.size;
    const part = node?.parts.get(i);
    const span =
      image.binaryPath === undefined ? (part?.span ?? node?.label ?? fallback) : { file: image.binaryPath, start: at, end: at + type.size };
    return {
      value: readInteger(image.bytes, at, type.size),
      span,
      text: part?.text,
      explicit: image.binaryPath !== undefined || part !== undefined,
      path: `${path}[${i}]`,
      offset: at,
      size: type.size,
    };
  });
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 0x100 + (bytes[at + 2] ?? 0) * 0x1_0000 + (bytes[at + 3] ?? 0) * 0x100_0000;
}

/** Little endian; bytes beyond the end read as zero. Sizes are 1, 2, 4, 8 or 16. */
export function readInteger(bytes: Uint8Array, offset: number, size: number): bigint {
  if (size <= 4) {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[offset + i] ?? 0);
    return BigInt(value);
  }
  let value = 0n;
  for (let i = size - 4; i >= 0; i -= 4) value = (value << 32n) | BigInt(word(bytes, offset + i));
  return value;
}

function readBits(bytes: Uint8Array, offset: number, bit: { readonly start: number; readonly width: number }): bigint {
  const span = Math.ceil((bit.start + bit.width) / 8);
  return BigInt.asUintN(bit.width, readInteger(bytes, offset, span) >> BigInt(bit.start));
}
