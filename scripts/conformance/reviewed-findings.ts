import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { LineIndex } from '@jailhouse-cells/core/source/span.ts';
import type { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';

/** One row of reviewed-findings.tsv: an error or warning on an upstream config, and why it is a real defect or hazard. */
export interface ReviewedFinding {
  /** The file that the finding marks, relative to upstream's tree; for an included file not the config itself. */
  readonly path: string;
  /** Counts from 1. */
  readonly line: number;
  readonly rule: string;
  readonly severity: string;
  readonly reason: string;
}

export function reviewedFindings(): readonly ReviewedFinding[] {
  const text = readFileSync(new URL('./reviewed-findings.tsv', import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => {
      const [path = '', line = '', rule = '', severity = '', reason = ''] = row.split('\t');
      return { path, line: Number(line), rule, severity, reason };
    });
}

export interface FindingsReview {
  readonly configs: number;
  readonly errors: number;
  readonly warnings: number;
  /** Findings that nobody reviewed, and rows that are not found any more. */
  readonly misses: readonly string[];
}

/** Checks every config and compares its errors and warnings with the list, row by row: two of one rule on one line are two rows. */
export function compareFindings(
  tree: string,
  paths: readonly string[],
  workspace: Workspace,
  reviewed: readonly ReviewedFinding[],
): FindingsReview {
  const open = [...reviewed];
  const misses: string[] = [];
  let errors = 0;
  let warnings = 0;
  for (const path of paths)
    for (const { rule, severity, span, message } of workspace.check(path).findings) {
      if (severity !== 'error' && severity !== 'warning') continue;
      if (severity === 'error') errors++;
      else warnings++;
      const file = relative(tree, span.file);
      const line = new LineIndex(readFileSync(span.file, 'utf8')).positionAt(span.start).line + 1;
      const at = open.findIndex((row) => row.path === file && row.line === line && row.rule === rule && row.severity === severity);
      if (at >= 0) open.splice(at, 1);
      else misses.push(`not reviewed: ${file}:${line} ${severity} ${rule}: ${message}`);
    }
  for (const row of open) misses.push(`not found any more: ${row.path}:${row.line} ${row.severity} ${row.rule}`);
  return { configs: paths.length, errors, warnings, misses };
}
