import { hex } from '../source/numbers.ts';
import type { Span } from '../source/span.ts';
import { placeOf, placeOfRun, type Token, TokenKind } from '../source/token.ts';
import type { Context } from './context.ts';
import type { InitialValue, ScalarValue } from './initial-value.ts';
import { readString } from './primary.ts';
import { type ArrayType, type CType, describeType, type IntegerType, isCharacter } from './types.ts';
import { type Value, wrap } from './value.ts';

export function runSpan(context: Context, start: number): Span {
  return placeOfRun(context.tokens, start, Math.max(context.at, start + 1));
}

/** The run as the author typed it, if what stands before and behind it is no part of a macro either. */
export function typedSpan(context: Context, start: number): Span | undefined {
  const before = context.tokens[start - 1];
  const behind = context.tokens[context.at];
  if (!before || !behind || before.expansion || behind.expansion) return undefined;
  const span = outerSpan(context, start);
  return span.file === before.file.path && before.end <= span.start && (behind.file !== before.file || span.end <= behind.start)
    ? span
    : undefined;
}

/** From the first token to the last, macro uses whole. */
export function outerSpan(context: Context, start: number): Span {
  const first = placeOf(context.tokens[start] as Token);
  const last = placeOf(context.tokens[Math.max(start, context.at - 1)] as Token);
  return last.file === first.file && last.end > first.start
    ? { ...first, start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) }
    : first;
}

export function isCharacterString(context: Context, type: ArrayType): boolean {
  const { element } = type;
  if (element.kind !== 'integer') return false;
  let at = context.at;
  while (context.tokens[at]?.text === '(' && context.tokens[at]?.kind === TokenKind.Punctuator) at++;
  const token = context.tokens[at];
  if (token?.kind !== TokenKind.String) return false;
  const wide = /^(?:L|U)R?"/.test(token.text) ? 4 : /^uR?"/.test(token.text) ? 2 : 1;
  if (wide === 1 ? !isCharacter(element) : element.size !== wide) return false;
  // `"abc"[0]` and the like are expressions.
  while (context.tokens[at]?.kind === TokenKind.String) at++;
  const behind = context.tokens[at]?.text;
  return (
    behind === ',' ||
    behind === '}' ||
    behind === ';' ||
    behind === ')' ||
    at === context.tokens.length - 1 ||
    context.tokens[at]?.kind === TokenKind.Identifier ||
    behind === '.'
  );
}

export function readStringValue(context: Context, type: ArrayType): InitialValue {
  const start = context.at;
  let parentheses = 0;
  while (context.accept('(')) parentheses++;
  const { units } = readString(context);
  while (parentheses-- > 0) context.expect(')', 'behind the string');
  const span = runSpan(context, start);
  let kept: readonly number[] = units;
  if (type.length !== undefined && units.length > type.length) {
    const bytes = type.length === 1 ? '1 character' : `${type.length} characters`;
    context.report(
      'c-string-too-long',
      'warning',
      `This string has ${units.length} characters, but there is room for ${bytes}; the rest is cut off.`,
      span,
    );
    kept = units.slice(0, type.length);
  }
  return { kind: 'string', type, units: kept, span, text: typedSpan(context, start) };
}

/** Converts a value to the type of what it initialises, as an assignment would (C17 6.7.9). */
export function scalar(context: Context, type: CType, value: Value, start: number, width?: number): ScalarValue | undefined {
  if (value.poisoned) return undefined;
  const span = runSpan(context, start);
  const text = typedSpan(context, start);
  if (!value.constant || (value.type.kind !== 'integer' && value.type.kind !== 'pointer')) {
    context.damaged = true;
    const why = value.units
      ? 'A string cannot stand here'
      : value.object
        ? `${value.object.name} is a variable, and its value is not known when the config is compiled`
        : 'This is not a constant';
    context.report('c-not-constant', 'error', `${why}; a number is needed.`, span);
    return undefined;
  }
  if (type.kind === 'pointer') return { kind: 'scalar', type, value: BigInt.asUintN(type.size * 8, value.value), span, text };
  if (type.kind !== 'integer') return undefined;
  if (type.name === 'float' || type.name === 'double') {
    if (value.value !== 0n) {
      context.damaged = true;
      context.report('c-type', 'error', `Floating-point members such as this ${type.name} cannot be read.`, span);
    }
    return { kind: 'scalar', type, value: 0n, span, text };
  }
  const held = width === undefined ? wrap(value.value, type) : wrapBits(value.value, type, width);
  if (held !== value.value) warnIfCut(context, type, width, value.value, held, span);
  return { kind: 'scalar', type, value: held, span, text };
}

function wrapBits(value: bigint, type: IntegerType, width: number): bigint {
  if (type.rank === 0) return value === 0n ? 0n : 1n;
  return type.signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}

/** As gcc: a value that fits the type with either sign (-1 in a u8) passes silently (c-common: warnings_for_convert_and_check). */
function warnIfCut(context: Context, type: IntegerType, width: number | undefined, value: bigint, held: bigint, span: Span): void {
  const bits = width ?? type.size * 8;
  if (type.rank === 0 || BigInt.asIntN(bits, value) === value || BigInt.asUintN(bits, value) === value) return;
  const room = width === undefined ? `${bits}-bit ${describeType(type)}` : `bit-field of ${width} bit${width === 1 ? '' : 's'}`;
  context.report('c-value-overflow', 'warning', `${hex(value)} does not fit this ${room}; ${hex(held)} is stored.`, span);
}
