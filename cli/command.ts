import type { Arguments, OptionSpec } from './arguments.ts';
import type { Io, Outcome } from './io.ts';

/** One command: what its help says, and what it does. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Behind `jailhouse-cells NAME`. */
  readonly usage: string;
  /** A few paragraphs; lines are wrapped by the help. */
  readonly description: readonly string[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly { readonly command: string; readonly does: string }[];
  readonly exit: readonly { readonly status: number; readonly when: string }[];
  run(parsed: Arguments, io: Io): Promise<Outcome>;
}

/** What every way of calling a command wrongly comes to: one sentence with the remedy, on the error stream. */
export function misuse(command: string | undefined, message: string): Outcome {
  const help = command === undefined ? 'jailhouse-cells --help' : `jailhouse-cells ${command} --help`;
  return { status: 2, err: `jailhouse-cells: ${message}\n"${help}" explains the call.\n` };
}

/** The operation failed for a reason outside of the configs. */
export function failure(message: string): Outcome {
  return { status: 1, err: `jailhouse-cells: ${message}\n` };
}
