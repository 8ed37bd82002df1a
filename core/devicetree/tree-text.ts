import type { SourceFile } from '../source/source-file.ts';
import type { Span } from '../source/span.ts';
import { placeOf, type Token, TokenFlag, TokenKind } from '../source/token.ts';

/** Text that the lexer reads, and where each stretch of it comes from. */
export interface TreeText {
  readonly text: string;
  /** The place of `text[start..end)` in what the author wrote: outside of macros, and at least as wide as the tokens that it touches. */
  spanOf(start: number, end: number): Span;
  /** The file that holds `text[at]`. */
  fileAt(at: number): SourceFile;
}

/** A file that dtc reads itself, for `/include/`: no preprocessor in between. */
export class RawText implements TreeText {
  readonly text: string;

  constructor(private readonly file: SourceFile) {
    this.text = file.text;
  }

  spanOf(start: number, end: number): Span {
    return { file: this.file.path, start, end };
  }

  fileAt(): SourceFile {
    return this.file;
  }
}

/**
 * Preprocessed tokens as one text, as `cpp -P` prints it: dtc's lexer cuts it up anew, and its names, bytes and strings are
 * not C's. A string may run over lines there, so line breaks and indentation are kept.
 */
export class JoinedText implements TreeText {
  readonly text: string;
  private readonly tokens: readonly Token[];
  /** Where each token starts in the text. */
  private readonly starts: Uint32Array;
  /** The token found last; the next question is about one near it. */
  private last = 0;

  constructor(
    tokens: readonly Token[],
    private readonly main: SourceFile,
  ) {
    this.tokens = tokens;
    this.starts = new Uint32Array(tokens.length);
    this.text = this.join();
  }

  private join(): string {
    const { tokens, starts } = this;
    const pieces: string[] = [];
    let length = 0;
    let before: Token | undefined;
    let outerBefore: Token | undefined;
    /** The first token of the line. */
    let line: Token | undefined;
    // White space counts only inside strings. Where none runs over a line, whole stretches of the source serve as they are.
    const exact = tokens.some((token) => token.kind === TokenKind.Other && token.text.charCodeAt(0) === 34);
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] as Token;
      const outer = token.expansion === undefined ? token : outermost(token);
      const gap = gapBefore(token, before, outer, outerBefore, exact ? line : undefined);
      if (i === 0 || gap.charCodeAt(0) === 10) line = outer;
      if (gap !== '') {
        pieces.push(gap);
        length += gap.length;
      }
      starts[i] = length;
      before = token;
      outerBefore = outer;
      if (!exact && token.expansion === undefined && token.text.length === token.end - token.start) {
        const base = length - token.start;
        const { file } = token;
        for (let next = tokens[i + 1]; next !== undefined && followsPlainly(before, next); next = tokens[i + 1]) {
          starts[++i] = base + next.start;
          before = next;
        }
        pieces.push(file.text.slice(token.start, before.end));
        length = base + before.end;
        outerBefore = before;
        continue;
      }
      const { text } = token;
      // An open string keeps its line as it is, but not the line's end.
      const shown = token.kind === TokenKind.Other && text.charCodeAt(text.length - 1) === 13 ? text.slice(0, -1) : text;
      pieces.push(shown);
      length += shown.length;
    }
    pieces.push('\n');
    return pieces.join('');
  }

  spanOf(start: number, end: number): Span {
    const first = this.indexAt(start);
    if (first < 0) return { file: this.main.path, start: 0, end: 0 };
    const last = end <= start ? first : this.indexAt(end - 1);
    const from = this.tokens[first] as Token;
    const to = this.tokens[last] as Token;
    if (from.expansion === undefined && to.expansion === undefined && from.file === to.file) {
      const startAt = Math.min(from.start + (start - (this.starts[first] as number)), from.end);
      const endAt = Math.min(to.start + (end - (this.starts[last] as number)), to.end);
      return { file: from.file.path, start: startAt, end: Math.max(startAt, endAt) };
    }
    const place = placeOf(from);
    const other = placeOf(to);
    if (other.file !== place.file || other.end < place.start) return place;
    return { file: place.file, start: place.start, end: Math.max(place.end, other.end) };
  }

  fileAt(at: number): SourceFile {
    const token = this.tokens[this.indexAt(at)];
    return token === undefined ? this.main : (token.expansion === undefined ? token : outermost(token)).file;
  }

  /** The last token that starts at or before `at`. */
  private indexAt(at: number): number {
    const { starts } = this;
    let low = this.last;
    if (low < starts.length && (starts[low] as number) <= at) {
      // Questions come roughly in the order of the text.
      for (let step = 0; step < 8; step++) {
        if (low + 1 >= starts.length || (starts[low + 1] as number) > at) {
          this.last = low;
          return low;
        }
        low++;
      }
    } else low = 0;
    let high = starts.length - 1;
    if (high < 0 || at < (starts[0] as number)) return high < 0 ? -1 : 0;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    this.last = low;
    return low;
  }
}

