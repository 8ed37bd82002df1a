import type { Finding, Severity } from './finding.ts';
import type { Macro } from './macro.ts';
import { clipped } from './message-length.ts';
import type { IncludeHost } from './preprocessor-result.ts';
import type { SourceFile } from './source-file.ts';
import { placeOf, placeOfRun, Token, TokenFlag, TokenKind } from './token.ts';
import type { Dialect } from './tokenizer.ts';

/** More than any config comes near; keeps a macro that doubles itself from eating the memory. */
export const MAX_TOKENS = 500_000;
/** After so many findings in one source the rest is noise; errors get as much room again. */
const MAX_FINDINGS = 500;

export interface Conditional {
  readonly directive: Token;
  /** This branch is read. */
  active: boolean;
  /** Some branch has been read, or the whole conditional is skipped. */
  taken: boolean;
  sawElse: boolean;
}

export interface OpenFile {
  readonly file: SourceFile;
  readonly tokens: readonly Token[];
  at: number;
  readonly conditionals: Conditional[];
}

/** Tokens to be read before the file goes on. */
interface Context {
  readonly tokens: readonly Token[];
  at: number;
  /** Painted blue while its expansion is read. */
  readonly macro: Macro | undefined;
  /** The end of a macro argument that is expanded on its own: reading stops here. */
  readonly boundary: boolean;
}

/** Reads raw tokens: of the file at hand, of the files it includes, and of macro expansions put in front of them. */
export abstract class TokenReader {
  protected findings: Finding[] = [];
  protected readonly files: OpenFile[] = [];
  protected readonly contexts: Context[] = [];
  /** Macros whose expansion is being read: they do not expand in it again. */
  protected readonly painted = new Set<Macro>();
  /** Tokens made so far, roughly. */
  protected produced = 0;
  private limitReported = false;

  constructor(
    protected readonly host: IncludeHost,
    protected readonly dialect: Dialect,
  ) {}

  /** Carries out the directive behind `hash`; returns a token only for a pragma that the parser has to see, and `hash` where it is none. */
  protected abstract directive(open: OpenFile, hash: Token): Token | undefined;

  /** The next token before macro expansion: of the innermost context, else of the file. */
  protected raw(): Token {
    for (;;) {
      const context = this.contexts.at(-1);
      if (!context) return this.fromFile();
      if (context.at < context.tokens.length) return context.tokens[context.at++] as Token;
      if (context.boundary) return endOf(this.mainFile());
      this.contexts.pop();
      if (context.macro) this.painted.delete(context.macro);
    }
  }

  protected fromFile(): Token {
    for (;;) {
      const open = this.files.at(-1) as OpenFile;
      const token = open.tokens[open.at];
      if (!token) {
        for (const conditional of open.conditionals) {
          this.report('c-preprocessor', 'error', conditional.directive, 'This conditional has no #endif.');
        }
        open.conditionals.length = 0;
        if (this.files.length === 1) return endOf(open.file);
        this.files.pop();
        continue;
      }
      open.at++;
      if (token.text === '#' && token.flags & TokenFlag.LineStart && token.kind === TokenKind.Punctuator) {
        const pragma = this.directive(open, token);
        if (pragma) return pragma;
        continue;
      }
      return token;
    }
  }

  protected mainFile(): SourceFile {
    return (this.files[0] as OpenFile).file;
  }

  protected enter(file: SourceFile): void {
    const { tokens, problems } = this.host.tokens(file);
    for (const problem of problems) {
      this.add('c-syntax', 'error', problem.message, { file: file.path, start: problem.start, end: problem.end });
    }
    this.files.push({ file, tokens, at: 0, conditionals: [] });
  }

  protected putBack(tokens: readonly Token[]): void {
    this.contexts.push({ tokens, at: 0, macro: undefined, boundary: false });
  }

  protected reportLimit(token: Token): void {
    if (this.limitReported) return;
    this.limitReported = true;
    this.report(
      'c-limit',
      'error',
      token,
      'The text is longer than 500,000 tokens here, most likely by a macro that repeats itself; the rest is not read.',
    );
  }

  protected report(
    rule: string,
    severity: Severity,
    token: Token,
    message: string,
    last?: Token,
    first: Token = token,
    related: Finding['related'] = [],
  ): void {
    const run =
      last && last !== token ? placeOfRun([first, last], 0, 2) : first === token ? placeOf(token) : placeOfRun([first, token], 0, 2);
    this.add(rule, severity, message, run, related);
  }

  protected add(rule: string, severity: Severity, message: string, span: Finding['span'], related: Finding['related'] = []): void {
    const { length } = this.findings;
    if (length >= 2 * MAX_FINDINGS || (length >= MAX_FINDINGS && severity !== 'error')) return;
    this.findings.push({ rule, severity, message: clipped(message), span, related, fixes: [] });
  }
}

export function endOf(file: SourceFile): Token {
  return new Token(TokenKind.End, '', file, file.text.length, file.text.length, TokenFlag.LineStart, undefined);
}
