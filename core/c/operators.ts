import { hex } from '../source/numbers.ts';
import { placeOfRun, type Token } from '../source/token.ts';
import type { Context } from './context.ts';
import { describeType, type IntegerType, pointerTo } from './types.ts';
import { commonType, poison, promote, type Value, wrap } from './value.ts';

export function notConstant(context: Context, start: number, message: string): Value {
  context.damaged = true;
  context.report('c-not-constant', 'error', message, placeOfRun(context.tokens, start, Math.max(context.at, start + 1)));
  return poison(context.types);
}

export function branch(context: Context, dead: boolean, read: () => Value): Value {
  if (!dead) return read();
  context.unevaluated++;
  const value = read();
  context.unevaluated--;
  return value;
}

export function isTrue(value: Value): boolean {
  return value.value !== 0n;
}

export function applyBinary(context: Context, operator: Token, start: number, a: Value, b: Value): Value {
  if (a.poisoned || b.poisoned) return poison(context.types);
  const { types } = context;
  const left = decay(a, context);
  const right = decay(b, context);
  const known = left.constant && right.constant;
  const text = operator.text;
  const truth = (yes: boolean, isKnown = known): Value => ({ type: types.int, value: yes ? 1n : 0n, constant: isKnown });
  if (text === '&&') return truth(isTrue(left) && isTrue(right), known || (left.constant && !isTrue(left)));
  if (text === '||') return truth(isTrue(left) || isTrue(right), known || (left.constant && isTrue(left)));
  if (left.type.kind === 'pointer' || right.type.kind === 'pointer') return pointerArithmetic(context, text, left, right, start);
  if (left.type.kind !== 'integer' || right.type.kind !== 'integer') {
    const bad = left.type.kind === 'integer' ? right : left;
    context.damaged = true;
    context.report(
      'c-type',
      'error',
      `"${text}" needs numbers, not ${describeType(bad.type)}.`,
      placeOfRun(context.tokens, start, context.at),
    );
    return poison(types);
  }
  if (text === '<<' || text === '>>') return shift(context, text, start, left, right, promote(left.type, types), known);
  const type = commonType(left.type, right.type, types);
  const x = wrap(left.value, type);
  const y = wrap(right.value, type);
  switch (text) {
    case '==':
      return truth(x === y);
    case '!=':
      return truth(x !== y);
    case '<':
      return truth(x < y);
    case '>':
      return truth(x > y);
    case '<=':
      return truth(x <= y);
    case '>=':
      return truth(x >= y);
    case '/':
    case '%':
      if (known && y === 0n) {
        if (context.unevaluated > 0) return { type, value: 0n, constant: false };
        context.damaged = true;
        context.report(
          'c-division-by-zero',
          'error',
          `Division by zero: the right side of "${text}" is 0, so this has no value.`,
          placeOfRun(context.tokens, start, context.at),
        );
        return poison(types);
      }
      return arithmetic(context, start, text === '/' ? (y === 0n ? 0n : x / y) : y === 0n ? 0n : x % y, type, known);
    case '+':
      return arithmetic(context, start, x + y, type, known);
    case '-':
      return arithmetic(context, start, x - y, type, known);
    case '*':
      return arithmetic(context, start, x * y, type, known);
    case '&':
      return { type, value: wrap(x & y, type), constant: known };
    case '|':
      return { type, value: wrap(x | y, type), constant: known };
    default:
      return { type, value: wrap(x ^ y, type), constant: known };
  }
}

/** Wraps a result; a signed one that does not fit is worth a warning, as in gcc (-Woverflow). */
export function arithmetic(context: Context, start: number, exact: bigint, type: IntegerType, known: boolean): Value {
  const value = wrap(exact, type);
  if (known && value !== exact && type.signed && context.unevaluated === 0) {
    context.report(
      'c-value-overflow',
      'warning',
      `This computes ${hex(exact)}, which does not fit ${describeType(type)}; it becomes ${hex(value)}. Add a suffix (ULL) or a cast.`,
      placeOfRun(context.tokens, start, context.at),
    );
  }
  return { type, value, constant: known };
}

function shift(context: Context, text: string, start: number, left: Value, right: Value, type: IntegerType, known: boolean): Value {
  const bits = BigInt(type.size * 8);
  const by = right.value;
  const value = wrap(left.value, type);
  if (!known) return { type, value: 0n, constant: false };
  if (by < 0n) {
    // gcc warns, and then finds that the initialiser is no constant.
    if (context.unevaluated > 0) return { type, value: 0n, constant: false };
    context.damaged = true;
    context.report(
      'c-shift',
      'error',
      `The shift count ${by} is negative, so this has no value.`,
      placeOfRun(context.tokens, start, context.at),
    );
    return poison(context.types);
  }
  if (by >= bits && context.unevaluated === 0) {
    context.report(
      'c-shift',
      'warning',
      `The shift count ${by} is not below the ${bits} bits of ${describeType(type)}; the result is undefined. Use a wider type (1ULL).`,
      placeOfRun(context.tokens, start, context.at),
    );
  }
  const count = text === '<<' ? by : -by;
  if (count >= bits) return { type, value: 0n, constant: true };
  if (count <= -bits) return { type, value: value < 0n ? -1n : 0n, constant: true };
  return { type, value: wrap(count >= 0n ? value << count : value >> -count, type), constant: true };
}

function pointerArithmetic(context: Context, text: string, a: Value, b: Value, start: number): Value {
  const known = a.constant && b.constant;
  if (a.type.kind === 'pointer' && b.type.kind === 'pointer') {
    if (text === '-') return { type: context.types.long, value: (a.value - b.value) / BigInt(a.type.to.size || 1), constant: known };
    const yes =
      text === '==' ? a.value === b.value : text === '!=' ? a.value !== b.value : text === '<' ? a.value < b.value : a.value > b.value;
    return { type: context.types.int, value: yes ? 1n : 0n, constant: known };
  }
  const [pointer, number] = a.type.kind === 'pointer' ? [a, b] : [b, a];
  if (pointer.type.kind === 'pointer' && (text === '+' || text === '-')) {
    const step = number.value * BigInt(pointer.type.to.size || 1);
    return { type: pointer.type, value: text === '+' ? pointer.value + step : pointer.value - step, constant: known };
  }
  if (text === '==' || text === '!=') {
    return { type: context.types.int, value: (a.value === b.value) === (text === '==') ? 1n : 0n, constant: known };
  }
  return notConstant(context, start, `"${text}" does not work on a pointer.`);
}

/** An array used as a value is a pointer to its first element. */
export function decay(value: Value, context: Context): Value {
  if (value.type.kind !== 'array') return value;
  const type = pointerTo(value.type.element, context.types);
  return value.address === undefined ? { type, value: 0n, constant: false } : { type, value: value.address, constant: true };
}
