import { characterValue, numberProblem, parseNumber, stringUnits } from '../source/literals.ts';
import { placeOf, TokenKind } from '../source/token.ts';
import type { Context } from './context.ts';
import { readComma, readExpression, readInteger } from './expression.ts';
import { follow, reportUnknownMember } from './operand.ts';
import { branch, isTrue, notConstant } from './operators.ts';
import { readTypeName } from './specifiers.ts';
import { arrayOf, type CType, describeType, findMember, isRecord } from './types.ts';
import { constant, literalType, poison, type Value } from './value.ts';

export function readPrimary(context: Context): Value {
  const token = context.token;
  const { types } = context;
  switch (token.kind) {
    case TokenKind.Number: {
      context.advance();
      const literal = parseNumber(token.text);
      if (!literal) {
        context.damaged = true;
        context.report('c-syntax', 'error', numberProblem(token.text), placeOf(token));
        return poison(types);
      }
      const type = literalType(literal.value, literal.decimal, literal.unsigned, literal.long, types);
      if (literal.value >= 1n << BigInt(Math.min(type.size, 8) * 8)) {
        context.report('c-value-overflow', 'warning', `${token.text} needs more than 64 bits; only the lower 64 count.`, placeOf(token));
        return constant(types.ullong, literal.value);
      }
      if (literal.decimal && !literal.unsigned && literal.value >= 1n << 63n) {
        const message = `${token.text} is too large for a signed 64-bit number; the compiler warns and takes it as unsigned. Append U.`;
        context.report('c-value-overflow', 'warning', message, placeOf(token));
      }
      return constant(type, literal.value);
    }
    case TokenKind.Character: {
      context.advance();
      const { value, unsigned, size, several, empty, problem } = characterValue(token.text, types.char.signed);
      // An escape out of range is cut off, and gcc only warns.
      if (problem) context.report('c-syntax', empty ? 'error' : 'warning', problem, placeOf(token));
      else if (several)
        context.report(
          'c-value-overflow',
          'warning',
          `${token.text} holds several characters; the compiler makes one number of them.`,
          placeOf(token),
        );
      return constant(size === 1 ? types.int : unsigned ? (size === 2 ? types.ushort : types.uint) : types.int, value);
    }
    case TokenKind.String: {
      const { units, unitSize } = readString(context);
      const unit = unitSize === 1 ? types.char : unitSize === 2 ? types.ushort : types.int;
      return { type: arrayOf(unit, units.length + 1), value: 0n, constant: false, units };
    }
    case TokenKind.Identifier:
      return readName(context);
    default:
  }
  if (context.is('(')) {
    context.advance();
    if (context.is('{')) {
      const start = context.at - 1;
      context.advance();
      context.skipBrackets('{', '}');
      context.accept(')');
      return notConstant(context, start, 'A statement expression cannot stand in an initialiser of a config.');
    }
    const value = readComma(context);
    if (!context.expect(')', 'to close this parenthesis')) return poison(types);
    return value;
  }
  context.syntaxError(context.atEnd ? 'A value is missing at the end of the text.' : `A value is missing before "${token.text}".`);
  return poison(types);
}

/** One or more adjacent string literals. */
export function readString(context: Context): { units: number[]; unitSize: 1 | 2 | 4 } {
  const units: number[] = [];
  let unitSize: 1 | 2 | 4 = 1;
  while (context.token.kind === TokenKind.String) {
    const token = context.advance();
    const read = stringUnits(token.text);
    if (read.problem) context.report('c-syntax', 'warning', read.problem, placeOf(token));
    if (read.unitSize > unitSize) unitSize = read.unitSize;
    for (const unit of read.units) units.push(unit);
  }
  return { units, unitSize };
}

function readName(context: Context): Value {
  const token = context.advance();
  const { types } = context;
  switch (token.text) {
    case '__builtin_offsetof':
      return readOffsetof(context);
    case '__builtin_types_compatible_p':
      return readTypesCompatible(context);
    case '__builtin_constant_p': {
      context.expect('(', 'behind __builtin_constant_p');
      const value = readExpression(context);
      context.expect(')', 'behind the argument');
      return constant(types.int, value.constant ? 1n : 0n);
    }
    case '__builtin_choose_expr': {
      context.expect('(', 'behind __builtin_choose_expr');
      const condition = readExpression(context);
      context.expect(',', 'behind the condition');
      const yes = branch(context, !isTrue(condition), () => readExpression(context));
      context.expect(',', 'behind the first choice');
      const no = branch(context, isTrue(condition), () => readExpression(context));
      context.expect(')', 'behind the second choice');
      return isTrue(condition) ? yes : no;
    }
    default:
  }
  const entity = context.scope.find(token.text);
  if (entity?.kind === 'enumerator') return constant(entity.type, entity.value);
  if (entity?.kind === 'object') {
    const { initial } = entity;
    // gcc 8 and later take a const object with a known value for a constant.
    if (entity.isConst && entity.defined && initial?.kind === 'scalar')
      return { type: entity.type, value: initial.value, constant: true, object: entity };
    return { type: entity.type, value: 0n, constant: false, object: entity };
  }
  if (entity) {
    context.syntaxError(`${token.text} is a type; a value is needed here.`, token);
    return poison(types);
  }
  context.damaged = true;
  context.report(
    'c-undeclared',
    'error',
    `${token.text} is not defined: neither a macro nor an enumerator of this name is known here. Check its spelling and the includes.`,
    placeOf(token),
  );
  return poison(types);
}

function readOffsetof(context: Context): Value {
  const start = context.at - 1;
  context.expect('(', 'behind offsetof');
  let type: CType = readTypeName(context);
  context.expect(',', 'behind the type');
  let offset = 0n;
  for (let first = true; ; first = false) {
    if (context.is('[')) {
      context.advance();
      const index = readInteger(context, 'The index');
      context.expect(']', 'behind the index');
      if (type.kind !== 'array') return notConstant(context, start, `${describeType(type)} is no array.`);
      offset += (index ?? 0n) * BigInt(type.element.size);
      type = type.element;
      continue;
    }
    if (!first && !context.accept('.')) break;
    const name = context.token;
    if (name.kind !== TokenKind.Identifier) break;
    context.advance();
    const steps = isRecord(type) ? findMember(type, name.text) : undefined;
    if (!isRecord(type) || !steps) {
      reportUnknownMember(context, type, name);
      context.skipBrackets('(', ')');
      return poison(context.types);
    }
    const found = follow(type, steps);
    offset += BigInt(found.offset);
    type = found.fieldType;
  }
  context.expect(')', 'behind the member');
  return constant(context.types.ulong, offset);
}

function readTypesCompatible(context: Context): Value {
  context.expect('(', 'behind __builtin_types_compatible_p');
  const a = readTypeName(context);
  context.expect(',', 'between the types');
  const b = readTypeName(context);
  context.expect(')', 'behind the types');
  return constant(context.types.int, compatible(a, b) ? 1n : 0n);
}

function compatible(a: CType, b: CType): boolean {
  if (a === b) return true;
  if (a.kind === 'integer' && b.kind === 'integer') return a.name === b.name && a.enumTag === b.enumTag;
  if (a.kind === 'pointer' && b.kind === 'pointer') return compatible(a.to, b.to);
  if (a.kind === 'array' && b.kind === 'array') {
    return compatible(a.element, b.element) && (a.length === undefined || b.length === undefined || a.length === b.length);
  }
  return a.kind === 'void' && b.kind === 'void';
}
