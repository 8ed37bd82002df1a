import type { Finding, Fix, RelatedPlace } from '../source/finding.ts';
import { clipped } from '../source/message-length.ts';
import type { Span } from '../source/span.ts';

export type TreeRule = 'dts-syntax' | 'dts-reference' | 'dts-include';

/** A text with so many errors is no device tree; the rest is not read. */
export const MAX_PROBLEMS = 200;

/** Gathers what is wrong with a source. */
export class SourceProblems {
  readonly findings: Finding[] = [];

  get full(): boolean {
    return this.findings.length >= MAX_PROBLEMS;
  }

  report(rule: TreeRule, message: string, span: Span, related: readonly RelatedPlace[] = [], fixes: readonly Fix[] = []): void {
    if (!this.full) this.findings.push({ rule, severity: 'error', message: clipped(message), span, related, fixes });
  }
}
