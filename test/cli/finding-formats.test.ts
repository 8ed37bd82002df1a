import { githubReport } from '@jailhouse-cells/cli/findings/github.ts';
import { jsonReport } from '@jailhouse-cells/cli/findings/json.ts';
import type { PlaceSource } from '@jailhouse-cells/cli/findings/place.ts';
import { collect, summary } from '@jailhouse-cells/cli/findings/result.ts';
import { sarifLog } from '@jailhouse-cells/cli/findings/sarif.ts';
import { textReport } from '@jailhouse-cells/cli/findings/text.ts';
import { plain, styleFor } from '@jailhouse-cells/cli/style.ts';
import type { Finding, Severity } from '@jailhouse-cells/core/source/finding.ts';
import { LineIndex, type Span } from '@jailhouse-cells/core/source/span.ts';
import type { FileReport } from '@jailhouse-cells/core/workspace/report.ts';
import { describe, expect, test } from 'vitest';
import { testIo } from './memory-io.ts';

const texts: Readonly<Record<string, string>> = {
  '/work/root.c': 'line one\n\t.phys_start = 0x1fc00000,\n',
  '/work/a b,c:%.c': '\t.phys_start = 0x1fd00000,\r\n\t.size = 0x1000,\n',
  '/else/shared.h': '#define BASE 0x1000\n',
};

const places: PlaceSource = {
  cwd: '/work',
  text: (path) => {
    const text = texts[path];
    return text === undefined ? undefined : new LineIndex(text);
  },
  bytes: (path) => (path === '/work/old.cell' ? new Uint8Array(40) : undefined),
};

function spanOf(file: string, part: string): Span {
  const start = texts[file]?.indexOf(part) ?? -1;
  if (start < 0) throw new Error(`no "${part}" in ${file}`);
  return { file, start, end: start + part.length };
}

function finding(severity: Severity, rule: string, span: Span, more: Partial<Finding> = {}): Finding {
  return { rule, severity, span, message: `says ${rule}`, related: [], fixes: [], ...more };
}

function reportOf(path: string, ...findings: Finding[]): FileReport {
  return { path, findings, config: undefined, current: true, header: undefined, system: undefined };
}

const overlap = finding('error', 'region-overlaps-hypervisor', spanOf('/work/a b,c:%.c', '0x1fd00000'), {
  message: 'Region 100 % in\nthe hypervisor\u001b[2J',
  related: [{ span: spanOf('/work/root.c', '0x1fc00000'), message: 'the hypervisor memory' }],
  fixes: [{ title: 'Move it', edits: [{ span: spanOf('/work/a b,c:%.c', '0x1fd00000'), newText: '0x20000000' }] }],
});
const inHeader = finding('warning', 'c-redefined', spanOf('/else/shared.h', 'BASE'));
const note = finding('information', 'name-column', spanOf('/work/root.c', 'line'));
const binary = finding('error', 'cpu-set-empty', { file: '/work/old.cell', start: 20, end: 24 });

const result = collect([
  reportOf('/work/a b,c:%.c', overlap, inHeader),
  reportOf('/work/root.c', inHeader, note),
  reportOf('/work/old.cell', binary),
]);

describe('collecting', () => {
  test('a finding in a shared header counts once and names its configs', () => {
    expect(result.counts).toEqual({ error: 2, warning: 1, information: 1, hint: 0 });
    expect(result.findings.map((entry) => entry.configs.length)).toEqual([1, 2, 1, 1]);
  });

  test('the summary says what there is, in one line', () => {
    expect(summary(result, false)).toBe('3 configs: 2 errors, 1 warning, 1 note (--all shows them)');
    expect(summary(result, true)).toBe('3 configs: 2 errors, 1 warning, 1 note');
    expect(summary(collect([reportOf('/a.c')]), false)).toBe('1 config, no findings');
    expect(summary(collect([reportOf('/a.c', note)]), false)).toBe('1 config: no errors or warnings, 1 note (--all shows them)');
  });
});

