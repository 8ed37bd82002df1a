import type { ByteText } from '../byte-text.ts';

/** The syntax tree of POSIX' shell language, as far as the target speaks it. */

export type WordPart =
  | { readonly kind: 'text'; readonly text: ByteText; readonly quoted: boolean }
  | { readonly kind: 'tilde'; readonly user: ByteText }
  | {
      readonly kind: 'parameter';
      readonly name: ByteText;
      readonly quoted: boolean;
      /** `:-`, `-`, `:=`, `=`, `:?`, `?`, `:+`, `+`, `%`, `%%`, `#`, `##`, `length`. */
      readonly operator: string | undefined;
      readonly word: Word;
    }
  | { readonly kind: 'command'; readonly script: List; readonly quoted: boolean }
  | { readonly kind: 'arithmetic'; readonly expression: Word; readonly quoted: boolean };

export type Word = readonly WordPart[];

export interface Redirection {
  /** Descriptor that is redirected; undefined: the usual one. */
  readonly descriptor: number | undefined;
  readonly operator: '<' | '>' | '>>' | '>|' | '<>' | '<&' | '>&' | '<<';
  /** Target, or the text of a here-document. */
  word: Word;
}

export interface Assignment {
  readonly name: ByteText;
  readonly value: Word;
}

export type Command =
  | {
      readonly kind: 'simple';
      readonly line: number;
      readonly assignments: readonly Assignment[];
      readonly words: readonly Word[];
      readonly redirections: readonly Redirection[];
    }
  | { readonly kind: 'group' | 'subshell'; readonly body: List; readonly redirections: readonly Redirection[] }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly condition: List; readonly body: List }[];
      readonly otherwise: List | undefined;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'for';
      readonly name: ByteText;
      /** Undefined: the positional parameters. */
      readonly words: readonly Word[] | undefined;
      readonly body: List;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'while' | 'until';
      readonly condition: List;
      readonly body: List;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'case';
      readonly word: Word;
      readonly arms: readonly { readonly patterns: readonly Word[]; readonly body: List }[];
      readonly redirections: readonly Redirection[];
    }
  | { readonly kind: 'function'; readonly name: ByteText; readonly body: Command };

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Command[];
}

/** Pipelines joined by `&&` and `||`. */
export interface AndOr {
  readonly first: Pipeline;
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly pipeline: Pipeline }[];
  readonly background: boolean;
  /** The text, for the list of processes. */
  readonly source: ByteText;
}

export type List = readonly AndOr[];

/** `Syntax error: …`, with the line. */
export class ShellSyntaxError extends Error {
  constructor(
    message: string,
    readonly line: number,
    /** The text ends too early: more of it could make it right. */
    readonly unfinished: boolean,
  ) {
    super(message);
  }
}
