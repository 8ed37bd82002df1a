import { type ResourceTable, resourceTables } from '@jailhouse-cells/core/map-export/resource-tables.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { characterWidth, padEnd, textWidth, wrap } from '@jailhouse-cells/core/source/text-width.ts';
import type { MemoryMapReading } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import type { Style } from '../style.ts';

const indent = '  ';
const between = 2;
const leastColumn = 4;

/** CPUs, interrupts, PCI functions and links as aligned tables, each behind an empty line. */
export function resourceText(reading: MemoryMapReading, width: number, style: Style): readonly string[] {
  return resourceTables(reading).flatMap((table) => ['', style.strong(table.title), ...tableLines(table, width - indent.length, style)]);
}

function tableLines({ heading, rows }: ResourceTable, width: number, style: Style): readonly string[] {
  const texts = rows.map((row) => row.map(printable));
  const widths = columnWidths([heading, ...texts], width);
  const [head = [], ...lines] = [heading, ...texts].map((row) => rowLines(row, widths));
  return [...head.map((line) => style.faint(line)), ...lines.flat()];
}

/** As wide as what stands in them; where that is too much, the widest give way. */
function columnWidths(rows: readonly (readonly string[])[], width: number): readonly number[] {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, at) => Math.max(1, ...rows.map((row) => textWidth(row[at] ?? ''))));
  const room = width - between * (columns - 1);
  let excess = widths.reduce((sum, one) => sum + one, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= leastColumn) break;
    const at = widths.lastIndexOf(widest);
    // Down to the next one at once, for names have any length; of equal ones each a little.
    const next = Math.max(leastColumn, ...widths.filter((_, other) => other !== at));
    const less = Math.max(1, Math.min(excess, widest - next));
    widths[at] = widest - less;
    excess -= less;
  }
  return widths;
}

function rowLines(row: readonly string[], widths: readonly number[]): readonly string[] {
  const cells = row.map((text, at) => wrap(text, widths[at] ?? 1).flatMap((line) => broken(line, widths[at] ?? 1)));
  const height = Math.max(1, ...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    `${indent}${cells.map((lines, at) => padEnd(lines[line] ?? '', widths[at] ?? 1)).join(' '.repeat(between))}`.trimEnd(),
  );
}

/** A word that is wider than its column goes on below. */
function broken(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const character of text) {
    const next = characterWidth(character);
    if (used + next > width && line !== '') {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += character;
    used += next;
  }
  return [...lines, line];
}
