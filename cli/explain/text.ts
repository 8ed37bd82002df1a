import type { Cause, Confidence, Explanation, LogExplanation } from '@jailhouse-cells/core/explain/explanation.ts';
import type { Severity } from '@jailhouse-cells/core/source/finding.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { padStart, wrap } from '@jailhouse-cells/core/source/text-width.ts';
import { excerptLines, sourceExcerpt } from '../findings/excerpt.ts';
import { locate, type PlaceSource } from '../findings/place.ts';
import { plural } from '../findings/result.ts';
import { placeText } from '../findings/text.ts';
import type { Style } from '../style.ts';

const indent = '   ';
const gutterWidth = 5;
/** Lines of the log shown for one explanation. */
const maxLines = 8;
/** Places shown of one cause; of what is only to be checked on the board, the first ones will do. */
const maxPlaces: Readonly<Record<Confidence, number>> = { certain: 6, likely: 6, possible: 3 };

/** The colour of a cause; the word itself is printed. */
const colours: Readonly<Record<Confidence, Severity>> = { certain: 'error', likely: 'warning', possible: 'information' };

export interface ExplanationText {
  readonly style: Style;
  readonly width: number;
}

/** Explanations for people: what was understood, the lines of the log, then the causes, numbered, best first. */
export function explanationText(explanations: readonly Explanation[], source: PlaceSource, { style, width }: ExplanationText): string {
  return explanations.map((explanation) => `${one(explanation).join('\n')}\n`).join('\n');

  function one(explanation: Explanation): string[] {
    const lines = wrap(
      printable(explanation.summary + (explanation.times === undefined ? '' : ` It happened ${explanation.times} times.`)),
      width,
    ).map(style.strong);
    for (const { line, text } of explanation.matched.slice(0, maxLines)) {
      lines.push(`${style.faint(`${padStart(String(line), gutterWidth)} |`)} ${printable(text)}`);
    }
    if (explanation.causes.length === 0) lines.push('', 'Nothing is known to cause this, and the configs show no error.');
    for (const [index, cause] of explanation.causes.entries()) lines.push('', ...causeLines(cause, index + 1));
    return lines;
  }

  function causeLines(cause: Cause, number: number): string[] {
    const level = style.severity(colours[cause.confidence], `${cause.confidence}:`);
    const rule = cause.rule === undefined ? '' : ` ${style.faint(`[${printable(cause.rule)}]`)}`;
    const lines = [`${number}. ${level} ${style.strong(printable(cause.title))}${rule}`];
    lines.push(...wrap(printable(cause.text), width - indent.length).map((line) => indent + line));
    for (const [index, place] of cause.places.slice(0, maxPlaces[cause.confidence]).entries()) {
      const located = locate(source, place.span);
      const message = place.message === '' ? '' : ` ${printable(place.message)}`;
      lines.push(`${indent}${placeText(located)}:${message}`);
      if (index > 0 || located.kind !== 'text') continue;
      const excerpt = sourceExcerpt(located, width - indent.length - gutterWidth - 3);
      lines.push(
        ...excerptLines(excerpt, gutterWidth, (marks) => style.severity(colours[cause.confidence], marks)).map((line) => indent + line),
      );
    }
    return lines;
  }
}

/** What was left out, in a line each. */
export function logNotes({ earlier, omitted }: LogExplanation, truncated: boolean): string {
  const notes: string[] = [];
  if (earlier > 0) notes.push(`${plural(earlier, 'event')} of earlier runs of the hypervisor in this log left out.`);
  if (omitted > 0) notes.push(`${plural(omitted, 'further event')} of the same run left out.`);
  if (truncated) notes.push('The log is longer than 256 MiB; the rest was not read.');
  return notes.length === 0 ? '' : `\n${notes.join('\n')}\n`;
}
