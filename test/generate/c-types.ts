import type { Choices } from './choices.ts';

/** The C types that generated sources declare, and how they are written. */
export type CType = IntegerType | CharArray | ArrayType | RecordType;

export interface IntegerType {
  readonly kind: 'integer';
  readonly name: string;
  /** Widest bit-field that every target accepts for it. */
  readonly bits: number;
}

export interface CharArray {
  readonly kind: 'string';
  readonly length: number;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly of: CType;
  readonly length: number;
  /** The length as the source writes it. */
  readonly dimension: string;
}

export interface RecordType {
  readonly kind: 'record';
  readonly union: boolean;
  /** `struct name` where it was declared before; otherwise the body is written in place. */
  readonly reference: string | undefined;
  /** Attributes behind the closing brace. */
  readonly attributes: string;
  readonly members: readonly Member[];
}

export interface Member {
  /** Undefined for an anonymous struct or union, and for an unnamed bit-field. */
  readonly name: string | undefined;
  readonly type: CType;
  /** Bit-field width. */
  readonly bits?: number;
  readonly attributes: string;
}

export const integerTypes: readonly IntegerType[] = [
  { kind: 'integer', name: '__u64', bits: 64 },
  { kind: 'integer', name: '__u32', bits: 32 },
  { kind: 'integer', name: '__u16', bits: 16 },
  { kind: 'integer', name: '__u8', bits: 8 },
  { kind: 'integer', name: '__s64', bits: 64 },
  { kind: 'integer', name: '__s32', bits: 32 },
  { kind: 'integer', name: '__s16', bits: 16 },
  { kind: 'integer', name: '__s8', bits: 8 },
  { kind: 'integer', name: 'u32', bits: 32 },
  { kind: 'integer', name: 'unsigned int', bits: 32 },
  { kind: 'integer', name: 'int', bits: 32 },
  { kind: 'integer', name: 'short', bits: 16 },
  { kind: 'integer', name: 'unsigned short int', bits: 16 },
  { kind: 'integer', name: 'signed char', bits: 8 },
  { kind: 'integer', name: 'char', bits: 8 },
  { kind: 'integer', name: 'unsigned', bits: 32 },
  { kind: 'integer', name: 'long', bits: 32 },
  { kind: 'integer', name: 'unsigned long', bits: 32 },
  { kind: 'integer', name: 'long long unsigned int', bits: 64 },
];

/** Declares random record types; each name is used once in the whole source. */
export class TypeMaker {
  private names = 0;

  constructor(private readonly choices: Choices) {}

  fresh(prefix: string): string {
    return `${prefix}${this.names++}`;
  }

  record(depth: number, reference?: string): RecordType {
    const c = this.choices;
    const union = c.chance(20);
    const members: Member[] = [];
    const count = 1 + c.below(5);
    for (let i = 0; i < count; i++) members.push(this.member(depth));
    // A record of unnamed bit-fields only has no member to name: gcc gives it size 0, and nobody writes that.
    if (!members.some((member) => member.name !== undefined)) members.push({ name: this.fresh('m'), type: this.integer(), attributes: '' });
    return { kind: 'record', union, reference, attributes: this.recordAttributes(), members };
  }

  private recordAttributes(): string {
    return this.choices.weighted([
      [50, '__attribute__((packed))'],
      [30, ''],
      [8, '__attribute__((__packed__))'],
      [4, '__attribute__((packed, aligned(4)))'],
      [4, '__attribute__((aligned(8)))'],
      [4, '__attribute__((packed)) __attribute__((aligned(2)))'],
    ]);
  }

  private member(depth: number): Member {
    const c = this.choices;
    const form = c.weighted([
      [50, 'integer'],
      [14, 'bits'],
      [12, 'array'],
      [8, 'string'],
      [8, 'record'],
      [8, 'anonymous'],
    ]);
    if (form === 'bits') {
      const type = this.integer();
      if (c.chance(15)) return { name: undefined, type, bits: c.below(type.bits + 1), attributes: '' };
      return { name: this.fresh('b'), type, bits: 1 + c.below(type.bits), attributes: '' };
    }
    if (form === 'anonymous' && depth > 0) return { name: undefined, type: this.record(depth - 1), attributes: '' };
    return {
      name: this.fresh('m'),
      type: form === 'integer' ? this.integer() : this.type(depth, form),
      attributes: this.memberAttributes(),
    };
  }

