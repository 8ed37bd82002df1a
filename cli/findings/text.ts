import type { Finding, Severity } from '@jailhouse-cells/core/source/finding.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import type { Style } from '../style.ts';
import { binaryExcerpt, excerptLines, sourceExcerpt } from './excerpt.ts';
import { locate, type Place, type PlaceSource } from './place.ts';
import { type CheckResult, summary } from './result.ts';

export interface TextOptions {
  readonly style: Style;
  /** Columns to stay within, messages apart: those are one line each, so that they can be searched. */
  readonly width: number;
  /** Findings of level information and hint too. */
  readonly all: boolean;
}

const labels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', information: 'info', hint: 'hint' };

const gutterWidth = 5;

/** The findings, then one line of summary. */
export function textReport(result: CheckResult, source: PlaceSource, options: TextOptions): string {
  const findings = result.findings.map(({ finding }) => finding);
  return `${findingsText(findings, source, options)}${summary(result, options.all)}\n`;
}

/** Findings as compilers print them (`file:line:column: error: … [rule]`), each with its excerpt and its other culprits. */
export function findingsText(findings: readonly Finding[], source: PlaceSource, options: TextOptions): string {
  const lines: string[] = [];
  for (const finding of findings) {
    if (!options.all && isNote(finding.severity)) continue;
    const { style } = options;
    const label = style.severity(finding.severity, `${labels[finding.severity]}:`);
    const rule = style.faint(`[${printable(finding.rule)}]`);
    const paint = (marks: string): string => style.severity(finding.severity, marks);
    lines.push(...entry(finding.span, `${label} ${style.strong(printable(finding.message))} ${rule}`, paint));
    for (const related of finding.related) {
      lines.push(...entry(related.span, `${style.faint('note:')} ${printable(related.message)}`, style.faint));
    }
  }
  return lines.map((line) => `${line}\n`).join('');

  function entry(span: Span, text: string, paint: (marks: string) => string): string[] {
    const place = locate(source, span);
    return [`${options.style.strong(`${placeText(place)}:`)} ${text}`, ...excerptOf(place, options.width, paint)];
  }
}

export function isNote(severity: Severity): boolean {
  return severity === 'information' || severity === 'hint';
}

/** `file:line:column`, `file.cell:0xOFFSET`, or the file alone. */
export function placeText(place: Place): string {
  const file = printable(place.shown);
  if (place.kind === 'text') return `${file}:${place.line}:${place.column}`;
  return place.kind === 'binary' ? `${file}:0x${place.offset.toString(16)}` : file;
}

function excerptOf(place: Place, width: number, paint: (marks: string) => string): string[] {
  if (place.kind === 'file') return [];
  const excerpt = place.kind === 'binary' ? binaryExcerpt(place) : sourceExcerpt(place, width - gutterWidth - 3);
  return excerptLines(excerpt, gutterWidth, paint);
}
