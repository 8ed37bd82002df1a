import { nearestName } from '../source/nearest-name.ts';
import { placeOf, placeOfRun, type Token, TokenKind } from '../source/token.ts';
import { type Context, MAX_DEPTH } from './context.ts';
import { readComma } from './expression.ts';
import { readCompoundLiteral } from './initialiser.ts';
import { arithmetic, decay, isTrue, notConstant } from './operators.ts';
import { readPrimary } from './primary.ts';
import { readTypeName, startsType } from './specifiers.ts';
import { type CType, describeType, type Field, findMember, isRecord, memberNames, pointerTo, type RecordType } from './types.ts';
import { constant, poison, promote, type Value, wrap } from './value.ts';

/** Says once that an expression is nested too deeply, and skips it. */
export function tooDeep(context: Context): boolean {
  if (context.depth < MAX_DEPTH) return false;
  context.damaged = true;
  context.report('c-limit', 'error', 'This expression is nested too deeply to be read.', placeOf(context.token));
  while (!context.atEnd && !context.is(',') && !context.is('}') && !context.is(';')) context.advance();
  return true;
}

export function readUnary(context: Context): Value {
  if (tooDeep(context)) return poison(context.types);
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

export function signed(context: Context, start: number, operator: string, value: Value): Value {
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

export function member(context: Context, value: Value, name: Token, arrow: boolean): Value {
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

export function follow(type: RecordType, steps: readonly number[]): { fieldType: CType; offset: number } {
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
  context.add({
    rule: 'c-unknown-field',
    severity: 'error',
    message: isRecord(type)
      ? `${describeType(type)} has no member ${name.text}.${hint}`
      : `${describeType(type)} has no members, so there is no ${name.text}.`,
    span: placeOf(name),
    related: isRecord(type) && type.end ? [{ span: placeOf(type.end), message: `${describeType(type)} is defined here` }] : [],
    fixes:
      near && !name.expansion ? [{ title: `Change to ${near}`, needsChoice: true, edits: [{ span: placeOf(name), newText: near }] }] : [],
  });
}
