import type { InitialValue } from './initial-value.ts';
import type { ObjectEntity } from './scope.ts';
import type { CType, IntegerType, TargetTypes } from './types.ts';

/** What an expression gives. */
export interface Value {
  readonly type: CType;
  /** The number; of a pointer its address. Meaningless unless `constant`. */
  readonly value: bigint;
  readonly constant: boolean;
  /** An error has been reported for it: nothing more is to be said. */
  readonly poisoned?: boolean;
  /** The object that an lvalue designates (or a part of). */
  readonly object?: ObjectEntity;
  /** The address of an lvalue reached through a constant pointer, as in `&((struct s *)0)->m`. */
  readonly address?: bigint;
  /** A compound literal, or a struct-valued constant. */
  readonly initial?: InitialValue;
  /** A string literal's code units. */
  readonly units?: readonly number[];
}

export function constant(type: CType, value: bigint): Value {
  return { type, value: type.kind === 'integer' ? wrap(value, type) : value, constant: true };
}

export function poison(types: TargetTypes): Value {
  return { type: types.int, value: 0n, constant: true, poisoned: true };
}

/** The value as the type holds it (modulo its width; `_Bool` is 0 or 1). */
export function wrap(value: bigint, type: IntegerType): bigint {
  if (type.rank === 0) return value === 0n ? 0n : 1n;
  const bits = type.size * 8;
  return type.signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** C17 6.3.1.1: everything narrower than int becomes int. */
export function promote(type: IntegerType, types: TargetTypes): IntegerType {
  if (type.rank >= types.int.rank) return type.enumTag === undefined ? type : type.signed ? types.int : types.uint;
  return types.int;
}

/** C17 6.3.1.8, the usual arithmetic conversions. */
export function commonType(a: IntegerType, b: IntegerType, types: TargetTypes): IntegerType {
  const x = promote(a, types);
  const y = promote(b, types);
  if (x.signed === y.signed) return x.rank >= y.rank ? x : y;
  const [unsigned, signed] = x.signed ? [y, x] : [x, y];
  if (unsigned.rank >= signed.rank) return unsigned;
  if (signed.size > unsigned.size) return signed;
  return unsignedOf(signed, types);
}

export function unsignedOf(type: IntegerType, types: TargetTypes): IntegerType {
  if (!type.signed) return type;
  switch (type.rank) {
    case 1:
      return types.uchar;
    case 2:
      return types.ushort;
    case 3:
      return types.uint;
    case 4:
      return types.ulong;
    case 5:
      return types.ullong;
    default:
      return types.uint128;
  }
}

/** C17 6.4.4.1: the first type of the list that holds the literal. */
export function literalType(value: bigint, decimal: boolean, unsigned: boolean, long: 0 | 1 | 2, types: TargetTypes): IntegerType {
  if (value <= 0x7fff_ffffn && !unsigned && long === 0) return types.int;
  const pairs: readonly [IntegerType, IntegerType][] = [
    [types.int, types.uint],
    [types.long, types.ulong],
    [types.llong, types.ullong],
  ];
  for (const [signed, plain] of pairs.slice(long)) {
    if (!unsigned && wrap(value, signed) === value) return signed;
    if ((unsigned || !decimal) && wrap(value, plain) === value) return plain;
  }
  // gcc takes a decimal literal above 2^63 for a 128-bit one where there is such a type, and wraps it otherwise.
  return unsigned || !decimal || types.pointerSize === 4 ? types.ullong : types.int128;
}
