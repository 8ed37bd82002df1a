import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { builtInHeaders } from '@jailhouse-cells/core/abi/headers.ts';
import { defaultSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, test } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';
import { monsters } from './monsters.ts';
import { mutations } from './mutations.ts';

const configs = resolve(import.meta.dirname, '../../examples/rpi4/configs');
const examples = ['rpi4.c', 'rpi4-linux-demo.c', 'rpi4-inmate-demo.c'] as const;
const textOf = (name: string): string => readFileSync(`${configs}/${name}`, 'utf8');

/**
 * Checks a text in a folder with the others. Fails on an exception, on an answer that says nothing, and on a finding that points
 * outside its file. Time is not measured here (a slow machine is no bug): a text that hangs runs into the test runner's limit, and
 * the conformance script and the benchmark measure.
 */
function check(workspace: Workspace, path: string, text: string): void {
  workspace.open(path, text);
  const report = workspace.check(path);
  if (!report.config && report.findings.length === 0) throw new Error('neither a model nor a finding');
  for (const [index, finding] of report.findings.entries()) {
    // Fixes are made when somebody asks for them; nobody asks for hundreds at once.
    const edits = index < 20 ? finding.fixes.flatMap((fix) => fix.edits.map((edit) => edit.span)) : [];
    const places = [finding.span, ...finding.related.map((related) => related.span), ...edits];
    for (const { file, start, end } of places) {
      const length = workspace.text(file)?.text.length ?? Number.NaN;
      if (!(start >= 0 && start <= end && end <= length))
        throw new Error(`${finding.rule} points at ${start}-${end} of ${file} (${length})`);
    }
    if (finding.message === '') throw new Error(`${finding.rule} says nothing`);
  }
}

function folder(extra: Readonly<Record<string, string>> = {}): Workspace {
  const files = Object.fromEntries(examples.map((name) => [`/configs/${name}`, textOf(name)]));
  return new Workspace(new MemoryFiles({ ...files, ...extra }), { ...defaultSettings, revision: 14 });
}

describe('mutated and truncated configs', () => {
  test.each(examples)('220 versions of %s', (name) => {
    const workspace = folder();
    let index = 0;
    for (const text of mutations(textOf(name), 220, 1)) {
      try {
        check(workspace, `/configs/${name}`, text);
        // The others are checked against it, too.
        if (index % 10 === 0) for (const other of examples) workspace.check(`/configs/${other}`);
      } catch (error) {
        throw new Error(`mutation ${index}: ${error instanceof Error ? error.stack : error}\n${text}`);
      }
      index++;
    }
    expect(index).toBe(220);
  });

  test('every tenth place at which the text may end, as while it is typed', () => {
    const workspace = folder();
    const text = textOf('rpi4-inmate-demo.c');
    for (let end = 0; end <= text.length; end += 10) check(workspace, '/configs/rpi4-inmate-demo.c', text.slice(0, end));
    check(workspace, '/configs/rpi4-inmate-demo.c', text);
    expect(workspace.check('/configs/rpi4-inmate-demo.c').findings).toEqual([]);
  });

  test('200 versions of the headers in a tree above the configs', () => {
    const headers = builtInHeaders(14);
    const path = '/include/jailhouse/cell-config.h';
    const tree = Object.fromEntries(
      [...headers].map(([name, text]) => [name === 'jailhouse/types.h' ? `/hypervisor/include/${name}` : `/include/${name}`, text]),
    );
    const workspace = folder(tree);
    expect(workspace.check('/configs/rpi4.c').header).toMatchObject({ kind: 'tree', path });
    let index = 0;
    for (const text of mutations(headers.get('jailhouse/cell-config.h') as string, 200, 2)) {
      workspace.open(path, text);
      for (const name of examples) {
        try {
          check(workspace, `/configs/${name}`, textOf(name));
        } catch (error) {
          throw new Error(`mutation ${index}: ${error instanceof Error ? error.stack : error}`);
        }
      }
      index++;
    }
  });
});

describe('large, deep and endless input', () => {
  test.each(monsters(textOf('rpi4-inmate-demo.c')))('%s', (_name, text) => {
    check(folder(), '/configs/rpi4-inmate-demo.c', text());
  });

  test('files that include each other', () => {
    const workspace = folder({ '/configs/a.h': '#include "b.h"\nint a;', '/configs/b.h': '#include "a.h"\nint b;' });
    check(workspace, '/configs/rpi4.c', `#include "a.h"\n${textOf('rpi4.c')}`);
    expect(workspace.check('/configs/rpi4.c').findings.map((finding) => finding.rule)).toContain('c-include');
  });

  test('a header that includes itself twice, and so 2^20 times', () => {
    const workspace = folder({ '/configs/a.h': '#include "a.h"\n#include "a.h"\n' });
    check(workspace, '/configs/rpi4.c', `#include "a.h"\n${textOf('rpi4.c')}`);
  });

  test('30 headers that each include the next one twice', () => {
    const headers = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`/configs/h${i}.h`, `#include "h${i + 1}.h"\n#include "h${i + 1}.h"\n`]),
    );
    check(folder(headers), '/configs/rpi4.c', `#include "h0.h"\n${textOf('rpi4.c')}`);
  });
});
