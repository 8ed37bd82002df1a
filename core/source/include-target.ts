import { type Token, TokenFlag, TokenKind } from './token.ts';

/** What an #include names. */
export function includeTarget(tokens: readonly Token[]): { name: string; quoted: boolean } | undefined {
  const first = tokens[0];
  if (!first) return undefined;
  if (first.kind === TokenKind.String && first.text.startsWith('"')) return { name: first.text.slice(1, -1), quoted: true };
  if (first.text !== '<') return undefined;
  const close = tokens.findIndex((token) => token.text === '>');
  if (close < 0) return undefined;
  const last = tokens[close] as Token;
  // The name is taken as it is spelled: it may hold what are no tokens, such as `//`.
  if (!first.expansion && last.file === first.file) return { name: first.file.text.slice(first.end, last.start).trim(), quoted: false };
  return { name: spell(tokens.slice(1, close)), quoted: false };
}

/** The tokens as text, a blank wherever there was white space. */
export function spell(tokens: readonly Token[]): string {
  return tokens.map((token, i) => (i > 0 && token.flags & TokenFlag.SpaceBefore ? ' ' : '') + token.text).join('');
}
