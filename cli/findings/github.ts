import type { Severity } from '@jailhouse-cells/core/source/finding.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { isInside, relativePath } from '@jailhouse-cells/core/source/shown-path.ts';
import { locate, type Place, type PlaceSource } from './place.ts';
import { type CheckResult, summary } from './result.ts';
import { isNote, placeText } from './text.ts';

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', information: 'notice', hint: 'notice' };

/**
 * Findings as workflow commands of GitHub Actions, which shows them on the changed lines. Paths are relative to the
 * checkout (`workspace`, the value of GITHUB_WORKSPACE) where they lie in it, because that is how GitHub looks them up.
 */
export function githubReport(result: CheckResult, source: PlaceSource, workspace: string | undefined, all: boolean): string {
  const lines: string[] = [];
  for (const { finding } of result.findings) {
    if (!all && isNote(finding.severity)) continue;
    const place = locate(source, finding.span);
    const message = [printable(finding.message)];
    for (const related of finding.related) message.push(`${placeText(locate(source, related.span))}: ${printable(related.message)}`);
    const properties = { file: fileOf(place, workspace), ...positionOf(place), title: finding.rule };
    const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
    lines.push(`::${commands[finding.severity]} ${list.join(',')}::${escapeData(message.join('\n'))}`);
  }
  lines.push(summary(result, all));
  return `${lines.join('\n')}\n`;
}

function fileOf(place: Place, workspace: string | undefined): string {
  return workspace !== undefined && isInside(workspace, place.file) ? relativePath(workspace, place.file) : place.shown;
}

/** Columns only within one line: GitHub drops an annotation with columns over several. */
function positionOf(place: Place): Readonly<Record<string, number>> {
  if (place.kind !== 'text') return {};
  const lines = { line: place.line, endLine: place.endLine };
  return place.line === place.endLine ? { ...lines, col: place.column, endColumn: place.endColumn } : lines;
}

/** The escapes of GitHub's toolkit (actions/toolkit, packages/core/src/command.ts). */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
