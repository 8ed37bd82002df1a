import { evaluateCondition } from './condition.ts';
import type { Macro } from './macro.ts';
import { type Token, TokenKind } from './token.ts';

/** The number that an object-like macro stands for; undefined when it is none, or needs function-like macros. */
export function macroValue(macros: ReadonlyMap<string, Macro>, name: string): bigint | undefined {
  const tokens = expanded(macros, name, new Set());
  if (!tokens || tokens.length === 0) return undefined;
  const result = evaluateCondition(tokens);
  return result.ok ? result.value : undefined;
}

function expanded(macros: ReadonlyMap<string, Macro>, name: string, open: ReadonlySet<string>): readonly Token[] | undefined {
  const macro = macros.get(name);
  if (!macro || macro.parameters || macro.dynamic || open.has(name)) return undefined;
  const result: Token[] = [];
  for (const token of macro.body) {
    if (token.kind !== TokenKind.Identifier) result.push(token);
    else {
      const inner = expanded(macros, token.text, new Set([...open, name]));
      if (!inner) return undefined;
      result.push(...inner);
    }
  }
  return result;
}
