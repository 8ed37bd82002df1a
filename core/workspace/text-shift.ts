import type { Finding } from '../source/finding.ts';
import type { Span } from '../source/span.ts';

/** Moves a span of an earlier text of `path` into a later one: by the common beginning and end; undefined in the edited middle. */
export function spanShift(path: string, before: string, after: string): (span: Span) => Span | undefined {
  const limit = Math.min(before.length, after.length);
  let head = 0;
  while (head < limit && before.charCodeAt(head) === after.charCodeAt(head)) head++;
  let tail = 0;
  while (tail < limit - head && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail++;
  const delta = after.length - before.length;
  return (span) => {
    if (span.file !== path || span.end <= head) return span;
    if (span.start >= before.length - tail) return { file: path, start: span.start + delta, end: span.end + delta };
    return undefined;
  };
}

/**
 * Findings made from an earlier text of `path`, at the places of the later one. What points into the edited middle is gone, and so is a fix that edits
 * the file: it was made for the earlier text.
 */
export function shiftFindings(findings: readonly Finding[], path: string, before: string, after: string): Finding[] {
  const shift = spanShift(path, before, after);
  return findings.flatMap((finding) => {
    const span = shift(finding.span);
    if (!span) return [];
    const related = finding.related.flatMap((place) => {
      const at = shift(place.span);
      return at ? [{ ...place, span: at }] : [];
    });
    const { rule, severity, message } = finding;
    const moved: Finding = {
      rule,
      severity,
      message,
      span,
      related,
      // Made when they are asked for.
      get fixes() {
        return finding.fixes.filter(({ edits }) => edits.every((edit) => edit.span.file !== path));
      },
    };
    return [moved];
  });
}
