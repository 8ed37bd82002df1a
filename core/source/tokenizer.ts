import type { SourceFile } from './source-file.ts';
import { Token, TokenFlag, TokenKind } from './token.ts';

export interface TokenizerProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** `assembler` is what `cpp -x assembler-with-cpp` does, and with it device trees: no digraphs, no raw strings, `#` may be a plain token. */
export type Dialect = 'c' | 'assembler';

export interface TokenizedFile {
  readonly file: SourceFile;
  readonly tokens: readonly Token[];
  readonly problems: readonly TokenizerProblem[];
}

const IDENTIFIER_START = 1;
const IDENTIFIER_PART = 2;
const DIGIT = 4;
const SPACE = 8;

/** What an ASCII character may be part of. */
const classes = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const letter = (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95 || c === 36;
  const digit = c >= 48 && c <= 57;
  classes[c] = (letter ? IDENTIFIER_START | IDENTIFIER_PART : 0) | (digit ? DIGIT | IDENTIFIER_PART : 0);
}
for (const c of [9, 11, 12, 13, 32]) classes[c] = SPACE;

const punctuators3 = new Set(['...', '<<=', '>>=']);
const punctuators2 = new Set(
  ['->', '++', '--', '<<', '>>', '<=', '>=', '==', '!=', '&&', '||', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '##'].concat([
    '<:',
    ':>',
    '<%',
    '%>',
    '%:',
  ]),
);
const digraphs: Readonly<Record<string, string>> = { '<:': '[', ':>': ']', '<%': '{', '%>': '}', '%:': '#' };
const singles = Array.from({ length: 128 }, (_, c) => String.fromCharCode(c));
const isPunctuator = new Uint8Array(128);
for (const c of '[](){}.&*+-~!/%<>^|?:;=,#') isPunctuator[c.charCodeAt(0)] = 1;

const literalPrefix = /^(?:L|u8|u|U)$/;
const rawPrefix = /^(?:R|LR|u8R|uR|UR)$/;

/** A backslash-newline that may sit inside a token: then the text is cleaned first and offsets are mapped back. */
const innerSplice = /[^\s\\]\\[ \t]*\r?\n[^\s]/;

/** Cuts a text into preprocessing tokens (C17 6.4, with gcc's extensions). Comments are white space. Never throws. */
export function tokenize(file: SourceFile, dialect: Dialect = 'c'): TokenizedFile {
  const { text } = file;
  if (!innerSplice.test(text)) {
    const result = scan(file, text, undefined, dialect);
    if (result) return result;
  }
  const { cleaned, offsets } = withoutSplices(text);
  return scan(file, cleaned, offsets, dialect) ?? { file, tokens: [], problems: [] };
}

function withoutSplices(text: string): { cleaned: string; offsets: Uint32Array } {
  const offsets = new Uint32Array(text.length + 1);
  const parts: string[] = [];
  let length = 0;
  let from = 0;
  const keep = (to: number): void => {
    for (let i = from; i < to; i++) offsets[length++] = i;
    parts.push(text.slice(from, to));
  };
  for (const match of text.matchAll(/\\[ \t]*\r?\n/g)) {
    keep(match.index);
    from = match.index + match[0].length;
  }
  keep(text.length);
  offsets[length] = text.length;
  return { cleaned: parts.join(''), offsets };
}

