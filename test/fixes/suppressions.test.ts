import { applyEdits } from '@jailhouse-cells/core/fixes/apply.ts';
import { suppressionFix } from '@jailhouse-cells/core/rules/suppressions.ts';
import { commentsOf } from '@jailhouse-cells/core/source/comments.ts';
import type { FileSystem } from '@jailhouse-cells/core/source/file-system.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { defaultSettings, type WorkspaceSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, test } from 'vitest';

const path = '/w/demo.c';
const noFiles: FileSystem = {
  readText: () => undefined,
  readBytes: () => undefined,
  stat: (at) => (at === path ? 'file' : undefined),
  size: () => undefined,
  list: () => [],
};

/** A cell whose communication region has two pages: one error, of comm-region-size, on the line of `.size`. */
function cell(above: string, behind: string, size = '0x2000'): string {
  return `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>

struct {
\tstruct jailhouse_cell_desc cell;
\t__u64 cpus[1];
\tstruct jailhouse_memory mem_regions[1];
} __attribute__((packed)) config = {
\t.cell = {
\t\t.signature = JAILHOUSE_CELL_DESC_SIGNATURE,
\t\t.architecture = JAILHOUSE_ARM64,
\t\t.revision = JAILHOUSE_CONFIG_REVISION,
\t\t.name = "demo",
\t\t.flags = JAILHOUSE_CELL_PASSIVE_COMMREG,
\t\t.cpu_set_size = sizeof(config.cpus),
\t\t.num_memory_regions = ARRAY_SIZE(config.mem_regions),
\t},
\t.cpus = { 0x2 },
\t.mem_regions = {
\t\t{
\t\t\t.virt_start = 0x80000000,
${above}\t\t\t.size = ${size},${behind}
\t\t\t.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION,
\t\t},
\t},
};
`;
}

function check(text: string, settings: Partial<WorkspaceSettings> = {}): readonly Finding[] {
  const workspace = new Workspace(noFiles, { ...defaultSettings, ...settings });
  workspace.open(path, text);
  return workspace
    .check(path)
    .findings.filter(({ rule }) => rule === 'comm-region-size' || rule.startsWith('suppression-') || rule.startsWith('c-'));
}
const ids = (findings: readonly Finding[]): readonly string[] => findings.map(({ rule, severity }) => `${severity} ${rule}`);

