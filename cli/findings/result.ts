import type { Finding, Severity } from '@jailhouse-cells/core/source/finding.ts';
import type { FileReport } from '@jailhouse-cells/core/workspace/report.ts';

/** A finding and the configs in whose check it arose: several when it lies in a header that they share. */
export interface ReportedFinding {
  readonly finding: Finding;
  /** Absolute paths. */
  readonly configs: readonly string[];
}

export type Counts = Readonly<Record<Severity, number>>;

export interface CheckResult {
  readonly reports: readonly FileReport[];
  /** Each once, in the order of the reports. */
  readonly findings: readonly ReportedFinding[];
  readonly counts: Counts;
}

/** `projects`: the reports of `jailhouse.json` files, which are no configs but can have findings. */
export function collect(reports: readonly FileReport[], projects: readonly FileReport[] = []): CheckResult {
  const byKey = new Map<string, { finding: Finding; configs: string[] }>();
  const counts: Record<Severity, number> = { error: 0, warning: 0, information: 0, hint: 0 };
  for (const report of [...projects, ...reports]) {
    for (const finding of report.findings) {
      const key = findingKey(finding);
      const known = byKey.get(key);
      if (known === undefined) {
        byKey.set(key, { finding, configs: [report.path] });
        counts[finding.severity]++;
      } else if (!known.configs.includes(report.path)) known.configs.push(report.path);
    }
  }
  return { reports, findings: [...byKey.values()], counts };
}

/** Two findings are one when they say the same at the same place about the same other places. */
function findingKey(finding: Finding): string {
  const places = [finding.span, ...finding.related.map((place) => place.span)];
  return JSON.stringify([finding.rule, finding.severity, finding.message, places]);
}

/** `118 configs, no findings`; `2 configs: 1 error, 3 notes (--all shows the notes)`. */
export function summary(result: CheckResult, showsAll: boolean): string {
  const configs = plural(result.reports.length, 'config');
  const { error, warning, information, hint } = result.counts;
  const notes = information + hint;
  if (error + warning + notes === 0) return `${configs}, no findings`;
  const parts = [error > 0 ? plural(error, 'error') : '', warning > 0 ? plural(warning, 'warning') : ''].filter((part) => part !== '');
  if (parts.length === 0) parts.push('no errors or warnings');
  if (notes > 0) parts.push(plural(notes, 'note') + (showsAll ? '' : ' (--all shows them)'));
  return `${configs}: ${parts.join(', ')}`;
}

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}
