import type { Finding } from './finding.ts';
import type { Macro } from './macro.ts';
import type { SourceFile } from './source-file.ts';
import type { Token } from './token.ts';
import type { TokenizedFile } from './tokenizer.ts';

/** Finds and reads what a source includes. The owner records what was asked, so that it knows when an answer may change. */
export interface IncludeHost {
  /** The file behind `#include "name"` (`quoted`) or `<name>`, seen from `from`; undefined when no search path has it. */
  resolve(name: string, quoted: boolean, from: SourceFile): SourceFile | undefined;
  /** The tokens of a file: remembered for headers, since every config reads the same ones. */
  tokens(file: SourceFile): TokenizedFile;
  /** The same file as it is now: to tell whether a remembered prelude still holds. */
  isCurrent(file: SourceFile): boolean;
  /** Where a header was looked for, for the message when it is not found. */
  searched(name: string, quoted: boolean, from: SourceFile): readonly string[];
}

/** What a run of includes at the very top of a source leaves behind; shared by all sources that start with them. */
export interface Prelude {
  readonly parent: Prelude | undefined;
  readonly macros: ReadonlyMap<string, Macro>;
  readonly once: ReadonlySet<SourceFile>;
  /** Tokens from the beginning, those of the parents first. */
  readonly tokens: readonly Token[];
  readonly findings: readonly Finding[];
  readonly includes: readonly Include[];
  /** Continuations, by the spelling of the next include and the directory it stands in. */
  readonly next: Map<string, Prelude>;
}

/** An include that was looked up; `file` is undefined when it was not found. */
export interface Include {
  readonly name: string;
  readonly quoted: boolean;
  readonly from: SourceFile;
  readonly file: SourceFile | undefined;
}

export interface Preprocessed {
  /** The tokens of the shared prelude, if the source starts with includes. */
  readonly prelude: Prelude;
  /** Tokens behind the prelude; ends with an End token. */
  readonly tokens: readonly Token[];
  readonly macros: ReadonlyMap<string, Macro>;
  readonly findings: readonly Finding[];
  /** Every include, nested ones too, those of the prelude first. */
  readonly includes: readonly Include[];
}