describe('a comment that suppresses', () => {
  test.each([
    ['behind the value', '', ' // jailhouse-cells: ignore comm-region-size - the loader wants two pages'],
    ['as a block comment', '', ' /* jailhouse-cells: ignore comm-region-size - the loader wants two pages */'],
    ['before the value on its line', '/* jailhouse-cells: ignore comm-region-size - two */', ''],
    ['on a line of its own above', '\t\t\t// jailhouse-cells: ignore comm-region-size - two\n', ''],
    ['above another comment', '\t\t\t// jailhouse-cells: ignore comm-region-size - two\n\t\t\t/* pages,\n\t\t\t * really */\n', ''],
    ['over several lines', '\t\t\t/*\n\t\t\t * jailhouse-cells: ignore comm-region-size - two\n\t\t\t * pages\n\t\t\t */\n', ''],
  ])('%s hides the finding of its line', (_, above, behind) => {
    expect(ids(check(cell(above, behind)))).toEqual([]);
  });

  test('hides several rules, and says which of them is idle', () => {
    const behind = ' // jailhouse-cells: ignore comm-region-size, region-wraps - both';
    const [idle, ...others] = check(cell('', behind));
    expect(others).toEqual([]);
    expect(idle?.rule).toBe('suppression-unused');
    expect(idle?.message).toContain('region-wraps');
    // The other one is in use: removing the comment would be wrong.
    expect(idle?.fixes).toEqual([]);
  });

  test('does not reach another line', () => {
    expect(ids(check(cell('', '\n\n\t\t\t// jailhouse-cells: ignore comm-region-size - too far')))).toEqual([
      'error comm-region-size',
      'warning suppression-unused',
    ]);
    expect(ids(check(cell('\t\t\t// jailhouse-cells: ignore comm-region-size - too far\n\n', '')))).toEqual([
      'warning suppression-unused',
      'error comm-region-size',
    ]);
    expect(
      ids(check(cell('', '\n// x\n').replace('0x80000000,', '0x80000000, // jailhouse-cells: ignore comm-region-size - another value'))),
    ).toEqual(['warning suppression-unused', 'error comm-region-size']);
  });

  test('without a reason does not count', () => {
    for (const tail of ['', ' -', ' - ', ' --  '])
      expect(ids(check(cell('', ` // jailhouse-cells: ignore comm-region-size${tail}`)))).toEqual([
        'error comm-region-size',
        'warning suppression-without-reason',
      ]);
  });

  test('of an unknown rule is told of', () => {
    const [finding, second] = check(cell('', ' // jailhouse-cells: ignore comm-region - reason'));
    expect(finding?.rule).toBe('comm-region-size');
    expect(second?.rule).toBe('suppression-unknown-rule');
    expect(cell('', ' // jailhouse-cells: ignore comm-region - reason').slice(second?.span.start, second?.span.end)).toBe('comm-region');
  });

  test('is removed by the fix once it hides nothing', () => {
    for (const [above, behind] of [
      ['', ' // jailhouse-cells: ignore comm-region-size - two'],
      ['\t\t\t/* jailhouse-cells: ignore comm-region-size - two */\n', ''],
    ] as const) {
      const text = cell(above, behind, '0x1000');
      const [finding] = check(text);
      expect(finding?.rule).toBe('suppression-unused');
      expect(applyEdits(text, finding?.fixes[0]?.edits ?? [])).toBe(cell('', '', '0x1000'));
    }
  });

  test('is not called idle where its rule could not speak up', () => {
    const behind = ' // jailhouse-cells: ignore region-covers-gic - the interrupt test; needs the system config';
    expect(ids(check(cell('', behind, '0x1000')))).toEqual([]);
    expect(ids(check(cell('', ' // jailhouse-cells: ignore comm-region-size - off'), { severity: { 'comm-region-size': 'off' } }))).toEqual(
      [],
    );
  });

  test('covers the C front end too', () => {
    const broken = cell('', ' // jailhouse-cells: ignore c-undeclared - defined by the build', 'TWO_PAGES');
    expect(ids(check(broken))).toEqual([]);
  });

  test('in a string is none', () => {
    const text = cell('', '').replace('"demo"', '"/* jailhouse-cells: ignore name-empty - x */"');
    expect(ids(check(text)).filter((id) => id.includes('suppression'))).toEqual([]);
  });
});

test('levels can be set for what is said about comments, and for the C front end', () => {
  const unused = cell('', ' // jailhouse-cells: ignore comm-region-size - two', '0x1000');
  expect(ids(check(unused, { severity: { 'suppression-unused': 'error' } }))).toEqual(['error suppression-unused']);
  expect(ids(check(unused, { severity: { 'suppression-unused': 'off' } }))).toEqual([]);
  expect(ids(check(cell('', '', 'TWO_PAGES'), { severity: { 'c-undeclared': 'hint' } }))).toContain('hint c-undeclared');
});

test('the suppressing edit goes above the finding, and asks for the reason', () => {
  const workspace = new Workspace(noFiles);
  const text = cell('', '');
  workspace.open(path, text);
  const finding = workspace.check(path).findings.find(({ rule }) => rule === 'comm-region-size');
  expect(finding).toBeDefined();
  const fix = suppressionFix(finding as Finding, workspace.text(path));
  const edited = applyEdits(text, fix?.edits ?? []);
  expect(edited).toBe(cell('\t\t\t// jailhouse-cells: ignore comm-region-size - \n', ''));
  expect(ids(check(edited))).toEqual(['warning suppression-without-reason', 'error comm-region-size']);
  expect(ids(check(edited.replace('size - \n', 'size - two\n')))).toEqual([]);
});

test('comments are found where C finds them', () => {
  const text = 'a /* one */ "/* no */" b // two \\\ngoes on\n\'"\' /* three';
  expect(commentsOf(text).map(({ text: inner }) => inner)).toEqual([' one ', ' two \\\ngoes on', ' three']);
  expect(commentsOf('"unterminated\n// yes').map(({ text: inner }) => inner)).toEqual([' yes']);
});
