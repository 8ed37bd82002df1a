import type { Fix, Severity } from '@jailhouse-cells/core/source/finding.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import type { FileReport } from '@jailhouse-cells/core/workspace/report.ts';
import { version } from '../version.ts';
import { locate, type PlaceSource } from './place.ts';
import type { CheckResult } from './result.ts';
import { rulePage } from './rule-page.ts';

/**
 * `--format json` of `check` and `build`. Stable: members may be added, none changes its meaning while `version` is 1.
 * Paths are relative to the current folder where that is shorter.
 */
export interface JsonReport {
  readonly version: 1;
  readonly tool: { readonly name: 'jailhouse-cells'; readonly version: string };
  readonly summary: { readonly configs: number } & Readonly<Record<Severity, number>>;
  readonly configs: readonly JsonConfig[];
  readonly findings: readonly JsonFinding[];
}

interface JsonConfig {
  readonly path: string;
  /** Null when the file holds no readable config; then `name`, `arch` and `revision` are null too. */
  readonly kind: 'system' | 'cell' | null;
  readonly name: string | null;
  readonly arch: string | null;
  readonly revision: number | null;
  readonly headers: { readonly origin: 'tree' | 'built-in'; readonly path: string } | null;
  readonly system: { readonly name: string; readonly rootCell: string } | null;
}

export interface JsonPlace {
  readonly file: string;
  /** From 1; columns in UTF-16 code units, ends exclusive. Absent in a `.cell` file. */
  readonly line?: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  /** Bytes; only in a `.cell` file. */
  readonly offset?: number;
  readonly length?: number;
}

interface JsonFinding extends JsonPlace {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help: string;
  /** The configs in whose check it arose. */
  readonly configs: readonly string[];
  readonly related: readonly (JsonPlace & { readonly message: string })[];
  readonly fixes: readonly { readonly title: string; readonly edits: readonly (JsonPlace & { readonly newText: string })[] }[];
}

export function jsonReport(result: CheckResult, source: PlaceSource): JsonReport {
  return {
    version: 1,
    tool: { name: 'jailhouse-cells', version },
    summary: { configs: result.reports.length, ...result.counts },
    configs: result.reports.map((report) => configOf(report, source.cwd)),
    findings: result.findings.map(({ finding, configs }) => ({
      rule: finding.rule,
      severity: finding.severity,
      message: finding.message,
      help: rulePage(finding.rule),
      ...placeOf(finding.span),
      configs: configs.map((path) => shownPath(source.cwd, path)),
      related: finding.related.map((related) => ({ ...placeOf(related.span), message: related.message })),
      fixes: finding.fixes.map(fixOf),
    })),
  };

  function fixOf(fix: Fix): JsonFinding['fixes'][number] {
    return { title: fix.title, edits: fix.edits.map((edit) => ({ ...placeOf(edit.span), newText: edit.newText })) };
  }

  function placeOf(span: Span): JsonPlace {
    return jsonPlace(source, span);
  }
}

export function jsonPlace(source: PlaceSource, span: Span): JsonPlace {
  const place = locate(source, span);
  if (place.kind === 'file') return { file: place.shown };
  if (place.kind === 'binary') return { file: place.shown, offset: place.offset, length: place.length };
  return { file: place.shown, line: place.line, column: place.column, endLine: place.endLine, endColumn: place.endColumn };
}

function configOf(report: FileReport, cwd: string): JsonConfig {
  const { config, header, system } = report;
  return {
    path: shownPath(cwd, report.path),
    kind: config?.kind ?? null,
    name: config?.cell.name.value ?? null,
    arch: config?.arch ?? null,
    revision: config === undefined ? null : (config.system ?? config.cell).revision.value,
    headers: header === undefined ? null : { origin: header.kind, path: shownPath(cwd, header.path) },
    system: system === undefined ? null : { name: system.name, rootCell: shownPath(cwd, system.rootCell) },
  };
}
