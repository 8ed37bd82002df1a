import { placeOf, placeOfRun, type Token, TokenKind } from '../source/token.ts';
import { type Attributes, mergeAttributes, noAttributes, readAttributes } from './attribute.ts';
import { type Context, MAX_DEPTH, MAX_OBJECT_SIZE } from './context.ts';
import { readExpression, readInteger } from './expression.ts';
import { readObjectInitialiser } from './initialiser.ts';
import { layOut, type MemberDeclaration } from './record-layout.ts';
import type { ObjectEntity } from './scope.ts';
import {
  arrayOf,
  type CType,
  describeType,
  functionType,
  type IntegerType,
  isRecord,
  pointerTo,
  type RecordType,
  voidType,
} from './types.ts';

const typeWords = new Set(
  (
    'void char short int long signed __signed__ __signed unsigned _Bool float double __int128 __int128_t __uint128_t struct union enum typeof __typeof__ __typeof ' +
    'const __const __const__ volatile __volatile__ restrict __restrict __restrict__ _Atomic'
  ).split(' '),
);
const storageWords = new Set(
  'typedef extern static auto register inline __inline __inline__ _Noreturn _Thread_local __thread __extension__ __attribute__ __attribute _Alignas'.split(
    ' ',
  ),
);

/** True when the token can begin a type name (in a cast, in sizeof). */
export function startsType(context: Context, token: Token): boolean {
  return token.kind === TokenKind.Identifier && (typeWords.has(token.text) || context.scope.find(token.text)?.kind === 'typedef');
}

interface Specifiers {
  readonly type: CType;
  readonly isTypedef: boolean;
  readonly isExtern: boolean;
  readonly isConst: boolean;
  readonly attributes: Attributes;
}

/** Reads all of a source's declarations up to the End token. */
export function readDeclarations(context: Context): void {
  while (!context.atEnd) {
    const before = context.at;
    if (context.token.kind === TokenKind.PragmaPack) readPragmaPack(context);
    else if (!context.accept(';')) readExternalDeclaration(context);
    if (context.at === before) context.advance();
  }
}

