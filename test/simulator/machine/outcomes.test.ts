import { describe, expect, test } from 'vitest';
import { readRows } from '../../outcomes/rows.ts';
import { type Outcome, readRuns, replay } from './outcome-chain.ts';
import { unknowable } from './unknowable-rows.ts';

const runs = readRuns();

const errnos: Readonly<Record<string, string>> = {
  'Invalid argument': 'EINVAL',
  'Cannot allocate memory': 'ENOMEM',
  'No such device': 'ENODEV',
  'Device or resource busy': 'EBUSY',
  'File exists': 'EEXIST',
};

/** Which CPU it is depends on who was first; the build folder on who built. */
function comparable(text: string): string {
  return text
    .replace(/CPU \d+/g, 'CPU n')
    .replaceAll('/build/hypervisor/', '')
    .replaceAll('arch/arm-common/', 'arm-common/');
}

/** The part of a recorded message that the machine did not give; undefined: it gave all. */
function unsaid(message: string, { text, console, errno }: Outcome): string | undefined {
  const ofCli = /^JAILHOUSE_\w+: (.*)$/.exec(message)?.[1];
  if (ofCli !== undefined) return errno === errnos[ofCli] ? undefined : message;
  if (message === '(nothing printed)') return console === '' ? undefined : console;
  const last = /^last console line: (.*)$/.exec(message)?.[1];
  if (last !== undefined) {
    // An inmate that prints goes on while the rest hangs; on the machine time stands still.
    if (last.startsWith('Timer fired')) return console.includes(last) ? undefined : message;
    return comparable(console).trimEnd().split('\n').at(-1) === comparable(last).trimEnd() ? undefined : message;
  }
  const parts = message.split(' in ');
  return parts.every((part) => comparable(text).includes(comparable(part))) ? undefined : message;
}

const noted = [
  'virtual PCI devices in root: 0 instead of 2',
  'virtual PCI devices in root: 1 instead of 2',
  'ivshmem not initialised',
  'no ivshmem interrupt from root',
];
const isNoted = (lack: string): boolean => noted.includes(lack);

function notedLacks(note: string): readonly string[] {
  return noted.filter((lack) => note.includes(lack));
}

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
      if (unknowable[row.id] !== undefined) return;
      if (row.class === 'silently-ignored') expect(outcome.lacks.filter(isNoted)).toEqual(notedLacks(row.note));
      for (const message of row.keyMessage === '' ? [] : row.keyMessage.split(' | '))
        expect(unsaid(message, outcome), outcome.text).toBeUndefined();
    });
  }
});