  private memberAttributes(): string {
    return this.choices.weighted([
      [90, ''],
      [4, '__attribute__((packed))'],
      [3, '__attribute__((aligned(1)))'],
      [3, '__attribute__((aligned(8)))'],
    ]);
  }

  integer(): IntegerType {
    return this.choices.pick(integerTypes);
  }

  type(depth: number, form?: string): CType {
    const c = this.choices;
    form ??= c.pick(['integer', 'array', 'record', 'string']);
    if (form === 'string') return { kind: 'string', length: 1 + c.below(9) };
    if (form === 'record' && depth > 0) return this.record(depth - 1);
    if (form === 'array') {
      const length = c.chance(8) ? 0 : 1 + c.below(4);
      return arrayOf(depth > 0 ? this.type(depth - 1) : this.integer(), length, c);
    }
    return this.integer();
  }
}

/** An array whose dimension is written in one of the ways that configs use: `4`, `2 + 2`, `0x4`. */
export function arrayOf(of: CType, length: number, c: Choices): ArrayType {
  const dimension = c.weighted([
    [70, `${length}`],
    [10, `0x${length.toString(16)}`],
    [10, `${c.below(length + 1)} + ${length}`],
    [10, `(${length} << 1) / 2`],
  ]);
  const sum = /^(\d+) \+ (\d+)$/.exec(dimension);
  return { kind: 'array', of, length: sum ? Number(sum[1]) + Number(sum[2]) : length, dimension };
}

/** `__u32 name[4][2]`, `struct { … } __attribute__((packed)) name`; indented by `indent` tabs inside a body. */
export function declare(type: CType, name: string, indent = 1): string {
  let suffix = '';
  while (type.kind === 'array') {
    suffix += `[${type.dimension}]`;
    type = type.of;
  }
  if (type.kind === 'string') return `char ${name}${suffix}[${type.length}]`;
  if (type.kind === 'integer') return `${type.name} ${name}${suffix}`;
  return `${recordText(type, indent)} ${name}${suffix}`.trimEnd();
}

/** A reference to a record, or its body. */
export function recordText(type: RecordType, indent = 1): string {
  if (type.reference !== undefined) return type.reference;
  return `${recordBody(type, type.union ? 'union' : 'struct', indent)}${type.attributes && ` ${type.attributes}`}`;
}

/** `struct tag { … }`, without the attributes. */
export function recordBody(type: RecordType, keyword: string, indent = 1): string {
  const tabs = '\t'.repeat(indent);
  const lines = type.members.map((member) => {
    const bits = member.bits === undefined ? '' : `:${member.bits}`;
    const text = declare(member.type, member.name ?? '', indent + 1).trimEnd();
    return `${tabs}${text}${bits}${member.attributes && ` ${member.attributes}`};`;
  });
  return `${keyword} {\n${lines.join('\n')}\n${'\t'.repeat(indent - 1)}}`;
}

/** The members that a designator can name from here: those of anonymous members count as one's own. */
export function namedMembers(type: RecordType): readonly (Member & { readonly name: string })[] {
  const out: (Member & { readonly name: string })[] = [];
  for (const member of type.members) {
    if (member.name !== undefined) out.push({ ...member, name: member.name });
    else if (member.type.kind === 'record') out.push(...namedMembers(member.type));
  }
  return out;
}

/** Scalars that a fully elided initialiser of the type takes. */
export function scalarCount(type: CType): number {
  if (type.kind === 'integer') return 1;
  if (type.kind === 'string') return type.length;
  if (type.kind === 'array') return type.length * scalarCount(type.of);
  const members = type.members.filter((member) => member.name !== undefined || member.type.kind === 'record');
  if (type.union) return members[0] === undefined ? 0 : scalarCount(members[0].type);
  return members.reduce((sum, member) => sum + scalarCount(member.type), 0);
}