function readPragmaPack(context: Context): void {
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

function startsDeclaration(context: Context): boolean {
  const { token } = context;
  return startsType(context, token) || (token.kind === TokenKind.Identifier && storageWords.has(token.text));
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
  if (isObject && !specifiers.isExtern) needSize(context, declared, name);
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

function redefined(context: Context, name: Token, how: string): void {
  context.damaged = true;
  context.report('c-redefinition', 'error', `${name.text} is already defined, ${how}.`, placeOf(name));
}

function needSize(context: Context, type: CType, name: Token): void {
  const element = innermost(type);
  if (!isRecord(element) || element.fields) return;
  context.damaged = true;
  context.report(
    'c-type',
    'error',
    `${describeType(element)} is not defined, so ${name.text} has no size. Is an include missing, or the name misspelled?`,
    placeOf(name),
  );
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

function readStaticAssert(context: Context, start: Token): void {
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

/** A type as in a cast: specifiers and a declarator without a name. */
export function readTypeName(context: Context): CType {
  const specifiers = readSpecifiers(context);
  if (!specifiers) {
    context.syntaxError(`A type is missing before "${context.token.text}".`);
    return context.types.int;
  }
  return readDeclarator(context, specifiers.type).type;
}

function readSpecifiers(context: Context): Specifiers | undefined {
  const { types } = context;
  const seen: Record<string, number> = {};
  let type: CType | undefined;
  let attributes = noAttributes;
  let isTypedef = false;
  let isExtern = false;
  let isConst = false;
  let any = false;
  for (; ; any = true) {
    const token = context.token;
    if (token.kind === TokenKind.Punctuator && token.text === '[' && context.ahead().text === '[') {
      context.advance();
      context.skipBrackets('[', ']');
      continue;
    }
    if (token.kind !== TokenKind.Identifier) break;
    const word = token.text;
    if (word === '__attribute__' || word === '__attribute' || word === '_Alignas') {
      attributes = mergeAttributes(attributes, readAttributes(context));
    } else if (word === 'struct' || word === 'union') type = readRecord(context, word);
    else if (word === 'enum') type = readEnum(context);
    else if (word.startsWith('typeof') || word.startsWith('__typeof')) type = readTypeof(context);
    else if (storageWords.has(word)) {
      context.advance();
      isTypedef ||= word === 'typedef';
      isExtern ||= word === 'extern';
    } else if (typeWords.has(word)) {
      context.advance();
      if (word.includes('const')) isConst = true;
      else if (!/volatile|restrict|_Atomic/.test(word)) {
        const plain = word.startsWith('__signed') ? 'signed' : word;
        seen[plain] = (seen[plain] ?? 0) + 1;
      }
    } else {
      const entity = !type && Object.keys(seen).length === 0 ? context.scope.find(word) : undefined;
      if (entity?.kind !== 'typedef') break;
      context.advance();
      type = entity.type;
    }
  }
  if (!any) return undefined;
  const words = Object.keys(seen);
  if (!type && words.length > 0) {
    const unsigned = 'unsigned' in seen;
    const pick = (signed: IntegerType, plain: IntegerType): IntegerType => (unsigned ? plain : signed);
    if ('void' in seen) type = voidType;
    else if ('_Bool' in seen) type = types.bool;
    else if ('float' in seen) type = { ...types.uint, name: 'float' };
    else if ('double' in seen) type = { ...types.ullong, name: 'double' };
    else if ('char' in seen) type = unsigned ? types.uchar : 'signed' in seen ? types.schar : types.char;
    else if ('short' in seen) type = pick(types.short, types.ushort);
    else if ('__uint128_t' in seen) type = types.uint128;
    else if ('__int128' in seen || '__int128_t' in seen) type = pick(types.int128, types.uint128);
    else if ((seen.long ?? 0) >= 2) type = pick(types.llong, types.ullong);
    else if (seen.long === 1) type = pick(types.long, types.ulong);
    else type = pick(types.int, types.uint);
  }
  if (!type && (isTypedef || isExtern || isConst || context.token.kind === TokenKind.Identifier)) {
    // `static x = …` is an int by old rules; an unknown word here is more likely a type that no header declares.
    const unknown = context.token;
    const next = context.ahead();
    if (unknown.kind === TokenKind.Identifier && (next.kind === TokenKind.Identifier || next.text === '*')) {
      reportUnknownType(context, unknown);
      context.advance();
    }
    type = types.int;
  }
  return type && { type, isTypedef, isExtern, isConst, attributes };
}

function reportUnknownType(context: Context, token: Token): void {
  context.damaged = true;
  context.report('c-undeclared', 'error', `The type ${token.text} is not known. Is the header that declares it included?`, placeOf(token));
}

function readTypeof(context: Context): CType {
  context.advance();
  context.expect('(', 'behind typeof');
  let type: CType;
  if (startsType(context, context.token)) type = readTypeName(context);
  else {
    context.unevaluated++;
    type = readExpression(context).type;
    context.unevaluated--;
  }
  context.expect(')', 'to close typeof');
  return type;
}

interface Declarator {
  readonly type: CType;
  readonly name: Token | undefined;
}

/** Pointers, name, array lengths and parameter lists; works with and without a name. */
function readDeclarator(context: Context, base: CType): Declarator {
  if (context.depth >= MAX_DEPTH) {
    context.syntaxError('This declaration is nested too deeply to be read.');
    return { type: base, name: undefined };
  }
  context.depth++;
  let type = base;
  readAttributes(context);
  while (context.accept('*')) {
    type = pointerTo(type, context.types);
    while (/^(?:const|volatile|restrict|__const|__restrict|__volatile__)$/.test(context.token.text)) context.advance();
    readAttributes(context);
  }
  let declarator: Declarator;
  if (context.is('(') && (context.ahead().text === '*' || context.ahead().text === '(' || isDeclaratorName(context, context.ahead()))) {
    context.advance();
    // What stands outside the parentheses belongs to the type inside: read it first, then the inside once more.
    const inside = context.at;
    context.skipBrackets('(', ')');
    const outer = readSuffixes(context, type);
    const behind = context.at;
    context.at = inside;
    declarator = readDeclarator(context, outer);
    context.expect(')', 'to close this declarator');
    context.at = Math.max(context.at, behind);
  } else {
    let name: Token | undefined;
    if (isDeclaratorName(context, context.token)) name = context.advance();
    declarator = { type: readSuffixes(context, type), name };
  }
  context.depth--;
  return declarator;
}

function isDeclaratorName(context: Context, token: Token): boolean {
  return (
    token.kind === TokenKind.Identifier &&
    !typeWords.has(token.text) &&
    !storageWords.has(token.text) &&
    !(context.is('(') && startsType(context, token))
  );
}

function readSuffixes(context: Context, base: CType): CType {
  if (context.accept('(')) {
    if (!context.skipBrackets('(', ')')) context.syntaxError('This parameter list has no closing parenthesis.', context.previous);
    skipAsmLabel(context);
    return functionType;
  }
  if (!context.is('[')) {
    skipAsmLabel(context);
    return base;
  }
  const open = context.advance();
  while (/^(?:static|const|restrict)$/.test(context.token.text)) context.advance();
  const begin = context.at;
  let length: number | undefined;
  if (!context.is(']')) {
    const value = readInteger(context, 'The length of an array');
    const span = placeOfRun(context.tokens, begin, Math.max(context.at, begin + 1));
    if (value !== undefined && value < 0n) {
      context.damaged = true;
      context.report('c-type', 'error', `An array cannot have ${value} elements.`, span);
    }
    length = value === undefined || value < 0n ? 0 : value > 2n ** 50n ? 2 ** 50 : Number(value);
  }
  const close = context.token;
  context.expect(']', 'behind the array length');
  const element = readSuffixes(context, base);
  return arrayOf(element, length, [open, close]);
}

function skipAsmLabel(context: Context): void {
  if (!context.isWord('asm') && !context.isWord('__asm__')) return;
  context.advance();
  if (context.accept('(')) context.skipBrackets('(', ')');
}

function readRecord(context: Context, kind: 'struct' | 'union'): CType {
  context.advance();
  let attributes = readAttributes(context);
  const tag = context.token.kind === TokenKind.Identifier && !context.is('{') ? context.advance() : undefined;
  attributes = mergeAttributes(attributes, readAttributes(context));
  const known = tag ? context.scope.findTag(tag.text) : undefined;
  if (!context.is('{')) {
    if (known) return known;
    const forward: RecordType = { kind, tag: tag?.text, fields: undefined, size: 0, align: 1, packed: false, end: undefined };
    if (tag) context.scope.declareTag(tag.text, forward);
    else context.syntaxError(`A name or "{" is missing behind ${kind}.`, context.previous);
    return forward;
  }
  const twice = known !== undefined && (!isRecord(known) || known.fields !== undefined);
  if (tag && twice) redefined(context, tag, 'with members of its own; that definition stays');
  const record: RecordType =
    known && isRecord(known) && !known.fields
      ? known
      : { kind, tag: tag?.text, fields: undefined, size: 0, align: 1, packed: false, end: undefined };
  if (tag && !twice) context.scope.declareTag(tag.text, record);
  const open = context.advance();
  const members: MemberDeclaration[] = [];
  if (context.depth < MAX_DEPTH) {
    context.depth++;
    while (!context.atEnd && !context.is('}')) {
      const before = context.at;
      readMembers(context, members);
      if (context.at === before) context.advance();
    }
    context.depth--;
  } else context.skipBrackets('{', '}');
  record.end = context.token;
  if (!context.accept('}')) context.syntaxError(`This ${kind} has no closing brace.`, open);
  reportDuplicates(context, members, new Set());
  attributes = mergeAttributes(attributes, readAttributes(context));
  layOut(record, members, {
    packed: attributes.packed,
    aligned: attributes.aligned,
    packPragma: context.packPragma,
    unnamedAligns: context.types.arch !== 'x86',
  });
  return record;
}

/** Anonymous structs and unions share the names of the struct around them. */
function reportDuplicates(
  context: Context,
  members: readonly { name: string | undefined; token: Token | undefined; type: CType }[],
  seen: Set<string>,
): void {
  for (const { name, token, type } of members) {
    if (name === undefined) {
      if (isRecord(type)) for (const inner of type.fields ?? []) if (inner.name !== undefined) seen.add(inner.name);
    } else if (seen.has(name) && token) redefined(context, token, 'as another member of this struct');
    else seen.add(name);
  }
}

function readMembers(context: Context, members: MemberDeclaration[]): void {
  if (context.accept(';')) return;
  if (context.token.kind === TokenKind.PragmaPack) {
    readPragmaPack(context);
    return;
  }
  const start = context.token;
  if (context.acceptWord('_Static_assert')) {
    readStaticAssert(context, start);
    return;
  }
  let specifiers = readSpecifiers(context);
  if (!specifiers) {
    const token = context.token;
    if (token.kind === TokenKind.Identifier) reportUnknownType(context, token);
    else context.syntaxError(`"${token.text}" cannot stand between the members of a struct.`, token);
    if (token.kind !== TokenKind.Identifier || context.ahead().kind !== TokenKind.Identifier) {
      while (!context.atEnd && !context.is(';') && !context.is('}')) context.advance();
      context.accept(';');
      return;
    }
    context.advance();
    specifiers = { type: context.types.int, isTypedef: false, isExtern: false, isConst: false, attributes: noAttributes };
  }
  if (context.is(';') || context.is('}')) {
    // An anonymous struct or union; a tagged one declares no member.
    if (isRecord(specifiers.type) && specifiers.type.tag === undefined) {
      members.push({
        name: undefined,
        token: undefined,
        type: specifiers.type,
        width: undefined,
        packed: false,
        aligned: specifiers.attributes.aligned,
      });
    }
    if (!context.accept(';')) context.syntaxError('";" is missing behind this member.', context.previous);
    return;
  }
  for (;;) {
    const { type, name } = readDeclarator(context, specifiers.type);
    let width: number | undefined;
    if (context.accept(':')) {
      const value = readInteger(context, 'The width of a bit-field');
      width = value === undefined ? 1 : Number(value);
      if (width < 0 || width > type.size * 8 || (width === 0 && name)) {
        context.report('c-type', 'error', `A bit-field of ${describeType(type)} cannot be ${width} bits wide.`, placeOf(context.previous));
        context.damaged = true;
        width = type.size * 8;
      }
    }
    const attributes = mergeAttributes(specifiers.attributes, readAttributes(context));
    if (name) needSize(context, type, name);
    members.push({ name: name?.text, token: name, type, width, packed: attributes.packed, aligned: attributes.aligned });
    if (context.accept(',')) continue;
    if (!context.accept(';')) {
      context.syntaxError('";" is missing behind this member.', context.previous);
      if (!startsDeclaration(context)) {
        while (!context.atEnd && !context.is(';') && !context.is('}')) context.advance();
        context.accept(';');
      }
    }
    return;
  }
}

function readEnum(context: Context): CType {
  context.advance();
  let attributes = readAttributes(context);
  const tag = context.token.kind === TokenKind.Identifier ? context.advance() : undefined;
  if (!context.is('{')) return (tag && context.scope.findTag(tag.text)) ?? { ...context.types.uint, enumTag: tag?.text ?? '' };
  const open = context.advance();
  const { types } = context;
  const entries: { name: string; value: bigint }[] = [];
  let next = 0n;
  while (!context.atEnd && !context.is('}')) {
    const name = context.token;
    if (name.kind !== TokenKind.Identifier) {
      context.syntaxError('The name of an enumerator is missing here.');
      while (!context.atEnd && !context.is('}')) context.advance();
      break;
    }
    context.advance();
    readAttributes(context);
    if (context.scope.find(name.text)) redefined(context, name, 'so it cannot be an enumerator');
    if (context.accept('=')) next = readInteger(context, 'The value of an enumerator') ?? next;
    entries.push({ name: name.text, value: next });
    // Inside the enum an enumerator has the type of its value; gcc gives int where it fits.
    context.scope.declare(name.text, {
      kind: 'enumerator',
      value: next,
      type: BigInt.asIntN(32, next) === next ? types.int : next < 0n ? types.long : types.ulong,
    });
    next++;
    if (!context.accept(',')) break;
  }
  if (!context.accept('}')) context.syntaxError('This enum has no closing brace.', open);
  attributes = mergeAttributes(attributes, readAttributes(context));
  const values = entries.map((entry) => entry.value);
  const negative = values.some((value) => value < 0n);
  const fits = values.every((value) => (negative ? BigInt.asIntN(32, value) === value : BigInt.asUintN(32, value) === value));
  let base = negative ? (fits ? types.int : types.long) : fits ? types.uint : types.ulong;
  if (attributes.packed) {
    const bits = [8, 16, 32].find((width) =>
      values.every((value) => (negative ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value)) === value),
    );
    base = bits === 8 ? (negative ? types.schar : types.uchar) : bits === 16 ? (negative ? types.short : types.ushort) : base;
  }
  const type: IntegerType = { ...base, enumTag: tag?.text ?? '' };
  if (tag) context.scope.declareTag(tag.text, type);
  return type;
}