/** Returns undefined when a literal runs over a spliced line and the text has to be cleaned first. */
function scan(file: SourceFile, text: string, offsets: Uint32Array | undefined, dialect: Dialect): TokenizedFile | undefined {
  const tokens: Token[] = [];
  const problems: TokenizerProblem[] = [];
  const length = text.length;
  // In C gcc takes anything above ASCII for a letter, since names may be UTF-8; in assembler it is a stray character.
  const beyond = dialect === 'c' ? IDENTIFIER_START | IDENTIFIER_PART : 0;
  const classOf = (c: number): number => (c < 128 ? (classes[c] as number) : beyond);
  const real = (offset: number): number => (offsets ? (offsets[offset] as number) : offset);
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let flags: number = TokenFlag.LineStart;

  const push = (kind: TokenKind, spelled: string, start: number, end: number): void => {
    tokens.push(new Token(kind, spelled, file, real(start), real(end), flags, undefined));
    flags = 0;
  };

  while (at < length) {
    const c = text.charCodeAt(at);
    if (c === 10) {
      flags = TokenFlag.LineStart;
      at++;
      continue;
    }
    const kind = classOf(c);
    if (kind & SPACE) {
      flags |= TokenFlag.SpaceBefore;
      at++;
      continue;
    }
    if (kind & IDENTIFIER_START) {
      const start = at++;
      while (at < length && classOf(text.charCodeAt(at)) & IDENTIFIER_PART) at++;
      const quote = text.charCodeAt(at);
      if ((quote === 34 || quote === 39) && at - start <= 3) {
        const prefix = text.slice(start, at);
        if (quote === 34 && dialect === 'c' && rawPrefix.test(prefix)) {
          at = rawStringEnd(text, at, problems, real, start);
          push(TokenKind.String, text.slice(start, at), start, at);
          continue;
        }
        if (literalPrefix.test(prefix)) {
          const open = at;
          const end = literalEnd(text, open, quote);
          if (end === undefined) return undefined;
          at = end;
          pushLiteral(start, open, quote);
          continue;
        }
      }
      push(TokenKind.Identifier, text.slice(start, at), start, at);
      continue;
    }
    const next = at + 1 < length ? text.charCodeAt(at + 1) : 0;
    if (kind & DIGIT || (c === 46 && next >= 48 && next <= 57)) {
      const start = at++;
      while (at < length) {
        const d = text.charCodeAt(at);
        if ((d === 43 || d === 45) && /[eEpP]/.test(text[at - 1] as string)) at++;
        else if (d === 46 || classOf(d) & IDENTIFIER_PART) at++;
        else break;
      }
      push(TokenKind.Number, text.slice(start, at), start, at);
      continue;
    }
    if (c === 47 && next === 42) {
      const end = text.indexOf('*/', at + 2);
      if (end < 0)
        problems.push({ message: 'This comment has no end. Close it with */.', start: real(at), end: real(Math.min(at + 2, length)) });
      flags |= TokenFlag.SpaceBefore;
      at = end < 0 ? length : end + 2;
      continue;
    }
    if (c === 47 && next === 47) {
      at = lineCommentEnd(text, at);
      flags |= TokenFlag.SpaceBefore;
      continue;
    }
    if (c === 92) {
      const splice = spliceEnd(text, at);
      if (splice > 0) {
        flags |= TokenFlag.SpaceBefore;
        at = splice;
        continue;
      }
    }
    if (c === 34 || c === 39) {
      const start = at;
      const end = literalEnd(text, at, c);
      if (end === undefined) return undefined;
      at = end;
      pushLiteral(start, start, c);
      continue;
    }
    if (c < 128 && isPunctuator[c]) {
      const start = at;
      const three = text.slice(at, at + 3);
      const two = three.slice(0, 2);
      if (punctuators3.has(three)) {
        at += 3;
        push(TokenKind.Punctuator, three, start, at);
      } else if (punctuators2.has(two) && (dialect === 'c' || digraphs[two] === undefined)) {
        at += 2;
        if (two === '%:' && text.startsWith('%:', at)) {
          at += 2;
          push(TokenKind.Punctuator, '##', start, at);
        } else push(TokenKind.Punctuator, digraphs[two] ?? two, start, at);
      } else {
        at++;
        push(TokenKind.Punctuator, singles[c] as string, start, at);
      }
      continue;
    }
    push(TokenKind.Other, text[at] as string, at, ++at);
  }
  return { file, tokens, problems };

  /** `at` stands behind the literal. An open literal ends at the line's end and becomes a stray token. */
  function pushLiteral(start: number, open: number, quote: number): void {
    const closed = at - open > 1 && text.charCodeAt(at - 1) === quote;
    const kind = quote === 34 ? TokenKind.String : TokenKind.Character;
    push(closed ? kind : TokenKind.Other, text.slice(start, at), start, at);
  }
}

/** The offset behind the closing quote, or the line's end when there is none; undefined at a spliced line. */
function literalEnd(text: string, open: number, quote: number): number | undefined {
  let at = open + 1;
  for (; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === quote) return at + 1;
    if (c === 10) break;
    if (c === 92) {
      // Lines are joined before escapes are read: the second of two backslashes may end the line.
      if (spliceEnd(text, at) > 0 || (text.charCodeAt(at + 1) === 92 && spliceEnd(text, at + 1) > 0)) return undefined;
      at++;
      if (text.charCodeAt(at) === 10) break;
    }
  }
  // A trailing quote of an open literal would look closed: `'\'` does not end there.
  const end = Math.min(at, text.length);
  return text.charCodeAt(end - 1) === quote && end - 1 > open ? end - 1 : end;
}

function rawStringEnd(text: string, quote: number, problems: TokenizerProblem[], real: (o: number) => number, start: number): number {
  const open = text.indexOf('(', quote);
  const delimiter = open < 0 ? '' : text.slice(quote + 1, open);
  const end = open < 0 ? -1 : text.indexOf(`)${delimiter}"`, open);
  if (end >= 0) return end + delimiter.length + 2;
  problems.push({ message: 'This raw string has no end.', start: real(start), end: real(quote + 1) });
  return text.length;
}

/** The offset of the newline that ends a `//` comment; a backslash at the line's end continues it. */
function lineCommentEnd(text: string, from: number): number {
  let at = from;
  for (;;) {
    const newline = text.indexOf('\n', at);
    if (newline < 0) return text.length;
    if (!/\\[ \t\r]*$/.test(text.slice(Math.max(at, newline - 80), newline))) return newline;
    at = newline + 1;
  }
}

/** The offset behind a backslash-newline (white space between them is allowed, as in gcc), or 0. */
function spliceEnd(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && (text.charCodeAt(end) === 32 || text.charCodeAt(end) === 9 || text.charCodeAt(end) === 13)) end++;
  return text.charCodeAt(end) === 10 ? end + 1 : 0;
}
