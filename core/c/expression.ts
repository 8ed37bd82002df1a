import { characterValue, numberProblem, parseNumber, stringUnits } from '../source/literals.ts';
import { hex } from '../source/numbers.ts';
import { placeOf, placeOfRun, type Token, TokenKind } from '../source/token.ts';
import { type Context, MAX_DEPTH } from './context.ts';
import { readTypeName, startsType } from './declaration.ts';
import { readCompoundLiteral } from './initialiser.ts';
import { nearestName } from './nearest-name.ts';
import {
  arrayOf,
  type CType,
  describeType,
  type Field,
  findMember,
  type IntegerType,
  isRecord,
  memberNames,
  pointerTo,
  type RecordType,
} from './types.ts';
import { commonType, constant, literalType, poison, promote, type Value, wrap } from './value.ts';

const precedence: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};
const assignments = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=']);

/** Reads an assignment-expression, which is what stands between two commas. */
export function readExpression(context: Context): Value {
  const start = context.at;
  const value = readConditional(context);
  if (context.token.kind === TokenKind.Punctuator && assignments.has(context.token.text)) {
    const operator = context.advance();
    readExpression(context);
    return notConstant(context, start, `"${operator.text}" assigns; an initialiser must be constant.`);
  }
  return value;
}

/** Reads an expression that must be an integer constant: an array dimension, a bit-field's width, an enumerator. */
export function readInteger(context: Context, what: string): bigint | undefined {
  const start = context.at;
  const value = readExpression(context);
  if (value.poisoned) return undefined;
  if (!value.constant || value.type.kind !== 'integer') {
    context.damaged = true;
    context.report(
      'c-not-constant',
      'error',
      `${what} must be an integer constant.`,
      placeOfRun(context.tokens, start, Math.max(context.at, start + 1)),
    );
    return undefined;
  }
  return value.value;
}

function notConstant(context: Context, start: number, message: string): Value {
  context.damaged = true;
  context.report('c-not-constant', 'error', message, placeOfRun(context.tokens, start, Math.max(context.at, start + 1)));
  return poison(context.types);
}

function readConditional(context: Context): Value {
  const condition = readBinary(context, 1);
  if (!context.is('?')) return condition;
  context.advance();
  const truth = isTrue(condition);
  const live = condition.constant && !condition.poisoned;
  // GNU: `a ?: b` gives a when it is not zero.
  const yes = context.is(':') ? condition : branch(context, live && !truth, () => readComma(context));
  if (!context.expect(':', 'in this conditional expression')) return poison(context.types);
  const no = branch(context, live && truth, () => readConditional(context));
  if (condition.poisoned || yes.poisoned || no.poisoned) return poison(context.types);
  const chosen = truth ? yes : no;
  if (yes.type.kind === 'integer' && no.type.kind === 'integer') {
    const type = commonType(yes.type, no.type, context.types);
    return { type, value: wrap(chosen.value, type), constant: condition.constant && chosen.constant };
  }
  return { ...chosen, type: chosen.type, constant: condition.constant && chosen.constant };
}

function branch(context: Context, dead: boolean, read: () => Value): Value {
  if (!dead) return read();
  context.unevaluated++;
  const value = read();
  context.unevaluated--;
  return value;
}

function readComma(context: Context): Value {
  let value = readExpression(context);
  while (context.accept(',')) value = readExpression(context);
  return value;
}

function readBinary(context: Context, level: number): Value {
  const start = context.at;
  let left = readUnary(context);
  for (;;) {
    const token = context.token;
    const own = token.kind === TokenKind.Punctuator ? precedence[token.text] : undefined;
    if (own === undefined || own < level) return left;
    context.advance();
    const decided = left.constant && ((token.text === '&&' && !isTrue(left)) || (token.text === '||' && isTrue(left)));
    const right = branch(context, decided, () => readBinary(context, own + 1));
    left = applyBinary(context, token, start, left, right);
  }
}

function isTrue(value: Value): boolean {
  return value.value !== 0n;
}

