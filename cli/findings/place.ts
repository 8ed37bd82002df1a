import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { LineIndex, Span } from '@jailhouse-cells/core/source/span.ts';

interface PlaceInFile {
  /** The path of the span: absolute, or the name of a virtual document. */
  readonly file: string;
  /** The same for people: relative to the current folder. Not yet made printable. */
  readonly shown: string;
}

/** Lines and columns count from 1; columns in UTF-16 code units, as editors count them. The end is exclusive. */
export interface TextPlace extends PlaceInFile {
  readonly kind: 'text';
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The first line of the span, without its line break. */
  readonly lineText: string;
}

/** A place in a `.cell` file or a device tree blob, in bytes. */
export interface BinaryPlace extends PlaceInFile {
  readonly kind: 'binary';
  readonly offset: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** The file's text is not to be had: only its name is known. */
export interface FilePlace extends PlaceInFile {
  readonly kind: 'file';
}

export type Place = TextPlace | BinaryPlace | FilePlace;

/** Where texts and bytes come from: the workspace and its file system. */
export interface PlaceSource {
  readonly cwd: string;
  text(path: string): LineIndex | undefined;
  bytes(path: string): Uint8Array | undefined;
}

export function locate(source: PlaceSource, span: Span): Place {
  const inFile = { file: span.file, shown: shownPath(source.cwd, span.file) };
  const text = source.text(span.file);
  if (text === undefined) {
    const bytes = /\.(?:cell|dtbo?)$/.test(span.file) ? source.bytes(span.file) : undefined;
    if (bytes === undefined) return { kind: 'file', ...inFile };
    return { kind: 'binary', ...inFile, offset: span.start, length: Math.max(0, span.end - span.start), bytes };
  }
  const start = text.positionAt(span.start);
  const end = text.positionAt(Math.max(span.start, span.end));
  return {
    kind: 'text',
    ...inFile,
    line: start.line + 1,
    column: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
    lineText: text.lineText(start.line),
  };
}
