import type { PlacedFinding } from '@jailhouse-cells/core/deployment/deployment.ts';
import type { Meaning } from '@jailhouse-cells/core/deployment/meaning.ts';
import type { Confidence } from '@jailhouse-cells/core/explain/explanation.ts';
import type { Severity } from '@jailhouse-cells/core/source/finding.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { wrap } from '@jailhouse-cells/core/source/text-width.ts';
import type { Undone } from '@jailhouse-cells/deploy/apply/apply.ts';
import type { Problem } from '@jailhouse-cells/deploy/apply/problem.ts';
import type { PlaceSource } from '../findings/place.ts';
import type { Style } from '../style.ts';
import { jsonPlaceOf, placeExcerpt, placeHead } from './places.ts';

export interface ProblemText {
  readonly style: Style;
  readonly width: number;
  readonly places: PlaceSource | undefined;
}

/** Lines of a text of the target that are shown; the last ones. */
const maxLines = 40;
/** Causes that are shown of one meaning. */
const maxCauses = 3;
const colours: Readonly<Record<Confidence, Severity>> = { certain: 'error', likely: 'warning', possible: 'information' };

/** What went wrong with its source line as findings have it, what the target said, what that means, and what became of the rest. */
export function problemText(problem: Problem, undone: Undone, options: ProblemText): string {
  const { style, width } = options;
  const lines = blamed(problem.message, 'error', problem.place, options, `[${problem.kind}]`);
  lines.push(
    ...said('output of the command', problem.output, style),
    ...said('new in the kernel log', problem.kernelLog, style),
    ...said('new on the console of the hypervisor', problem.console, style),
    ...problem.meanings.flatMap((meaning) => meaningLines(meaning, options)),
    ...wrap(printable(undoneText(undone)), width),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/** A finding or another complaint: `file:line:column: error: message`, and the line with its marks. */
export function blamed(
  message: string,
  severity: 'error' | 'warning',
  place: Problem['place'],
  options: ProblemText,
  label = '',
): string[] {
  const { style, width, places } = options;
  const head = place === undefined || places === undefined ? 'jailhouse-cells' : placeHead(place, places);
  const paint = (marks: string): string => style.severity(severity, marks);
  const text = `${style.strong(`${head}:`)} ${style.severity(severity, `${severity}:`)} ${style.strong(printable(message))}`;
  return [
    label === '' ? text : `${text} ${style.faint(label)}`,
    ...(place === undefined || places === undefined ? [] : placeExcerpt(place, places, width, paint)),
  ];
}

export function findingsText(findings: readonly PlacedFinding[], options: ProblemText): string {
  return findings
    .flatMap(({ message, place, rule, severity }) =>
      blamed(message, severity === 'error' ? 'error' : 'warning', place, options, `[${rule}]`),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function said(title: string, text: string, style: Style): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return [];
  const hidden = lines.length > maxLines ? `, the last ${maxLines} of ${lines.length} lines` : '';
  return [`${title}${hidden}:`, ...lines.slice(-maxLines).map((line) => `${style.faint('  |')} ${printable(line.replace(/\r$/, ''))}`)];
}

/** What a text of the target means, with the lines that may have led to it. */
export function meaningLines({ summary, causes }: Meaning, { style, width, places }: ProblemText): string[] {
  const lines = wrap(printable(summary), width).map(style.strong);
  for (const { title, text, confidence, places: culprits } of causes.slice(0, maxCauses)) {
    lines.push(`  ${style.severity(colours[confidence], `${confidence}:`)} ${style.strong(printable(title))}`);
    lines.push(...wrap(printable(text), width - 4).map((line) => `    ${line}`));
    if (places === undefined) continue;
    for (const { message, place } of culprits.slice(0, 3)) lines.push(`    ${placeHead(place, places)}: ${printable(message)}`.trimEnd());
  }
  return lines;
}

/** In a sentence or two. */
export function undoneText(undone: Undone): string {
  switch (undone.kind) {
    case 'nothing':
      return 'Nothing was left changed on the target.';
    case 'undone': {
      const lost = undone.lost.length === 0 ? '' : ` Not brought back, since nobody wrote down how it was made: ${undone.lost.join(', ')}.`;
      return `Undone: ${undone.steps.join(', ')}.${lost}`;
    }
    case 'left':
      return undone.why;
    case 'failed':
      return `Undoing failed at "${undone.step}": ${undone.message}`;
  }
}

export function jsonProblem(problem: Problem, cwd: string) {
  const { kind, message, step, place, output, kernelLog, console, meanings, noAnswer } = problem;
  return {
    kind,
    message,
    step: step ?? null,
    place: jsonPlaceOf(place, cwd),
    output,
    kernelLog,
    console,
    noAnswer: noAnswer ?? null,
    meanings: meanings.map((meaning) => jsonMeaning(meaning, cwd)),
  };
}

export function jsonMeaning({ summary, causes }: Meaning, cwd: string) {
  return {
    summary,
    causes: causes.map(({ title, text, confidence, places, rule }) => ({
      title,
      text,
      confidence,
      rule: rule ?? null,
      places: places.map(({ message, place }) => ({ ...jsonPlaceOf(place, cwd), message })),
    })),
  };
}
