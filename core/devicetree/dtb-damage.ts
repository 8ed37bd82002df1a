import type { Finding, Severity } from '../source/finding.ts';
import { clipped } from '../source/message-length.ts';
import { hex } from '../source/numbers.ts';

/** A broken blob can have a defect in every byte; nobody reads more than these. */
const MOST = 20;

/** What is wrong with one blob. Every message says which field at which offset, and what to do. */
export class DtbDamage {
  readonly findings: Finding[] = [];

  constructor(private readonly path: string) {}

  /** `start` and `end` are byte offsets in the blob; `what` is a sentence without its full stop. */
  add(what: string, start: number, end: number, severity: Severity = 'error'): void {
    if (this.findings.length > MOST) return;
    const message =
      this.findings.length === MOST
        ? `More damage from offset ${hex(start)} on is not listed. Build the device tree blob again with dtc, or copy the file again.`
        : `${what} (offset ${hex(start)}). Build the device tree blob again with dtc, or copy the file again.`;
    this.findings.push({
      rule: 'dtb-damaged',
      severity,
      message: clipped(message),
      span: { file: this.path, start, end },
      related: [],
      fixes: [],
    });
  }
}