describe('text', () => {
  test('place, level, message, rule, excerpt, and the other culprit with its own', () => {
    expect(textReport(result, places, { style: plain, width: 80, all: false })).toBe(
      [
        'a b,c:%.c:1:16: error: Region 100 % in\\nthe hypervisor\\x1b[2J [region-overlaps-hypervisor]',
        '    1 |         .phys_start = 0x1fd00000,',
        '      |                       ^^^^^^^^^^',
        'root.c:2:16: note: the hypervisor memory',
        '    2 |         .phys_start = 0x1fc00000,',
        '      |                       ^^^^^^^^^^',
        '/else/shared.h:1:9: warning: says c-redefined [c-redefined]',
        '    1 | #define BASE 0x1000',
        '      |         ^^^^',
        'old.cell:0x14: error: says cpu-set-empty [cpu-set-empty]',
        '0x0010 | 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00',
        '       |             ^^^^^^^^^^^',
        '3 configs: 2 errors, 1 warning, 1 note (--all shows them)',
        '',
      ].join('\n'),
    );
  });

  test('notes on request', () => {
    const text = textReport(result, places, { style: plain, width: 80, all: true });
    expect(text).toContain('root.c:1:1: info: says name-column [name-column]\n    1 | line one\n      | ^^^^\n');
  });

  test('colours only where they are wanted', () => {
    const colours = (options: Parameters<typeof testIo>[1], choice?: string) => {
      const io = testIo({}, options);
      return styleFor(io.out, io, choice).strong('x') !== 'x';
    };
    expect(colours({})).toBe(false);
    expect(colours({ isTerminal: true })).toBe(true);
    expect(colours({ isTerminal: true, env: { NO_COLOR: '1' } })).toBe(false);
    expect(colours({ isTerminal: true, env: { NO_COLOR: '' } })).toBe(true);
    expect(colours({ isTerminal: true, env: { TERM: 'dumb' } })).toBe(false);
    expect(colours({ env: { FORCE_COLOR: '1' } })).toBe(true);
    expect(colours({ isTerminal: true, env: { NO_COLOR: '1' } }, 'always')).toBe(true);
    expect(colours({ isTerminal: true }, 'never')).toBe(false);
  });

  test('taking the colours out gives the plain text', () => {
    const io = testIo({});
    const options = { width: 80, all: true };
    const coloured = textReport(result, places, { style: styleFor(io.out, io, 'always'), ...options });
    expect(coloured).toContain('\u001b[1;31merror:\u001b[0m');
    const sgr = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
    expect(coloured.replace(sgr, '')).toBe(textReport(result, places, { style: plain, ...options }));
  });
});

describe('json', () => {
  test('places count from 1, everything is in', () => {
    const report = jsonReport(result, places);
    expect(report.summary).toEqual({ configs: 3, error: 2, warning: 1, information: 1, hint: 0 });
    expect(report.findings[0]).toEqual({
      rule: 'region-overlaps-hypervisor',
      severity: 'error',
      message: 'Region 100 % in\nthe hypervisor\u001b[2J',
      help: 'https://github.com/jailhouse-cells/jailhouse-cells/blob/main/docs/rules/region-overlaps-hypervisor.md',
      file: 'a b,c:%.c',
      line: 1,
      column: 16,
      endLine: 1,
      endColumn: 26,
      configs: ['a b,c:%.c'],
      related: [{ file: 'root.c', line: 2, column: 16, endLine: 2, endColumn: 26, message: 'the hypervisor memory' }],
      fixes: [{ title: 'Move it', edits: [{ file: 'a b,c:%.c', line: 1, column: 16, endLine: 1, endColumn: 26, newText: '0x20000000' }] }],
    });
    expect(report.findings[1]?.configs).toEqual(['a b,c:%.c', 'root.c']);
    expect(report.findings[3]).toMatchObject({ file: 'old.cell', offset: 20, length: 4 });
    expect(report.configs[0]).toEqual({
      path: 'a b,c:%.c',
      kind: null,
      name: null,
      arch: null,
      revision: null,
      headers: null,
      system: null,
    });
  });
});

