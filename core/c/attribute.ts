import { placeOfRun, TokenKind } from '../source/token.ts';
import type { Context } from './context.ts';
import { readInteger } from './expression.ts';
import { readTypeName, startsType } from './specifiers.ts';

/** The attributes that change a layout; all others are skipped. */
export interface Attributes {
  readonly packed: boolean;
  /** Bytes. */
  readonly aligned: number | undefined;
}

export const noAttributes: Attributes = { packed: false, aligned: undefined };

/** What a bare `aligned` means on the three architectures. */
const BIGGEST_ALIGNMENT = { arm64: 16, arm: 8, x86: 16 };

export function mergeAttributes(a: Attributes, b: Attributes): Attributes {
  if (b === noAttributes) return a;
  const aligned = a.aligned === undefined ? b.aligned : b.aligned === undefined ? a.aligned : Math.max(a.aligned, b.aligned);
  return { packed: a.packed || b.packed, aligned };
}

/** Reads any number of `__attribute__((…))` and `_Alignas(…)`. */
export function readAttributes(context: Context): Attributes {
  let result = noAttributes;
  for (;;) {
    if (context.acceptWord('_Alignas')) {
      context.expect('(', 'behind _Alignas');
      const aligned = startsType(context, context.token) ? readTypeName(context).align : readAlignment(context);
      context.expect(')', 'behind the alignment');
      result = mergeAttributes(result, { packed: false, aligned });
      continue;
    }
    if (!context.acceptWord('__attribute__') && !context.acceptWord('__attribute')) return result;
    if (!context.expect('(', 'behind __attribute__') || !context.expect('(', 'behind __attribute__(')) return result;
    while (!context.atEnd && !context.is(')')) {
      if (context.accept(',')) continue;
      result = mergeAttributes(result, readAttribute(context));
    }
    context.expect(')', 'to close the attribute');
    context.expect(')', 'to close __attribute__');
  }
}

function readAttribute(context: Context): Attributes {
  const name = context.advance();
  const word = name.kind === TokenKind.Identifier ? name.text.replace(/^__(.*)__$/, '$1') : '';
  if (word === 'packed') return { packed: true, aligned: undefined };
  if (word === 'aligned') {
    if (!context.accept('(')) return { packed: false, aligned: BIGGEST_ALIGNMENT[context.types.arch] };
    const aligned = readAlignment(context);
    context.expect(')', 'behind the alignment');
    return { packed: false, aligned };
  }
  if (context.accept('(')) context.skipBrackets('(', ')');
  return noAttributes;
}

/** A power of two up to 2^28 bytes, as gcc takes it; anything else is reported and undefined. */
function readAlignment(context: Context): number | undefined {
  const begin = context.at;
  const value = readInteger(context, 'An alignment');
  if (value === undefined || value === 0n) return undefined;
  if (value > 0n && value <= 1n << 28n && (value & (value - 1n)) === 0n) return Number(value);
  const span = placeOfRun(context.tokens, begin, Math.max(context.at, begin + 1));
  context.damaged = true;
  context.report('c-type', 'error', `An alignment has to be a power of two up to 2^28 bytes, not ${value}.`, span);
  return undefined;
}
