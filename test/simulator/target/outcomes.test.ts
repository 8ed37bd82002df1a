import { describe, expect, test } from 'vitest';
import { readRows } from '../../outcomes/rows.ts';
import { readRuns } from '../machine/outcome-chain.ts';
import { runRow } from './outcome-run.ts';

const runs = readRuns();

/** What each row ended as with `jailhouse` on the recorded Linux, by the same columns. */
describe('every row of outcomes.tsv ends as recorded when its commands are typed on the simulated target', () => {
  test('all rows are there', () => {
    expect(readRows().length).toBe(runs.size);
  });

  for (const row of readRows()) {
    const run = runs.get(row.id);
    test.concurrent(`${row.id}: ${row.class}`, async () => {
      if (run === undefined) throw new Error(`${row.id} has no run`);
      const ended = await runRow(row, run);
      expect({ class: ended.class, firstFailing: ended.firstFailing, exitCode: ended.exitCode }, `${row.mutation}\n${ended.text}`).toEqual({
        class: row.class,
        firstFailing: run.firstFailing,
        exitCode: run.exitCode,
      });
    });
  }
});
