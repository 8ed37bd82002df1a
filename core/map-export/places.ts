import type { LineIndex, Span } from '../source/span.ts';

/** How an export names files, and where it finds the lines of a span. */
export interface MapPlaces {
  /** A path as people want to read it. Not yet made printable. */
  shown(path: string): string;
  /** Undefined for a binary and for a file that is gone. */
  text(path: string): LineIndex | undefined;
}

/** Where a span begins: line and column from 1, columns in UTF-16 code units. */
export function placeIn(
  places: MapPlaces,
  { file, start }: Span,
): { readonly shown: string; readonly line?: number; readonly column?: number } {
  const shown = places.shown(file);
  const position = places.text(file)?.positionAt(start);
  return position === undefined ? { shown } : { shown, line: position.line + 1, column: position.character + 1 };
}

/** `configs/rpi4.c:42`. */
export function shownPlace(places: MapPlaces, span: Span): string {
  const { shown, line } = placeIn(places, span);
  return line === undefined ? shown : `${shown}:${line}`;
}
