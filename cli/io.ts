import type { FileSystem } from '@jailhouse-cells/core/source/file-system.ts';

/** Exit status of every command (docs/command-line.md). */
export const exitStatus = { fine: 0, failed: 1, misuse: 2, unreachable: 3, cancelled: 130 } as const;

/** Where a command's text goes. Text is written whole, once, at the end of a command; those that work on a target or run a board write as they go. */
export interface Sink {
  write(text: string): void;
  /** True when a person is looking: colours and the width of the window count then. */
  readonly isTerminal: boolean;
  /** Width in columns; undefined when it is no terminal. */
  readonly columns: number | undefined;
}

/** A file to be put in place: its absolute path and its bytes. */
export interface OutputFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export type WriteResult = { readonly ok: true } | { readonly ok: false; readonly path: string; readonly reason: string };

/** Everything that a command may touch, so that a test can stand in for the process. */
export interface Io {
  readonly fs: FileSystem;
  /** Absolute, with `/` between segments. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Sink;
  readonly err: Sink;
  /** Puts all files in place, or changes none of those that exist. */
  writeFiles(files: readonly OutputFile[]): Promise<WriteResult>;
  /** The bytes of a file, a pipe or, for `-`, standard input, piece by piece; throws while it is read. Left out: there is only `fs`. */
  stream?(path: string): AsyncIterable<Uint8Array>;
  /** Lets signals in. Resolves to true once the user has cancelled. */
  cancelled(): Promise<boolean>;
  /** Aborted when the user cancels, for what waits on something else than the processor. Left out: nobody can. */
  readonly interrupted?: AbortSignal;
  /** Asks the person at the terminal; undefined: no answer was given. Left out: there is no terminal, and nothing is asked. */
  ask?(question: Question): Promise<string | undefined>;
}

/** A question for the person at the terminal. */
export interface Question {
  /** Printable, with the space behind it. */
  readonly text: string;
  /** What is typed is not shown. */
  readonly secret: boolean;
  /** The answer is wanted no more. */
  readonly signal?: AbortSignal;
}

/** What a command hands back: everything that is to be printed, and the exit status. */
export interface Outcome {
  readonly status: number;
  readonly out?: string;
  readonly err?: string;
}
