import type { Finding, RelatedPlace, Severity } from '../source/finding.ts';
import { clipped } from '../source/message-length.ts';
import type { Span } from '../source/span.ts';
import { placeOf, type Token, TokenKind } from '../source/token.ts';
import type { Scope } from './scope.ts';
import type { TargetTypes } from './types.ts';

/** Expressions and braces nested deeper than this are not read; gcc would, but no config comes near. */
export const MAX_DEPTH = 300;
/** Larger objects are refused: the hypervisor takes 64 KiB at most. */
export const MAX_OBJECT_SIZE = 64 * 1024 * 1024;
/** After so many errors in one source the rest is noise. */
const MAX_FINDINGS = 500;

/** The state that all parts of the C reader share: where it stands, what is declared, what it has found. */
export class Context {
  at = 0;
  depth = 0;
  packPragma = 0;
  readonly packStack: number[] = [];
  readonly findings: Finding[] = [];
  /** Set when something could not be read, so that values may be missing. */
  damaged = false;
  /** In `sizeof` and in branches not taken nothing is computed, so nothing can overflow. */
  unevaluated = 0;

  constructor(
    readonly tokens: readonly Token[],
    public scope: Scope,
    readonly types: TargetTypes,
  ) {}

  get token(): Token {
    return this.tokens[this.at] as Token;
  }

  /** The token behind the present one; the End token repeats. */
  ahead(distance = 1): Token {
    return this.tokens[Math.min(this.at + distance, this.tokens.length - 1)] as Token;
  }

  /** The token read last. */
  get previous(): Token {
    return this.tokens[Math.max(0, this.at - 1)] as Token;
  }

  is(text: string): boolean {
    const token = this.tokens[this.at] as Token;
    return token.text === text && token.kind === TokenKind.Punctuator;
  }

  isWord(text: string): boolean {
    const token = this.tokens[this.at] as Token;
    return token.text === text && token.kind === TokenKind.Identifier;
  }

  get atEnd(): boolean {
    return this.token.kind === TokenKind.End;
  }

  advance(): Token {
    const token = this.tokens[this.at] as Token;
    if (token.kind !== TokenKind.End) this.at++;
    return token;
  }

  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  acceptWord(text: string): boolean {
    if (!this.isWord(text)) return false;
    this.at++;
    return true;
  }

  report(rule: string, severity: Severity, message: string, span: Span, related: readonly RelatedPlace[] = []): void {
    this.add({ rule, severity, message, span, related, fixes: [] });
  }

  add(finding: Finding): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ ...finding, message: clipped(finding.message) });
  }

  /** Something that cannot be read: the model may lack values. */
  syntaxError(message: string, token: Token = this.token, related: readonly RelatedPlace[] = []): void {
    this.damaged = true;
    this.report('c-syntax', 'error', message, this.visiblePlace(token), related);
  }

  /** The end of the text has no width: point at the last thing written instead. */
  private visiblePlace(token: Token): Span {
    if (token.kind !== TokenKind.End) return placeOf(token);
    const last = this.tokens[this.tokens.length - 2];
    return last ? placeOf(last) : { file: token.file.path, start: token.start, end: token.end };
  }

  /** Reads `text`, or says that it is missing behind what was read last. */
  expect(text: string, why: string): boolean {
    if (this.accept(text)) return true;
    const before = this.at > 0 ? this.previous : this.token;
    this.syntaxError(`"${text}" is missing ${why}.`, before);
    return false;
  }

  /** Skips a bracketed run; the opening bracket has been read. Returns false when it never closes. */
  skipBrackets(open: string, close: string): boolean {
    for (let depth = 1; depth > 0; this.at++) {
      if (this.atEnd) return false;
      if (this.is(open)) depth++;
      else if (this.is(close)) depth--;
    }
    return true;
  }
}
