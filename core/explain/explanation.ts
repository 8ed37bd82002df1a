import type { RelatedPlace } from '../source/finding.ts';
import type { ErrnoName } from './errno.ts';
import type { Operation } from './operation.ts';

/** `certain`: the configs alone show it; `likely`: they show something that does this; `possible`: to be checked. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** One thing that would lead to what was observed. */
export interface Cause {
  /** A few words, as a heading. */
  readonly title: string;
  /** One or two sentences: why, with the numbers, and what to do. */
  readonly text: string;
  readonly confidence: Confidence;
  /** Where the configs say so, the culprit first; empty where only the board can tell. */
  readonly places: readonly RelatedPlace[];
  /** The rule whose page tells more. */
  readonly rule?: string;
}

/** A line of a log that an explanation rests on. */
export interface MatchedLine {
  /** From 1. */
  readonly line: number;
  /** Without time stamp and control characters; at most 500 characters. */
  readonly text: string;
}

/** One event and its causes, best first. */
export interface Explanation {
  /** What was understood, in a sentence or two. */
  readonly summary: string;
  /** In the order of the log. */
  readonly matched: readonly MatchedLine[];
  readonly operation?: Operation;
  readonly errno?: ErrnoName;
  /** Name of the cell that it happened in, as the log gives it. */
  readonly cell?: string;
  /** How often the log tells of the very same; left out: once. */
  readonly times?: number;
  readonly causes: readonly Cause[];
}

export interface LogExplanation {
  /** In the order of the log; those of the latest enable only. */
  readonly explanations: readonly Explanation[];
  /** Explanations of earlier runs of the hypervisor that were left out. */
  readonly earlier: number;
  /** Explanations of the same run beyond the limit. */
  readonly omitted: number;
  readonly lines: number;
}
