import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { characterWidth, padStart, textWidth } from '@jailhouse-cells/core/source/text-width.ts';
import type { BinaryPlace, TextPlace } from './place.ts';

/** A line of source and the marks under it, ready to print. */
export interface Excerpt {
  /** What stands left of the bar: the line number, or an offset in the file. */
  readonly gutter: string;
  readonly line: string;
  readonly marks: string;
}

const tabStop = 8;
const ellipsis = '…';

/** One character of the source as it is drawn. */
interface Cell {
  readonly text: string;
  readonly width: number;
  readonly marked: boolean;
}

/**
 * The place's line with `^` under the span, in at most `width` columns: tabs drawn as spaces to the next eighth column, what
 * a terminal would act on escaped, a long line cut around the span. A span of several lines is marked to the end of its first.
 */
export function sourceExcerpt(place: TextPlace, width: number): Excerpt {
  const lastColumn = place.endLine > place.line ? place.lineText.length + 1 : place.endColumn;
  const cells = draw(place.lineText, place.column, lastColumn);
  while (cells.length > 0 && cells.at(-1)?.text.trim() === '' && !cells.at(-1)?.marked) cells.pop();
  const { first, last } = window(cells, width);
  const shown = cells.slice(first, last);
  const before = first > 0 ? ellipsis : '';
  const after = last < cells.length ? ellipsis : '';
  const line = before + shown.map((cell) => cell.text).join('') + after;
  let marks = ' '.repeat(before.length);
  for (const cell of shown) marks += (cell.marked ? '^' : ' ').repeat(cell.width);
  return { gutter: String(place.line), line: line.trimEnd(), marks: marks.trimEnd() };
}

function draw(text: string, column: number, endColumn: number): Cell[] {
  const cells: Cell[] = [];
  let unit = 1;
  let drawn = 0;
  for (const character of text) {
    // An empty span still marks the character that it stands before.
    const marked = unit + character.length > column && unit < Math.max(endColumn, column + 1);
    const shown = character === '\t' ? ' '.repeat(tabStop - (drawn % tabStop)) : printable(character);
    const width = shown === character ? characterWidth(character) : textWidth(shown);
    cells.push({ text: shown, width, marked });
    drawn += width;
    unit += character.length;
  }
  if (column >= unit) cells.push({ text: ' ', width: 1, marked: true });
  return cells;
}

/** The stretch of cells to show: all, or what fits with the start of the marks a third from the left. */
function window(cells: readonly Cell[], width: number): { first: number; last: number } {
  const total = cells.reduce((sum, cell) => sum + cell.width, 0);
  if (total <= width) return { first: 0, last: cells.length };
  const room = Math.max(8, width - 2 * ellipsis.length);
  const mark = Math.max(
    0,
    cells.findIndex((cell) => cell.marked),
  );
  let first = mark;
  for (let left = 0; first > 0; first--) {
    left += cells[first - 1]?.width ?? 0;
    if (left > room / 3) break;
  }
  let used = 0;
  let last = first;
  while (last < cells.length && used + (cells[last]?.width ?? 0) <= room) used += cells[last++]?.width ?? 0;
  // The line ends inside the window: show more of what stands before instead.
  if (last === cells.length) {
    while (first > 0 && used + (cells[first - 1]?.width ?? 0) <= room) used += cells[--first]?.width ?? 0;
  }
  return { first, last };
}

const bytesPerRow = 16;

/** The row of 16 bytes in which the place begins, in hex, with `^` under the bytes of the span. */
export function binaryExcerpt(place: BinaryPlace): Excerpt {
  const row = place.offset - (place.offset % bytesPerRow);
  const end = place.offset + Math.max(1, place.length);
  let line = '';
  let marks = '';
  for (let at = row; at < row + bytesPerRow && at < place.bytes.length; at++) {
    const gap = at === row ? '' : ' ';
    const marked = at >= place.offset && at < end;
    line += gap + (place.bytes[at] ?? 0).toString(16).padStart(2, '0');
    marks += (marked && at > place.offset ? gap.replace(' ', '^') : gap) + (marked ? '^^' : '  ');
  }
  return { gutter: `0x${row.toString(16).padStart(4, '0')}`, line, marks: marks.trimEnd() };
}

/** The two lines of an excerpt, bar and all; the caller colours the marks. */
export function excerptLines(excerpt: Excerpt, gutterWidth: number, paintMarks: (marks: string) => string): string[] {
  const number = padStart(excerpt.gutter, gutterWidth);
  const blank = ' '.repeat(textWidth(number));
  const line = excerpt.line === '' ? `${number} |` : `${number} | ${excerpt.line}`;
  if (excerpt.marks === '') return [line];
  const indent = excerpt.marks.length - excerpt.marks.trimStart().length;
  return [line, `${blank} | ${excerpt.marks.slice(0, indent)}${paintMarks(excerpt.marks.slice(indent))}`];
}
