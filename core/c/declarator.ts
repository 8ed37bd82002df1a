import { placeOfRun, type Token, TokenKind } from '../source/token.ts';
import { readAttributes } from './attribute.ts';
import { type Context, MAX_DEPTH } from './context.ts';
import { readInteger } from './expression.ts';
import { startsType, storageWords, typeWords } from './specifiers.ts';
import { arrayOf, type CType, functionType, pointerTo } from './types.ts';

interface Declarator {
  readonly type: CType;
  readonly name: Token | undefined;
}

/** Pointers, name, array lengths and parameter lists; works with and without a name. */
export function readDeclarator(context: Context, base: CType): Declarator {
  if (context.depth >= MAX_DEPTH) {
    context.syntaxError('This declaration is nested too deeply to be read.');
    return { type: base, name: undefined };
  }
  context.depth++;
  let type = base;
  readAttributes(context);
  for (let pointers = 0; context.accept('*'); pointers++) {
    // A pointer to a pointer is as good as one, once nobody follows it that far.
    if (pointers < MAX_DEPTH) type = pointerTo(type, context.types);
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
  if (context.depth >= MAX_DEPTH) {
    context.syntaxError('This declaration is nested too deeply to be read.', close);
    return base;
  }
  context.depth++;
  const element = readSuffixes(context, base);
  context.depth--;
  return arrayOf(element, length, [open, close]);
}

function skipAsmLabel(context: Context): void {
  if (!context.isWord('asm') && !context.isWord('__asm__')) return;
  context.advance();
  if (context.accept('(')) context.skipBrackets('(', ')');
}
