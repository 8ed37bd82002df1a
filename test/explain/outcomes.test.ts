import { contextOf } from '@jailhouse-cells/core/explain/context.ts';
import { explainError } from '@jailhouse-cells/core/explain/explain.ts';
import { describe, expect, test } from 'vitest';
import { recreate } from '../outcomes/recreate.ts';
import { readRows } from '../outcomes/rows.ts';
import { logOf } from './qemu-system.ts';

/** Rows in which nothing that the board printed tells of a failure. */
const silent: Readonly<Record<string, string>> = {
  'P08-A-not-passive': 'the board hangs in create; the last line is of a guest',
};

const failing = ['rejected-clean', 'cell-crashes', 'root-or-machine-dies', 'hang'];
const rows = readRows().filter((row) => failing.includes(row.class) && row.undecided === undefined && silent[row.id] === undefined);

describe('what the hypervisor printed at each mistake of outcomes.tsv', () => {
  test('is a good number of rows', () => {
    expect(rows.length).toBeGreaterThan(55);
  });

  test.each(rows.map((row) => [row.id, row] as const))('%s: the best cause is in the configs, and it is the changed one', (_, row) => {
    const { workspace, paths } = recreate(row);
    const context = contextOf(workspace, paths);
    const text = row.keyMessage.replace('last console line: ', '').replaceAll(' | ', '\n');
    const lastLine = row.keyMessage.startsWith('last console line');
    const explanations =
      row.keyMessage === '(nothing printed)'
        ? (explainError('enable hangs', context) ?? [])
        : logOf(lastLine ? `Initializing Jailhouse hypervisor v0.12 on CPU 0\n${text}` : text, context);
    const best = explanations[0]?.causes[0];
    expect(best?.confidence).toMatch(/certain|likely/);
    const changed = paths.filter((path) => path.endsWith('/qemu-arm64.c') === (row.kind === 'root'));
    expect(best?.places.map((place) => place.span.file)).toEqual(
      expect.arrayContaining([expect.stringMatching(new RegExp(`^(?:${changed.join('|')})$`))]),
    );
  });
});
