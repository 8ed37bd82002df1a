import type { Confidence } from '../explain/explanation.ts';
import type { Place } from './deployment.ts';

/** What something that the target said means, in terms of the configs: an explanation of core/explain with its places resolved. */
export interface Meaning {
  readonly summary: string;
  /** Best first. */
  readonly causes: readonly MeaningCause[];
}

export interface MeaningCause {
  readonly title: string;
  readonly text: string;
  readonly confidence: Confidence;
  /** The culprit first. */
  readonly places: readonly { readonly message: string; readonly place: Place }[];
  /** The rule whose page tells more. */
  readonly rule: string | undefined;
}

/** Asks what an output of the target means: error texts, kernel log, console, `exit status 139`, `enable hangs`. Empty: nothing in it is known. */
export type Explain = (text: string) => Promise<readonly Meaning[]>;
