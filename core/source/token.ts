import type { Macro } from './macro.ts';
import type { SourceFile } from './source-file.ts';
import type { Span } from './span.ts';

export const TokenKind = {
  End: 0,
  Identifier: 1,
  /** A preprocessing number: its spelling may still be no valid number. */
  Number: 2,
  String: 3,
  Character: 4,
  Punctuator: 5,
  /** A stray character, or an unterminated literal. */
  Other: 6,
  /** `#pragma pack(…)`, which the parser has to see; the text is what stands behind `pack`. */
  PragmaPack: 7,
} as const;
export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

export const TokenFlag = { SpaceBefore: 1, LineStart: 2, NoExpand: 4 } as const;

/** The use of a macro that a token comes out of. */
export interface Expansion {
  readonly macro: Macro;
  /** The macro's name where it is used; may itself come out of a macro. */
  readonly call: Token;
  /** The last token of the use: the closing parenthesis, or the name. */
  readonly callEnd: Token;
}

/**
 * A preprocessing token. File, start and end say where it is spelled; `expansion` is set when it is spelled in a macro's
 * body. A token of a macro argument keeps the place (and the expansion) that it has in the argument.
 */
export class Token {
  constructor(
    readonly kind: TokenKind,
    readonly text: string,
    readonly file: SourceFile,
    readonly start: number,
    readonly end: number,
    readonly flags: number,
    readonly expansion: Expansion | undefined,
  ) {}

  with(flags: number, expansion: Expansion | undefined): Token {
    return new Token(this.kind, this.text, this.file, this.start, this.end, flags, expansion);
  }
}

/** Where the token shows in the text that the author sees: its own place, or the outermost macro use around it. */
export function placeOf(token: Token): Span {
  if (!token.expansion) return { file: token.file.path, start: token.start, end: token.end };
  let { call, callEnd } = token.expansion;
  while (call.expansion) {
    callEnd = call.expansion.callEnd;
    call = call.expansion.call;
  }
  while (callEnd.expansion) callEnd = callEnd.expansion.callEnd;
  const end = callEnd.file === call.file && callEnd.end > call.start ? callEnd.end : call.end;
  return { file: call.file.path, start: call.start, end };
}

/**
 * The place of a run of tokens (`from` to `to`, exclusive). A macro use gives way to the arguments inside it that the run
 * contains, so that a value computed from an argument points at the argument.
 */
export function placeOfRun(tokens: readonly Token[], from: number, to: number): Span {
  const first = tokens[from];
  if (!first) throw new RangeError('an empty run of tokens has no place');
  let start = Number.POSITIVE_INFINITY;
  let end = -1;
  let plain = true;
  for (let i = from; i < to; i++) {
    const token = tokens[i] as Token;
    if (token.expansion || token.file !== first.file) {
      plain = false;
      break;
    }
    if (token.start < start) start = token.start;
    if (token.end > end) end = token.end;
  }
  if (plain) return { file: first.file.path, start, end };
  const places: Span[] = [];
  for (let i = from; i < to; i++) {
    const place = placeOf(tokens[i] as Token);
    const last = places.at(-1);
    if (!last || last.start !== place.start || last.end !== place.end || last.file !== place.file) places.push(place);
  }
  const file = (places[0] as Span).file;
  const inner = places.filter(
    (a) =>
      a.file === file &&
      !places.some((b) => b.file === file && a !== b && a.start <= b.start && b.end <= a.end && a.end - a.start > b.end - b.start),
  );
  return {
    file,
    start: Math.min(...inner.map((place) => place.start)),
    end: Math.max(...inner.map((place) => place.end)),
  };
}
