import type { Explain } from '@jailhouse-cells/core/deployment/meaning.ts';
import type { Step } from '../plan/plan.ts';
import type { SshConnection } from '../ssh/connection.ts';
import type { Limits } from './limits.ts';
import type { Problem } from './problem.ts';
import type { Seen } from './verify.ts';

export interface ApplyOptions {
  readonly connection: SshConnection;
  readonly explain: Explain;
  readonly report: (event: ApplyEvent) => void;
  /** Aborting undoes what was done. */
  readonly signal?: AbortSignal;
  /** Seconds that cells are watched for after they were started. */
  readonly watch: number;
  /** Seconds after which the target disables the hypervisor by itself unless `enable` came to a good end; undefined: it does not. */
  readonly deadMan?: number;
  /** Let the hardware watchdog restart a frozen board during `enable`. */
  readonly watchdog?: boolean;
  /** `alice@laptop`. */
  readonly who: string;
  /** Where they differ from the usual ones. */
  readonly limits?: Partial<Limits>;
}

export type ApplyEvent =
  | { readonly kind: 'step'; readonly step: Step; readonly at: number; readonly of: number; readonly undoing: boolean }
  | { readonly kind: 'sent'; readonly step: Step; readonly bytes: number; readonly of: number }
  | { readonly kind: 'done'; readonly step: Step; readonly milliseconds: number; readonly console: string; readonly kernelLog: string }
  | { readonly kind: 'warning'; readonly step: Step; readonly message: string }
  | { readonly kind: 'watching'; readonly seconds: number };

export type ApplyResult =
  | { readonly kind: 'done'; readonly warnings: readonly string[]; readonly seen: Seen | undefined }
  | {
      readonly kind: 'failed';
      readonly problem: Problem;
      /** What became of what was done before. */
      readonly undone: Undone;
      readonly warnings: readonly string[];
    };

export type Undone =
  /** Nothing had been changed that would have to be undone. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'undone'; readonly steps: readonly string[]; readonly lost: readonly string[] }
  /** The target cannot be worked on any more, or the connection is gone: the next run finds out where things stand. */
  | { readonly kind: 'left'; readonly why: string }
  | { readonly kind: 'failed'; readonly step: string; readonly message: string };
