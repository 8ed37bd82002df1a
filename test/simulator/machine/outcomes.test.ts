import { describe, expect, test } from 'vitest';
import { readRows } from '../../outcomes/rows.ts';
import { readRuns, replay } from './outcome-chain.ts';
import { unknowable } from './unknowable-rows.ts';

const runs = readRuns();

describe('every row of outcomes.tsv ends on the simulated machine as on the real hypervisor', () => {
  test('all rows are there, and the exceptions are rows', () => {
    expect(runs.size).toBe(193);
    expect([...runs.keys()]).toEqual(expect.arrayContaining(Object.keys(unknowable)));
  });

  for (const row of readRows()) {
    const run = runs.get(row.id);
    test(`${row.id}: ${row.class}${unknowable[row.id] === undefined ? '' : ' (cannot know)'}`, () => {
      if (run === undefined) throw new Error(`${row.id} has no run`);
      const outcome = replay(row, run);
      const wanted = { class: row.class, firstFailing: run.firstFailing };
      const got = { class: outcome.class, firstFailing: outcome.firstFailing };
      if (unknowable[row.id] === undefined) expect(got, `${row.mutation}\n${outcome.lacks.join('\n')}\n${outcome.text}`).toEqual(wanted);
      else expect(got).not.toEqual(wanted);
    });
  }
});