function applyBinary(context: Context, operator: Token, start: number, a: Value, b: Value): Value {
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
function arithmetic(context: Context, start: number, exact: bigint, type: IntegerType, known: boolean): Value {
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
function decay(value: Value, context: Context): Value {
  if (value.type.kind !== 'array') return value;
  const type = pointerTo(value.type.element, context.types);
  return value.address === undefined ? { type, value: 0n, constant: false } : { type, value: value.address, constant: true };
}

function readUnary(context: Context): Value {
  if (context.depth >= MAX_DEPTH) {
    context.damaged = true;
    context.report('c-limit', 'error', 'This expression is nested too deeply to be read.', placeOf(context.token));
    while (!context.atEnd && !context.is(',') && !context.is('}') && !context.is(';')) context.advance();
    return poison(context.types);
  }
  context.depth++;
  const value = readUnaryOperand(context);
  context.depth--;
  return value;
}

function readUnaryOperand(context: Context): Value {
  const token = context.token;
  const start = context.at;
  if (token.kind === TokenKind.Punctuator) {
    switch (token.text) {
      case '-':
      case '+':
      case '~':
        context.advance();
        return signed(context, start, token.text, readUnary(context));
      case '!': {
        context.advance();
        const value = decay(readUnary(context), context);
        return value.poisoned ? value : { type: context.types.int, value: isTrue(value) ? 0n : 1n, constant: value.constant };
      }
      case '&':
        context.advance();
        return addressOf(context, readUnary(context));
      case '*': {
        context.advance();
        const pointer = decay(readUnary(context), context);
        if (pointer.poisoned) return pointer;
        if (pointer.type.kind !== 'pointer') return notConstant(context, start, `"*" needs a pointer, not ${describeType(pointer.type)}.`);
        return { type: pointer.type.to, value: 0n, constant: false, ...(pointer.constant ? { address: pointer.value } : {}) };
      }
      case '(':
        if (startsType(context, context.ahead())) return readCast(context);
        break;
      case '++':
      case '--':
        context.advance();
        readUnary(context);
        return notConstant(context, start, `"${token.text}" changes a value; an initialiser must be constant.`);
      default:
    }
  }
  if (token.kind === TokenKind.Identifier) {
    if (token.text === 'sizeof') return readSizeof(context, 'size');
    if (token.text === '_Alignof' || token.text === '__alignof__' || token.text === '__alignof') return readSizeof(context, 'align');
    if (token.text === '__extension__') {
      context.advance();
      return readUnary(context);
    }
  }
  return readPostfix(context, start, readPrimary(context));
}

function signed(context: Context, start: number, operator: string, value: Value): Value {
  if (value.poisoned) return value;
  if (value.type.kind !== 'integer') {
    context.damaged = true;
    context.report(
      'c-type',
      'error',
      `"${operator}" needs a number, not ${describeType(value.type)}.`,
      placeOfRun(context.tokens, start, context.at),
    );
    return poison(context.types);
  }
  const type = promote(value.type, context.types);
  if (operator === '-') return arithmetic(context, start, -wrap(value.value, type), type, value.constant);
  return { type, value: wrap(operator === '~' ? ~value.value : value.value, type), constant: value.constant };
}

function addressOf(context: Context, value: Value): Value {
  if (value.poisoned) return value;
  const type = pointerTo(value.type, context.types);
  return value.address === undefined ? { type, value: 0n, constant: false } : { type, value: value.address, constant: true };
}

function readCast(context: Context): Value {
  const start = context.at;
  context.advance();
  const type = readTypeName(context);
  if (!context.expect(')', 'behind the type')) return poison(context.types);
  if (context.is('{')) return readPostfix(context, start, readCompoundLiteral(context, type, start));
  const value = decay(readUnary(context), context);
  if (value.poisoned) return value;
  return convert(context, value, type, start);
}

function convert(context: Context, value: Value, type: CType, start: number): Value {
  if (type.kind === 'integer') {
    if (value.type.kind !== 'integer' && value.type.kind !== 'pointer') {
      context.damaged = true;
      context.report(
        'c-type',
        'error',
        `${describeType(value.type)} cannot be cast to ${describeType(type)}.`,
        placeOfRun(context.tokens, start, context.at),
      );
      return poison(context.types);
    }
    return { type, value: wrap(value.value, type), constant: value.constant };
  }
  if (type.kind === 'pointer') return { type, value: BigInt.asUintN(type.size * 8, value.value), constant: value.constant };
  return { ...value, type, constant: false };
}

function readSizeof(context: Context, what: 'size' | 'align'): Value {
  const start = context.at;
  context.advance();
  const resultType = context.types.ulong;
  context.unevaluated++;
  let type: CType;
  if (context.is('(') && startsType(context, context.ahead())) {
    context.advance();
    type = readTypeName(context);
    context.expect(')', 'behind the type');
    if (context.is('{')) type = readPostfix(context, start, readCompoundLiteral(context, type, start)).type;
  } else {
    const value = readUnary(context);
    if (value.poisoned) {
      context.unevaluated--;
      return { ...value, type: resultType };
    }
    type = value.type;
  }
  context.unevaluated--;
  if ((type.kind === 'array' && type.length === undefined) || (isRecord(type) && !type.fields)) {
    const message = `The size of ${describeType(type)} is not known${type.kind === 'array' ? ' inside its own initialiser: give the array a length' : ''}.`;
    context.damaged = true;
    context.report('c-type', 'error', message, placeOfRun(context.tokens, start, context.at));
    return poison(context.types);
  }
  return constant(resultType, BigInt(what === 'size' ? type.size : type.align));
}

function readPostfix(context: Context, start: number, first: Value): Value {
  let value = first;
  for (;;) {
    if (context.is('[')) {
      context.advance();
      const index = readComma(context);
      context.expect(']', 'behind the index');
      value = element(context, start, value, index);
    } else if (context.is('->') || (context.is('.') && (isRecord(value.type) || value.poisoned))) {
      // A dot behind a number is the next designator: its comma is missing.
      const arrow = context.advance().text === '->';
      const name = context.token;
      if (name.kind !== TokenKind.Identifier) {
        context.syntaxError('The name of a member is missing here.');
        return poison(context.types);
      }
      context.advance();
      value = member(context, value, name, arrow);
    } else if (context.is('(')) {
      context.advance();
      context.skipBrackets('(', ')');
      return notConstant(context, start, 'A function cannot be called in an initialiser.');
    } else if (context.is('++') || context.is('--')) {
      context.advance();
      return notConstant(context, start, 'An initialiser must be constant.');
    } else return value;
  }
}

function element(context: Context, start: number, array: Value, index: Value): Value {
  if (array.poisoned || index.poisoned) return poison(context.types);
  if (array.type.kind === 'array') {
    const { element } = array.type;
    const address = array.address !== undefined && index.constant ? { address: array.address + index.value * BigInt(element.size) } : {};
    return { type: element, value: 0n, constant: false, ...(array.object ? { object: array.object } : {}), ...address };
  }
  if (array.type.kind === 'pointer') {
    const address = array.constant && index.constant ? { address: array.value + index.value * BigInt(array.type.to.size) } : {};
    return { type: array.type.to, value: 0n, constant: false, ...address };
  }
  return notConstant(context, start, `${describeType(array.type)} is no array.`);
}

function member(context: Context, value: Value, name: Token, arrow: boolean): Value {
  if (value.poisoned) return value;
  let { type, address } = value;
  if (arrow) {
    const pointer = decay(value, context);
    if (pointer.type.kind === 'pointer') {
      type = pointer.type.to;
      address = pointer.constant ? pointer.value : undefined;
    }
  }
  const steps = isRecord(type) ? findMember(type, name.text) : undefined;
  if (!isRecord(type) || !steps) {
    reportUnknownMember(context, type, name);
    return poison(context.types);
  }
  const { fieldType, offset } = follow(type, steps);
  return {
    type: fieldType,
    value: 0n,
    constant: false,
    ...(value.object && !arrow ? { object: value.object } : {}),
    ...(address === undefined ? {} : { address: address + BigInt(offset) }),
  };
}

function follow(type: RecordType, steps: readonly number[]): { fieldType: CType; offset: number } {
  let offset = 0;
  let fieldType: CType = type;
  for (const step of steps) {
    const field = (fieldType as RecordType).fields?.[step] as Field;
    offset += field.offset;
    fieldType = field.type;
  }
  return { fieldType, offset };
}

/** Says that a type has no such member, with the nearest name that it has. */
export function reportUnknownMember(context: Context, type: CType, name: Token): void {
  context.damaged = true;
  const names = isRecord(type) ? memberNames(type) : [];
  const near = nearestName(name.text, names);
  const hint = near ? ` Did you mean ${near}?` : names.length > 0 && names.length <= 12 ? ` It has ${names.join(', ')}.` : '';
  context.findings.push({
    rule: 'c-unknown-field',
    severity: 'error',
    message: isRecord(type)
      ? `${describeType(type)} has no member ${name.text}.${hint}`
      : `${describeType(type)} has no members, so there is no ${name.text}.`,
    span: placeOf(name),
    related: isRecord(type) && type.end ? [{ span: placeOf(type.end), message: `${describeType(type)} is defined here` }] : [],
    fixes: near && !name.expansion ? [{ title: `Change to ${near}`, edits: [{ span: placeOf(name), newText: near }] }] : [],
  });
}

function readPrimary(context: Context): Value {
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
      const { value, unsigned, size, several, problem } = characterValue(token.text, types.char.signed);
      if (problem) context.report('c-syntax', 'error', problem, placeOf(token));
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
