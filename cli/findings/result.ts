import type { Finding, Severity } from '@jailhouse-cells/core/source/finding.ts';
import { baseName } from '@jailhouse-cells/core/source/paths.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
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

/** `projects`: the reports of files that are no configs but can have findings: `jailhouse.json`, device trees, config.txt. */
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

/** `118 configs, no findings; 38 systems by name`; `2 configs: 1 error, 3 notes (--all shows them)`. */
export function summary(result: CheckResult, showsAll: boolean): string {
  const configs = plural(result.reports.length, 'config');
  const { error, warning, information, hint } = result.counts;
  const notes = information + hint;
  const against = systems(result.reports);
  if (error + warning + notes === 0) return `${configs}, no findings${against}`;
  const parts = [error > 0 ? plural(error, 'error') : '', warning > 0 ? plural(warning, 'warning') : ''].filter((part) => part !== '');
  if (parts.length === 0) parts.push('no errors or warnings');
  if (notes > 0) parts.push(plural(notes, 'note') + (showsAll ? '' : ' (--all shows them)'));
  return `${configs}: ${parts.join(', ')}${against}`;
}

/** Which systems the configs were checked as, and which cells without one: their rules about the system config are silent. */
function systems(reports: readonly FileReport[]): string {
  const known = new Map(reports.flatMap(({ system }) => (system ? [[system.rootCell, system] as const] : [])));
  const alone = reports.filter(({ config, system }) => config?.kind === 'cell' && system === undefined);
  const [first] = known.values();
  const parts: string[] = [];
  if (first) {
    const explicit = [...known.values()].filter(({ explicitSet }) => explicitSet).length;
    const how = explicit === known.size ? 'jailhouse.json' : explicit === 0 ? 'by name' : `${explicit} of jailhouse.json`;
    parts.push(known.size === 1 ? `system ${printable(first.name)} (${how})` : `${known.size} systems (${how})`);
  }
  if (alone.length > 0) {
    const [only] = alone;
    const which = alone.length === 1 && only ? printable(baseName(only.path)) : `${alone.length} cells`;
    parts.push(`${which} checked alone, no system config is known (name it in jailhouse.json)`);
  }
  return parts.map((part) => `; ${part}`).join('');
}

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}
