import { placeOf, type Token, TokenKind } from '../source/token.ts';
import { type Attributes, mergeAttributes, noAttributes, readAttributes } from './attribute.ts';
import type { Context } from './context.ts';
import { redefined } from './declaration.ts';
import { readDeclarator } from './declarator.ts';
import { readExpression, readInteger } from './expression.ts';
import { readRecord } from './record.ts';
import { type CType, type IntegerType, voidType } from './types.ts';

export const typeWords = new Set(
  (
    'void char short int long signed __signed__ __signed unsigned _Bool float double __int128 __int128_t __uint128_t struct union enum typeof __typeof__ __typeof ' +
    'const __const __const__ volatile __volatile__ restrict __restrict __restrict__ _Atomic'
  ).split(' '),
);

export const storageWords = new Set(
  'typedef extern static auto register inline __inline __inline__ _Noreturn _Thread_local __thread __extension__ __attribute__ __attribute _Alignas'.split(
    ' ',
  ),
);

/** True when the token can begin a type name (in a cast, in sizeof). */
export function startsType(context: Context, token: Token): boolean {
  return token.kind === TokenKind.Identifier && (typeWords.has(token.text) || context.scope.find(token.text)?.kind === 'typedef');
}

export interface Specifiers {
  readonly type: CType;
  readonly isTypedef: boolean;
  readonly isExtern: boolean;
  readonly isConst: boolean;
  readonly attributes: Attributes;
}

export function startsDeclaration(context: Context): boolean {
  const { token } = context;
  return startsType(context, token) || (token.kind === TokenKind.Identifier && storageWords.has(token.text));
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

export function readSpecifiers(context: Context): Specifiers | undefined {
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

export function reportUnknownType(context: Context, token: Token): void {
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
