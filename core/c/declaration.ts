import { placeOf, placeOfRun, type Token, TokenKind } from '../source/token.ts';
import { type Attributes, mergeAttributes, readAttributes } from './attribute.ts';
import { type Context, MAX_OBJECT_SIZE } from './context.ts';
import { readDeclarator } from './declarator.ts';
import { readExpression, readInteger } from './expression.ts';
import { readObjectInitialiser } from './initialiser.ts';
import type { ObjectEntity } from './scope.ts';
import { readSpecifiers, type Specifiers, startsDeclaration } from './specifiers.ts';
import { type CType, describeType, isRecord } from './types.ts';

/** Reads all of a source's declarations up to the End token. */
export function readDeclarations(context: Context): void {
  while (!context.atEnd) {
    const before = context.at;
    if (context.token.kind === TokenKind.PragmaPack) readPragmaPack(context);
    else if (!context.accept(';')) readExternalDeclaration(context);
    if (context.at === before) context.advance();
  }
}

export function readPragmaPack(context: Context): void {
  const words = context
    .advance()
    .text.replace(/[()\s]/g, '')
    .split(',');
  for (const word of words) {
    if (word === 'push') context.packStack.push(context.packPragma);
    else if (word === 'pop') context.packPragma = context.packStack.pop() ?? 0;
    else if (word === '') context.packPragma = 0;
    else if (/^\d+$/.test(word)) context.packPragma = Number(word);
  }
}

function readExternalDeclaration(context: Context): void {
  const start = context.token;
  if (context.acceptWord('_Static_assert') || context.acceptWord('static_assert')) {
    readStaticAssert(context, start);
    return;
  }
  if (context.isWord('asm') || context.isWord('__asm__')) {
    skipStatement(context);
    return;
  }
  const specifiers = readSpecifiers(context);
  if (!specifiers) {
    const text = start.kind === TokenKind.End ? '' : start.text;
    context.syntaxError(text === '}' ? 'This brace closes nothing.' : `"${text}" cannot begin a declaration.`, start);
    skipStatement(context);
    return;
  }
  if (context.accept(';')) return;
  for (;;) {
    const declarator = readDeclarator(context, specifiers.type);
    const attributes = mergeAttributes(specifiers.attributes, readAttributes(context));
    if (!declarator.name) {
      context.syntaxError(`A name is missing before "${context.token.text}".`, context.atEnd ? context.previous : context.token);
      skipStatement(context);
      return;
    }
    if (declarator.type.kind === 'function' && context.is('{')) {
      context.advance();
      if (!context.skipBrackets('{', '}')) context.syntaxError('The body of this function has no closing brace.', declarator.name);
      return;
    }
    declare(context, specifiers, declarator.name, withAlignment(declarator.type, attributes));
    if (context.accept(',')) continue;
    if (context.accept(';')) return;
    context.syntaxError('";" is missing at the end of this declaration.', context.previous);
    // Most likely only the semicolon is missing: go on if a new declaration begins here.
    if (!startsDeclaration(context)) skipStatement(context);
    return;
  }
}

function withAlignment(type: CType, attributes: Attributes): CType {
  if (attributes.aligned === undefined || attributes.aligned === type.align) return type;
  return type.kind === 'integer' || type.kind === 'pointer' ? { ...type, align: attributes.aligned } : type;
}

function declare(context: Context, specifiers: Specifiers, name: Token, declared: CType): void {
  const { scope } = context;
  const earlier = scope.find(name.text);
  if (specifiers.isTypedef) {
    if (earlier && (earlier.kind !== 'typedef' || differs(earlier.type, declared))) redefined(context, name, 'with another meaning');
    scope.declare(name.text, { kind: 'typedef', type: declared });
    return;
  }
  if (earlier?.kind === 'object' && earlier.defined && context.is('=')) {
    context.report('c-redefinition', 'error', `${name.text} is defined twice.`, placeOf(name), [
      { span: placeOf(earlier.token), message: 'the first definition' },
    ]);
    context.damaged = true;
  }
  const object: ObjectEntity = {
    kind: 'object',
    name: name.text,
    token: name,
    type: declared,
    isConst: specifiers.isConst,
    isExtern: specifiers.isExtern,
    initial: undefined,
    defined: false,
  };
  const isObject = declared.kind !== 'function';
  if (isObject && !specifiers.isExtern) declared = needSize(context, declared, name);
  if (declared.size > MAX_OBJECT_SIZE) {
    context.damaged = true;
    context.report(
      'c-limit',
      'error',
      `${name.text} would be ${declared.size} bytes long; no config may exceed 64 KiB. Check the array lengths.`,
      placeOf(name),
    );
    if (context.accept('=')) skipInitialiser(context);
    return;
  }
  scope.declare(name.text, object);
  if (!context.accept('=')) return;
  const { initial, type } = readObjectInitialiser(context, declared, name);
  scope.declare(name.text, { ...object, type, initial, defined: true });
}

/** Types that a second typedef may not exchange (C11 6.7p3); pointers and functions are not looked into. */
function differs(a: CType, b: CType): boolean {
  if (a.kind !== b.kind) return true;
  if (a.kind === 'integer' && b.kind === 'integer') return a.size !== b.size || a.signed !== b.signed || a.rank !== b.rank;
  return isRecord(a) && a !== b;
}

export function redefined(context: Context, name: Token, how: string): void {
  context.damaged = true;
  context.report('c-redefinition', 'error', `${name.text} is already defined, ${how}.`, placeOf(name));
}

/** The type, or an int in its place when it has no size: a struct that held itself could be walked through for ever. */
export function needSize(context: Context, type: CType, name: Token): CType {
  const element = innermost(type);
  if (!isRecord(element) || element.fields) return type;
  context.damaged = true;
  context.report(
    'c-type',
    'error',
    `${describeType(element)} is not defined, so ${name.text} has no size. Is an include missing, or the name misspelled?`,
    placeOf(name),
  );
  return context.types.int;
}

function innermost(type: CType): CType {
  return type.kind === 'array' ? innermost(type.element) : type;
}

function skipInitialiser(context: Context): void {
  for (let depth = 0; !context.atEnd; context.advance()) {
    if (context.is('{') || context.is('(')) depth++;
    else if (context.is('}') || context.is(')')) depth--;
    else if (depth <= 0 && (context.is(';') || context.is(','))) return;
  }
}

/** Skips to behind the next `;` or closing brace at this level. */
function skipStatement(context: Context): void {
  while (!context.atEnd) {
    if (context.accept(';')) return;
    const token = context.advance();
    if (token.text === '{') {
      context.skipBrackets('{', '}');
      // A struct or an initialiser ends with a semicolon, a function does not.
      if (!context.is(';') && !context.is(',') && !context.isWord('__attribute__') && startsDeclaration(context)) return;
    }
    if (token.text === '}') return;
  }
}

export function readStaticAssert(context: Context, start: Token): void {
  context.expect('(', 'behind _Static_assert');
  const begin = context.at;
  const value = readInteger(context, 'The condition of a static assertion');
  const span = placeOfRun(context.tokens, begin, Math.max(context.at, begin + 1));
  const message = context.accept(',') ? context.token.text : '';
  if (message) readExpression(context);
  context.expect(')', 'behind the static assertion');
  context.accept(';');
  if (value === 0n)
    context.report('c-error-directive', 'error', `Static assertion failed${message ? `: ${message}` : ''}.`, span, [
      { span: placeOf(start), message: 'the assertion' },
    ]);
}
