import type { Architecture } from '../abi/scalar.ts';
import type { Token } from '../source/token.ts';

/** C types with the layout that gcc gives them on one target. Sizes and offsets are in bytes. */
export type CType = IntegerType | PointerType | ArrayType | RecordType | FunctionType | VoidType;

export interface IntegerType {
  readonly kind: 'integer';
  readonly name: string;
  readonly size: number;
  readonly align: number;
  readonly signed: boolean;
  /** Conversion rank (C17 6.3.1.1). */
  readonly rank: number;
  /** Set for `enum` types: the tag, or an empty string. */
  readonly enumTag?: string;
}

export interface PointerType {
  readonly kind: 'pointer';
  readonly to: CType;
  readonly size: number;
  readonly align: number;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly element: CType;
  /** Undefined for `[]`. */
  readonly length: number | undefined;
  readonly size: number;
  readonly align: number;
  /** The text between the brackets, for findings. */
  readonly dimension: readonly [Token, Token] | undefined;
}

export interface Field {
  /** Undefined for an anonymous struct or union, and for padding bit-fields. */
  readonly name: string | undefined;
  readonly token: Token | undefined;
  readonly type: CType;
  readonly offset: number;
  /** For a bit-field: first bit counted from `offset`, and width in bits. */
  readonly bit: { readonly start: number; readonly width: number } | undefined;
}

/** A struct or union; its fields are set once, when the closing brace is read. */
export interface RecordType {
  readonly kind: 'struct' | 'union';
  readonly tag: string | undefined;
  fields: readonly Field[] | undefined;
  size: number;
  align: number;
  packed: boolean;
  /** The closing brace of the definition. */
  end: Token | undefined;
  byName?: Map<string, number>;
}

export interface FunctionType {
  readonly kind: 'function';
  readonly size: number;
  readonly align: number;
}

export interface VoidType {
  readonly kind: 'void';
  readonly size: number;
  readonly align: number;
}

export const voidType: VoidType = { kind: 'void', size: 1, align: 1 };
export const functionType: FunctionType = { kind: 'function', size: 1, align: 1 };

/** The integer types of one target (AAPCS, AAPCS64, System V x86-64). */
export interface TargetTypes {
  readonly arch: Architecture;
  readonly bool: IntegerType;
  readonly char: IntegerType;
  readonly schar: IntegerType;
  readonly uchar: IntegerType;
  readonly short: IntegerType;
  readonly ushort: IntegerType;
  readonly int: IntegerType;
  readonly uint: IntegerType;
  readonly long: IntegerType;
  readonly ulong: IntegerType;
  readonly llong: IntegerType;
  readonly ullong: IntegerType;
  readonly int128: IntegerType;
  readonly uint128: IntegerType;
  readonly pointerSize: number;
}

function integer(name: string, size: number, signed: boolean, rank: number): IntegerType {
  return { kind: 'integer', name, size, align: size, signed, rank };
}

function targetTypes(arch: Architecture): TargetTypes {
  const word = arch === 'arm' ? 4 : 8;
  return {
    arch,
    bool: integer('_Bool', 1, false, 0),
    char: integer('char', 1, arch === 'x86', 1),
    schar: integer('signed char', 1, true, 1),
    uchar: integer('unsigned char', 1, false, 1),
    short: integer('short', 2, true, 2),
    ushort: integer('unsigned short', 2, false, 2),
    int: integer('int', 4, true, 3),
    uint: integer('unsigned int', 4, false, 3),
    long: integer('long', word, true, 4),
    ulong: integer('unsigned long', word, false, 4),
    llong: integer('long long', 8, true, 5),
    ullong: integer('unsigned long long', 8, false, 5),
    int128: integer('__int128', 16, true, 6),
    uint128: integer('unsigned __int128', 16, false, 6),
    pointerSize: word,
  };
}

const targets: Readonly<Record<Architecture, TargetTypes>> = {
  arm64: targetTypes('arm64'),
  arm: targetTypes('arm'),
  x86: targetTypes('x86'),
};

export function typesOf(arch: Architecture): TargetTypes {
  return targets[arch];
}

export function pointerTo(to: CType, target: TargetTypes): PointerType {
  return { kind: 'pointer', to, size: target.pointerSize, align: target.pointerSize };
}

export function arrayOf(element: CType, length: number | undefined, dimension?: readonly [Token, Token]): ArrayType {
  return { kind: 'array', element, length, size: length === undefined ? 0 : element.size * length, align: element.align, dimension };
}

export function isRecord(type: CType): type is RecordType {
  return type.kind === 'struct' || type.kind === 'union';
}

export function isCharacter(type: CType): type is IntegerType {
  return type.kind === 'integer' && type.size === 1 && type.rank === 1;
}

/** The steps (field indices) to a named member, through anonymous structs and unions; undefined when there is none. */
export function findMember(type: RecordType, name: string): readonly number[] | undefined {
  const own = memberIndex(type).get(name);
  if (own !== undefined) return [own];
  const fields = type.fields ?? [];
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] as Field;
    if (field.name !== undefined || !isRecord(field.type)) continue;
    const inner = findMember(field.type, name);
    if (inner) return [i, ...inner];
  }
  return undefined;
}

function memberIndex(type: RecordType): Map<string, number> {
  if (!type.byName || type.byName.size === 0) {
    type.byName = new Map();
    (type.fields ?? []).forEach((field, i) => {
      if (field.name !== undefined) type.byName?.set(field.name, i);
    });
  }
  return type.byName;
}

/** A member by its index; the index comes from the type itself. */
export function fieldAt(type: RecordType, index: number): Field {
  const field = type.fields?.[index];
  if (!field) throw new RangeError(`${describeType(type)} has no field ${index}`);
  return field;
}

/** All member names that a designator may use in this type, those of anonymous members too. */
export function memberNames(type: RecordType): string[] {
  return (type.fields ?? []).flatMap((field) =>
    field.name !== undefined ? [field.name] : isRecord(field.type) ? memberNames(field.type) : [],
  );
}

/** The type as C spells it, for messages. */
export function describeType(type: CType): string {
  switch (type.kind) {
    case 'integer':
      return type.enumTag === undefined ? type.name : `enum ${type.enumTag}`.trimEnd();
    case 'pointer':
      return `${describeType(type.to)} *`;
    case 'array':
      return `${describeType(type.element)}[${type.length ?? ''}]`;
    case 'struct':
    case 'union':
      return `${type.kind} ${type.tag ?? '(unnamed)'}`;
    case 'function':
      return 'function';
    default:
      return 'void';
  }
}
