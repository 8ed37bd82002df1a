import type { IomemEntry } from '@jailhouse-cells/core/board/proc-files.ts';
import type { Deployment, ExpectedTarget, Place } from '@jailhouse-cells/core/deployment/deployment.ts';
import type { Target } from '../target.ts';
import type { BoardFacts } from './board-facts.ts';

/** `unknown`: the target does not tell, mostly for want of root. */
export type CheckLevel = 'ok' | 'warning' | 'blocker' | 'unknown';

/** One row of the doctor's table. */
export interface Check {
  readonly id: string;
  /** `Hypervisor memory`. */
  readonly title: string;
  readonly level: CheckLevel;
  /** What was found, in a sentence. */
  readonly found: string;
  /** What to do; empty where all is well. */
  readonly remedy: string;
  /** The text that expects something else. */
  readonly place: Place | undefined;
}

export interface DoctorOptions {
  /** The host's clock, seconds since 1970. */
  readonly now: number;
  /** Bytes that will be sent. */
  readonly toSend: number;
}

/** Everything that a row of the table is made of. */
export interface CheckContext {
  readonly facts: BoardFacts;
  readonly expected: ExpectedTarget;
  readonly deployment: Deployment;
  readonly target: Target;
  readonly options: DoctorOptions;
  /** /proc/iomem; undefined where it shows no addresses. */
  readonly iomem: readonly IomemEntry[] | undefined;
}

/** Makes one row; undefined where there is nothing to compare. */
export type Judge = (context: CheckContext) => Check | undefined;

export const ok = (id: string, title: string, found: string): Check => ({ id, title, level: 'ok', found, remedy: '', place: undefined });

export function check(id: string, title: string, level: CheckLevel, found: string, remedy: string, place?: Place | undefined): Check {
  return { id, title, level, found, remedy, place };
}
