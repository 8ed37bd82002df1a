import { padEnd, padStart, textWidth, wrap } from '@jailhouse-cells/core/source/text-width.ts';

export interface Column {
  readonly heading: string;
  readonly align?: 'right';
}

/**
 * Rows under headings, two spaces between columns. The last column is wrapped so that lines keep within `width` columns as
 * far as the others leave room. Cells are printable text.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number, indent = '  '): string[] {
  const hasHeadings = columns.some((column) => column.heading !== '');
  const lines = hasHeadings ? [columns.map((column) => column.heading), ...rows] : rows;
  const widths = columns.map((_, at) => Math.max(...lines.map((cells) => textWidth(cells[at] ?? ''))));
  const last = columns.length - 1;
  const before = widths.slice(0, last).reduce((sum, column) => sum + column + 2, textWidth(indent));
  const room = Math.max(16, width - before);
  return lines.flatMap((cells) => {
    const left = columns
      .slice(0, last)
      .map((column, at) => (column.align === 'right' ? padStart : padEnd)(cells[at] ?? '', widths[at] ?? 0));
    return wrap(cells[last] ?? '', room).map((text, index) => {
      const front = index === 0 ? left.map((cell) => `${cell}  `).join('') : ' '.repeat(before - textWidth(indent));
      return `${indent}${front}${text}`.trimEnd();
    });
  });
}

/** Rows of a name and a text. */
export function definitions(rows: readonly (readonly [string, string])[], width: number, indent = '  '): string[] {
  return table([{ heading: '' }, { heading: '' }], rows, width, indent);
}
