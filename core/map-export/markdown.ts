import { hex, humanSize } from '../source/numbers.ts';
import { printable } from '../source/printable.ts';
import type { MemoryMapReading } from '../workspace/memory-maps.ts';
import { type MapPlaces, shownPlace } from './places.ts';
import { resourceTables } from './resource-tables.ts';
import { kindWords, mapSubtitle, mapTitle, rangeWords } from './words.ts';

/** The map as a Markdown table, by address, with blocks and free gaps; then the other resources. */
export function mapMarkdown(reading: MemoryMapReading, places: MapPlaces): string {
  const { map, collisions } = reading;
  const numbers = new Map<string, number[]>();
  for (const [at, { blocks }] of collisions.entries()) for (const id of blocks) numbers.set(id, [...(numbers.get(id) ?? []), at + 1]);
  const rows = map.lanes.flatMap(({ title, blocks }) =>
    blocks.map((block) => ({
      start: block.start,
      cells: [
        `\`${rangeWords(block.start, block.end)}\``,
        humanSize(block.end - block.start),
        escaped(title),
        escaped(block.name),
        kindWords[block.kind],
        escaped(block.flags.join(' ')),
        (numbers.get(block.id) ?? []).join(', '),
      ],
    })),
  );
  for (const { start, end } of map.gaps)
    rows.push({ start, cells: [`\`${rangeWords(start, end)}\``, humanSize(end - start), '', 'free', 'free', '', ''] });
  rows.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const lines = [
    `## ${escaped(mapTitle(reading, places))}`,
    '',
    `${escaped(mapSubtitle(reading))}.`,
    '',
    '| addresses | size | owner | what | kind | flags | collision |',
    '| --- | ---: | --- | --- | --- | --- | --- |',
    ...rows.map(({ cells }) => `| ${cells.join(' | ')} |`),
  ];
  if (collisions.length > 0) lines.push('', '### Collisions', '');
  for (const [at, { rule, severity, range, finding }] of collisions.entries()) {
    const where = shownPlace(places, finding.span);
    const common = range === undefined ? '' : ` in \`${hex(range.start)}\`-\`${hex(range.end - 1n)}\``;
    lines.push(`${at + 1}. **${severity}** ${rule}${common}, ${escaped(where)}: ${escaped(finding.message)}`);
  }
  for (const { title, heading, rows: listed } of resourceTables(reading)) {
    lines.push('', `### ${title}`, '', `| ${heading.join(' | ')} |`, `| ${heading.map(() => '---').join(' | ')} |`);
    for (const cells of listed) lines.push(`| ${cells.map(escaped).join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

/** Names come out of the user's files: they are text, not markup. */
function escaped(text: string): string {
  return printable(text).replaceAll(/[\\`*_{}[\]<>#|]/g, '\\$&');
}
