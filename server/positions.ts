import type { LineIndex, Span } from '@jailhouse-cells/core/source/span.ts';
import type { Location, Range } from 'vscode-languageserver';
import type { Uris } from './uris.ts';

/** The text that a path's spans refer to; undefined for a binary and for a file that is gone. */
export type TextOf = (path: string) => LineIndex | undefined;

/** Spans count UTF-16 code units, as LSP positions do; a span in a binary has no lines and becomes the document's start. */
export function rangeOf(span: Span, textOf: TextOf): Range {
  const text = textOf(span.file);
  if (!text) return { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  return { start: text.positionAt(span.start), end: text.positionAt(Math.max(span.start, span.end)) };
}

export function locationOf(span: Span, textOf: TextOf, uris: Uris): Location {
  return { uri: uris.uriOf(span.file), range: rangeOf(span, textOf) };
}

/** True when the two share a position; touching ends count, so that a caret right behind a word is on it. */
export function rangesTouch(a: Range, b: Range): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function isBefore(a: Range['start'], b: Range['start']): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