/** True when both stand in one file with nothing but white space between them. */
function followsPlainly(before: Token, next: Token): boolean {
  if (next.expansion !== undefined || next.file !== before.file || next.start < before.end) return false;
  if (next.text.length !== next.end - next.start) return false;
  const { text } = next.file;
  for (let at = before.end; at < next.start; at++) if (text.charCodeAt(at) > 32) return false;
  return true;
}

/** The name of the macro use, in a file, that a token comes out of. */
function outermost(token: Token): Token {
  let at = token;
  while (at.expansion !== undefined) at = at.expansion.call;
  return at;
}

/** gcc prints so many line breaks; for more it prints a line marker, which counts as one line. */
const MAX_BREAKS = 8;

/** What cpp prints in front of a token: nothing, a blank, or line breaks and indentation. `line` is left out where these do not matter. */
function gapBefore(token: Token, before: Token | undefined, outer: Token, outerBefore: Token | undefined, line: Token | undefined): string {
  if (before === undefined || outerBefore === undefined) return indentation(outer);
  const sameUse = outer === outerBefore && token.expansion !== undefined;
  if (outer.flags & TokenFlag.LineStart && !sameUse) {
    if (line === undefined) return '\n';
    // cpp counts lines from where the line starts: a line may go on behind a backslash, and counts double then.
    const breaks = outer.file === line.file ? breaksBetween(outer.file.text, line.start, outer.start) : 1;
    // Behind the end of a macro cpp keeps a `#` off the line's start, where it might become a directive.
    const indent = token.text === '#' && before.expansion !== undefined ? indentation(outer) || ' ' : indentation(outer);
    return '\n'.repeat(Math.max(1, Math.min(breaks, MAX_BREAKS))) + indent;
  }
  if (token.flags & (TokenFlag.SpaceBefore | TokenFlag.LineStart)) return ' ';
  const adjacent = token.start === before.end && token.file === before.file && token.expansion === before.expansion;
  return !adjacent && wouldPaste(before, token) ? ' ' : '';
}

function indentation(token: Token): string {
  if (!(token.flags & TokenFlag.SpaceBefore)) return '';
  const column = token.start - (token.file.text.lastIndexOf('\n', token.start - 1) + 1);
  return column <= 1 ? ' ' : ' '.repeat(column);
}

function breaksBetween(text: string, from: number, to: number): number {
  let breaks = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) breaks++;
  return breaks;
}

/** Punctuators that take a `=`, and the characters that each punctuator would swallow (gcc, cpp_avoid_paste). */
const takesEquals = new Set(['=', '!', '>', '<', '+', '-', '*', '/', '%', '&', '|', '^', '>>', '<<']);
const swallows: Readonly<Record<string, string>> = {
  '>': '>',
  '<': '<%:',
  '+': '+',
  '-': '->',
  '/': '/*',
  '%': ':%',
  '&': '&',
  '|': '|',
  ':': ':>',
  '->': '*',
  '.': '.%',
  '#': '#%',
};

/** True where two tokens of different places would read as one when they are written side by side. */
function wouldPaste(left: Token, right: Token): boolean {
  const { kind } = right;
  const first = kind === TokenKind.Punctuator ? (right.text[0] as string) : '';
  switch (left.kind) {
    case TokenKind.Identifier:
      return kind === TokenKind.Identifier || kind === TokenKind.String || kind === TokenKind.Character;
    case TokenKind.Number:
      return (
        kind === TokenKind.Number ||
        kind === TokenKind.Identifier ||
        kind === TokenKind.Character ||
        first === '.' ||
        first === '+' ||
        first === '-'
      );
    case TokenKind.Punctuator:
      if (first === '=' && takesEquals.has(left.text)) return true;
      if (left.text === '.' && kind === TokenKind.Number) return true;
      return first !== '' && (swallows[left.text]?.includes(first) ?? false);
    default:
      return false;
  }
}
