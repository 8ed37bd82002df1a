import { mapText } from '@jailhouse-cells/cli/map/text.ts';
import { plain } from '@jailhouse-cells/cli/style.ts';
import { mapFile } from '@jailhouse-cells/core/map-export/map-file.ts';
import { resourceTables } from '@jailhouse-cells/core/map-export/resource-tables.ts';
import { textWidth } from '@jailhouse-cells/core/source/text-width.ts';
import type { MemoryMapReading } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import { describe, expect, test } from 'vitest';
import { exampleWorkspace } from './example-workspace.ts';

const places = { shown: (path: string) => path.slice('/work/'.length), text: () => undefined };
const cell = '/work/configs/rpi4-linux-demo.c';

function reading(change: (text: string) => string = (text) => text): MemoryMapReading {
  const workspace = exampleWorkspace('rpi4');
  workspace.open(cell, change(workspace.fs.readText(cell) ?? ''));
  const found = workspace.memoryMap('/work/configs/rpi4.c');
  if (found === undefined) throw new Error('no map');
  return found;
}

const tableOf = (of: MemoryMapReading, title: string) => resourceTables(of).find((table) => table.title === title);

describe('tables', () => {
  test('rows that go on are one, others are not', () => {
    expect(tableOf(reading(), 'CPUs')).toEqual({
      title: 'CPUs',
      heading: ['CPU', 'has it', 'in configs of'],
      rows: [
        ['0', 'rpi4', 'rpi4'],
        ['1', 'rpi4-inmate-demo', 'rpi4, rpi4-inmate-demo'],
        ['2-3', 'rpi4-linux-demo', 'rpi4, rpi4-linux-demo'],
      ],
    });
    const interrupts = tableOf(reading(), 'Interrupts')?.rows ?? [];
    expect(interrupts.find(([intid]) => intid === '145-148')).toEqual(['145-148', '113-116', 'rpi4', 'rpi4', 'gpio@7e200000']);
    const { interrupts: all } = reading().resources;
    const covered = interrupts.reduce(
      (sum, [intid = '']) => sum + 1 + Number(intid.split('-')[1] ?? intid) - Number(intid.split('-')[0]),
      0,
    );
    expect(covered).toBe(all.length);
  });

  test('say what is wrong, and what the board has not', () => {
    const wrong = reading((text) => text.replace('.cpus = { 0b1100 }', '.cpus = { 0b10100 }'));
    expect(tableOf(wrong, 'CPUs')?.heading).toEqual(['CPU', 'has it', 'in configs of', 'board', 'findings']);
    expect(tableOf(wrong, 'CPUs')?.rows.at(-1)).toEqual(['4', 'nobody', 'rpi4-linux-demo', 'has none', 'cell-cpu-not-in-root']);
  });
});

describe('the text', () => {
  const long = reading((text) => text.replace('.name = "rpi4-linux-demo"', '.name = "\u6f22\u5b57\u6f22 with|a `long` name"'));

  test.each([40, 60, 100, 200])('keeps within %i columns and loses nothing', (width) => {
    const lines = mapText(long, places, width, plain).split('\n');
    const first = lines.indexOf('CPUs');
    expect(first).toBeGreaterThan(0);
    const tables = lines.slice(first);
    expect(tables.filter((line) => textWidth(line) > width)).toEqual([]);
    for (const { title } of resourceTables(long)) expect(tables).toContain(title);
    const letters = (text: string) => [...text.replaceAll(/\s/g, '')].sort().join('');
    const wanted = resourceTables(long).map(({ title, heading, rows }) => [title, ...heading, ...rows.flat()].join(' '));
    expect(letters(tables.join(' '))).toBe(letters(wanted.join(' ')));
  });

  test('is aligned', () => {
    const lines = mapText(reading(), places, 120, plain).split('\n');
    const rows = lines.slice(lines.indexOf('CPUs') + 1, lines.indexOf('Interrupts') - 1);
    expect(rows.map((row) => row.search(/rpi4|has/))).toEqual([7, 7, 7, 7]);
  });
});

test('Markdown has every table, its names as text', () => {
  const hostile = reading((text) => text.replace('.name = "rpi4-linux-demo"', '.name = "a|b<c>"'));
  const text = mapFile(hostile, 'markdown', places);
  for (const { title, rows } of resourceTables(hostile)) {
    const section =
      text
        .slice(text.indexOf(`### ${title}\n`))
        .split('\n\n')[1]
        ?.trimEnd()
        .split('\n') ?? [];
    expect(section).toHaveLength(rows.length + 2);
    const columns = (line: string) => line.match(/(?<!\\)\|/g)?.length;
    for (const line of section) expect(columns(line)).toBe(columns(section[0] ?? ''));
  }
  expect(text).toContain('a\\|b\\<c\\>');
});

test('JSON carries all rows', () => {
  const of = reading();
  const { resources } = JSON.parse(mapFile(of, 'json', places)).maps[0];
  for (const kind of ['cpus', 'interrupts', 'functions', 'links'] as const)
    expect(resources[kind].map(({ id }: { id: string }) => id)).toEqual(of.resources[kind].map(({ id }) => id));
  expect(resources.cpus[2]).toMatchObject({ cpu: 2, onBoard: true, holders: ['cell:rpi4-linux-demo'], findings: [] });
  expect(resources.links[1].sections[1]).toMatchObject({ start: '0x1fb01000', end: '0x1fb80000', writers: [0] });
  expect(resources.cpus[2].claims[1]).toEqual({
    lane: 'cell:rpi4-linux-demo',
    owner: 'rpi4-linux-demo',
    field: 'cpus[0]',
    file: 'configs/rpi4-linux-demo.c',
  });
});
