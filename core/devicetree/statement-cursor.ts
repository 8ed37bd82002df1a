import type { Fix } from '../source/finding.ts';
import type { Span } from '../source/span.ts';
import type { SourceProblems } from './source-problems.ts';
import type { TreeLexer } from './tree-lexer.ts';
import { LexerState, TreeTokenKind } from './tree-token.ts';
import { reportUnexpected } from './unexpected-token.ts';

export interface PlacedLabel {
  readonly name: string;
  readonly span: Span;
}

/** Characters that structure a tree. */
export const mark = { slash: 47, semicolon: 59, equals: 61, open: 123, close: 125 } as const;

/** Where reading can go on behind an error: a name with what belongs behind it, or the end of a node. */
const freshStart = /\}|[A-Za-z0-9,._+*#?@-]+\s*[={;:]|&[A-Za-z_{]|\/\s*\{|\/[a-z]/y;

/** Steps through a source by tokens, and finds its way behind errors. */
export class StatementCursor {
  constructor(
    readonly lexer: TreeLexer,
    readonly problems: SourceProblems,
  ) {}

  /** The labels in front of something. */
  labels(): readonly PlacedLabel[] {
    const { lexer } = this;
    if (lexer.kind !== TreeTokenKind.Label) return [];
    const labels: PlacedLabel[] = [];
    for (; lexer.kind === TreeTokenKind.Label; lexer.next()) labels.push({ name: lexer.text, span: this.place() });
    return labels;
  }

  /** Takes the semicolon; where it is missing, says so and finds a place to go on. */
  semicolon(where: string): void {
    const { lexer } = this;
    if (this.isChar(mark.semicolon)) {
      lexer.next();
      return;
    }
    const before = lexer.lastSource.spanOf(Math.max(lexer.lastEnd - 1, 0), lexer.lastEnd);
    const atEnd = lexer.kind === TreeTokenKind.End;
    const fix: Fix = { title: 'Insert ";"', edits: [{ span: { ...before, start: before.end }, newText: ';' }] };
    const fixes = lexer.startsLine() || this.isChar(mark.close) ? [fix] : [];
    this.problems.report('dts-syntax', `";" is missing ${where}.`, atEnd ? before : this.place(), [], fixes);
    if (atEnd || this.isChar(mark.close)) return;
    this.goOnHere();
  }

  /** Goes on at the current token, where something can start there; else behind the next semicolon. */
  goOnHere(): void {
    if (this.canGoOn()) this.lexer.again(LexerState.Name);
    else this.skip();
  }

  private canGoOn(): boolean {
    freshStart.lastIndex = this.lexer.start;
    return freshStart.test(this.lexer.source.text);
  }

  /** To the end of a statement, or to what looks like the start of one; stops before a brace. */
  skip(): void {
    const { lexer } = this;
    for (; lexer.kind !== TreeTokenKind.End; lexer.next()) {
      if (this.isChar(mark.open) || this.isChar(mark.close)) return;
      if (this.isChar(mark.semicolon)) {
        lexer.next();
        return;
      }
      if (lexer.startsLine() && this.canGoOn()) {
        lexer.again(LexerState.Name);
        return;
      }
    }
  }

  isChar(code: number): boolean {
    return this.lexer.kind === TreeTokenKind.Char && this.lexer.code === code;
  }

  isKeyword(text: string): boolean {
    return this.lexer.kind === TreeTokenKind.Keyword && this.lexer.text === text;
  }

  place(): Span {
    return this.lexer.source.spanOf(this.lexer.start, this.lexer.end);
  }

  /** Says what must stand in place of the current token. */
  unexpected(what: string, more = ''): void {
    reportUnexpected(this.lexer, this.problems, what, more);
  }

  /** Says that the semicolon at hand is one too many, and goes on behind it. */
  superfluous(): void {
    const span = this.place();
    const fix: Fix = { title: 'Remove ";"', edits: [{ span, newText: '' }] };
    this.problems.report('dts-syntax', 'This ";" is one too many. Remove it.', span, [], [fix]);
    this.lexer.next();
  }

  problem(message: string): void {
    this.problems.report('dts-syntax', message, this.place());
  }
}
