import type { Place } from '@jailhouse-cells/core/deployment/deployment.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import { excerptLines, sourceExcerpt } from '../findings/excerpt.ts';
import type { JsonPlace } from '../findings/json.ts';
import type { PlaceSource, TextPlace } from '../findings/place.ts';

const gutterWidth = 5;

/** `file:line:column`, as findings have it; the file alone where its text is none. */
export function placeHead(place: Place, source: PlaceSource): string {
  const file = printable(shownPath(source.cwd, place.file));
  return source.text(place.file) === undefined ? file : `${file}:${place.line + 1}:${place.column + 1}`;
}

/** The line of a place with marks under the culprit; nothing for what has no text. */
export function placeExcerpt(place: Place, source: PlaceSource, width: number, paint: (marks: string) => string): readonly string[] {
  const text = source.text(place.file);
  if (text === undefined) return [];
  const located: TextPlace = {
    kind: 'text',
    file: place.file,
    shown: shownPath(source.cwd, place.file),
    line: place.line + 1,
    column: place.column + 1,
    endLine: place.endLine + 1,
    endColumn: place.endColumn + 1,
    lineText: text.lineText(place.line),
  };
  return excerptLines(sourceExcerpt(located, width - gutterWidth - 3), gutterWidth, paint);
}

/** Counted from 1, as in the findings of `check --format json`. */
export function jsonPlaceOf(place: Place | undefined, cwd: string): JsonPlace | null {
  if (place === undefined) return null;
  const file = shownPath(cwd, place.file);
  return { file, line: place.line + 1, column: place.column + 1, endLine: place.endLine + 1, endColumn: place.endColumn + 1 };
}
