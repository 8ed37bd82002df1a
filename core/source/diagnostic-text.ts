import type { Severity } from './finding.ts';

/** What the page of a diagnostic that is no rule says; the same parts as a rule's. */
export interface DiagnosticText {
  readonly id: string;
  readonly title: string;
  /** The highest level at which it appears. */
  readonly severity: Severity;
  readonly prose: { readonly meaning: string; readonly onTheBoard: string; readonly remedy: string };
  readonly bad: string;
  readonly good: string;
}
