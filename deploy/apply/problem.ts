import type { Place } from '@jailhouse-cells/core/deployment/deployment.ts';
import type { Meaning } from '@jailhouse-cells/core/deployment/meaning.ts';
import type { NoAnswerReason } from '../ssh/connection.ts';

/** What went wrong, as the target showed it. */
export type ProblemKind =
  /** The command failed with an error text; nothing was changed by it. */
  | 'refused'
  /** Exit status 0, and nothing was done: `cell create` of another architecture. */
  | 'nothing-done'
  /** The cell crashed: its state is `failed`. */
  | 'cell-failed'
  /** The cell is there but not in the state that it should be in. */
  | 'wrong-state'
  /** A CPU of the root cell is parked: Linux may stand still at any time. */
  | 'root-cpu-parked'
  /** The command does not come back, while the board still answers. */
  | 'hangs'
  /** The kernel crashed in the call (exit status 139). */
  | 'oops'
  /** The board does not answer any more. */
  | 'frozen'
  /** The connection was lost and the board answers: nobody knows how far the command came. */
  | 'lost'
  /** A file did not arrive. */
  | 'upload'
  /** ssh could not reach the target, or was not let in. */
  | 'unreachable'
  | 'cancelled'
  /** Another session deploys to the same target. */
  | 'locked'
  /** Root is needed and not to be had. */
  | 'no-root'
  /** The target rebooted meanwhile. */
  | 'rebooted';

export interface Problem {
  readonly kind: ProblemKind;
  /** What happened and what to do, in a sentence or two. */
  readonly message: string;
  /** Step that it happened in; undefined before the first. */
  readonly step: string | undefined;
  /** The text to blame. */
  readonly place: Place | undefined;
  /** Output of the command, new lines of the kernel's log, new text of the hypervisor's console. */
  readonly output: string;
  readonly kernelLog: string;
  readonly console: string;
  /** What these mean for the configs, best first. */
  readonly meanings: readonly Meaning[];
  readonly noAnswer: NoAnswerReason | undefined;
}

/** The board has to be switched off and on: nothing else is to be tried on it. */
export function needsPowerCycle({ kind }: Pick<Problem, 'kind'>): boolean {
  return kind === 'root-cpu-parked' || kind === 'hangs' || kind === 'oops' || kind === 'frozen';
}
