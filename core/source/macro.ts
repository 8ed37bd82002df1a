import type { Token } from './token.ts';

/** A `#define`. */
export interface Macro {
  readonly name: string;
  /** Undefined for an object-like macro. */
  readonly parameters: readonly string[] | undefined;
  /** The last parameter takes all remaining arguments. */
  readonly variadic: boolean;
  readonly body: readonly Token[];
  /** The name in the definition; undefined for a predefined macro. */
  readonly definition: Token | undefined;
  /** Computed at each use: `__LINE__`, `__FILE__`, `__COUNTER__`, `__INCLUDE_LEVEL__`. */
  readonly dynamic?: 'line' | 'file' | 'counter' | 'level';
}

/** True when gcc would accept the second definition without a word: same parameters, same spelling. */
export function sameDefinition(a: Macro, b: Macro): boolean {
  if (a.variadic !== b.variadic || a.parameters?.join() !== b.parameters?.join() || a.body.length !== b.body.length) return false;
  return a.body.every((token, i) => {
    const other = b.body[i] as Token;
    return token.text === other.text && (i === 0 || (token.flags & 1) === (other.flags & 1));
  });
}