describe('github', () => {
  test('commands with their escapes; the summary last', () => {
    expect(githubReport(result, places, undefined, false).split('\n')).toEqual([
      '::error file=a b%2Cc%3A%25.c,line=1,endLine=1,col=16,endColumn=26,title=region-overlaps-hypervisor' +
        '::Region 100 %25 in\\nthe hypervisor\\x1b[2J%0Aroot.c:2:16: the hypervisor memory',
      '::warning file=/else/shared.h,line=1,endLine=1,col=9,endColumn=13,title=c-redefined::says c-redefined',
      '::error file=old.cell,title=cpu-set-empty::says cpu-set-empty',
      '3 configs: 2 errors, 1 warning, 1 note (--all shows them)',
      '',
    ]);
  });

  test('paths start at the checkout, notes are notices', () => {
    const text = githubReport(collect([reportOf('/work/root.c', note)]), places, '/', true);
    expect(text).toContain('::notice file=work/root.c,line=1,endLine=1,col=1,endColumn=5,title=name-column::says name-column\n');
  });

  test('a span of several lines has no columns', () => {
    const long = finding('error', 'x', { file: '/work/root.c', start: 2, end: 12 });
    expect(githubReport(collect([reportOf('/work/root.c', long)]), places, undefined, false)).toContain(
      '::error file=root.c,line=1,endLine=2,title=x::',
    );
  });
});

describe('sarif', () => {
  const run = JSON.parse(JSON.stringify(sarifLog(result, places))).runs[0];

  test('the driver describes each rule that was hit, with its page', () => {
    const { driver } = run.tool;
    expect(driver.rules.map((rule: { id: string }) => rule.id)).toEqual([
      'c-redefined',
      'cpu-set-empty',
      'name-column',
      'region-overlaps-hypervisor',
    ]);
    for (const rule of driver.rules) {
      expect(rule.helpUri).toBe(`https://github.com/jailhouse-cells/jailhouse-cells/blob/main/docs/rules/${rule.id}.md`);
      expect(rule.shortDescription.text.length).toBeGreaterThan(0);
    }
    for (const entry of run.results) expect(driver.rules[entry.ruleIndex].id).toBe(entry.ruleId);
  });

  test('locations, related locations and fixes', () => {
    const region = { startLine: 1, startColumn: 16, endLine: 1, endColumn: 26 };
    expect(run.columnKind).toBe('utf16CodeUnits');
    expect(run.originalUriBaseIds).toEqual({ SRCROOT: { uri: 'file:///work/' } });
    expect(run.results[0]).toMatchObject({
      level: 'error',
      message: { text: 'Region 100 % in\nthe hypervisor\u001b[2J' },
      locations: [{ physicalLocation: { artifactLocation: { uri: 'a%20b%2Cc%3A%25.c', uriBaseId: 'SRCROOT' }, region } }],
      relatedLocations: [{ id: 0, message: { text: 'the hypervisor memory' } }],
      fixes: [{ artifactChanges: [{ replacements: [{ deletedRegion: region, insertedContent: { text: '0x20000000' } }] }] }],
    });
    expect(run.results[1].locations[0].physicalLocation.artifactLocation).toEqual({ uri: 'file:///else/shared.h' });
    expect(run.results[2].level).toBe('note');
    expect(run.results[3].locations[0].physicalLocation.region).toEqual({ byteOffset: 20, byteLength: 4 });
  });

  test('fingerprints survive a shift of lines and number what repeats', () => {
    const prints = (log: object): string[] =>
      JSON.parse(JSON.stringify(log)).runs[0].results.map(
        (entry: { partialFingerprints: { primaryLocationLineHash: string } }) => entry.partialFingerprints.primaryLocationLineHash,
      );
    const before = prints(sarifLog(collect([reportOf('/work/root.c', note)]), places));
    const shifted: PlaceSource = { ...places, text: () => new LineIndex(`\n\n${texts['/work/root.c']}`) };
    const moved = { ...note, span: { ...note.span, start: 2, end: 6 } };
    const twice = finding('information', 'name-column', { ...moved.span, end: 8 });
    const after = prints(sarifLog(collect([reportOf('/work/root.c', moved, twice)]), shifted));
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[0]?.replace(/:1$/, ':2'));
  });
});
