import type { Finding, Fix, TextEdit } from '../source/finding.ts';

/** The text with the edits made; they must not overlap. Inserts at one place keep their order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = edits.map((edit, order) => ({ edit, order })).sort((a, b) => a.edit.span.start - b.edit.span.start || a.order - b.order);
  let result = '';
  let at = 0;
  for (const { edit } of sorted) {
    result += text.slice(at, edit.span.start) + edit.newText;
    at = Math.max(at, edit.span.end);
  }
  return result + text.slice(at);
}

/** A fix that was chosen, and the finding that it mends. */
export interface ChosenFix {
  readonly finding: Finding;
  readonly fix: Fix;
}

/**
 * The fixes that can be made at once: for each finding the first that needs no choice, as long as no edit touches one chosen before.
 * Only fixes whose edits lie all in `path` count. A later round takes the others up on the new text.
 */
export function chooseFixes(path: string, findings: readonly Finding[]): readonly ChosenFix[] {
  const chosen: ChosenFix[] = [];
  const taken: TextEdit[] = [];
  const seen = new Set<string>();
  for (const finding of findings) {
    const fix = finding.fixes.find(({ needsChoice, edits }) => needsChoice !== true && edits.length > 0);
    if (fix === undefined || fix.edits.some(({ span }) => span.file !== path)) continue;
    // Two findings may ask for the very same edit: one of them makes it, the other is gone with it.
    const key = JSON.stringify(fix.edits);
    if (seen.has(key) || fix.edits.some((edit) => taken.some((other) => touches(edit, other)))) continue;
    seen.add(key);
    taken.push(...fix.edits);
    chosen.push({ finding, fix });
  }
  return chosen;
}

/** Overlapping, or at the same place. */
function touches(a: TextEdit, b: TextEdit): boolean {
  return a.span.start <= b.span.end && b.span.start <= a.span.end;
}
