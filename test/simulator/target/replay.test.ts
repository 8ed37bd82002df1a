import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TargetAtHand } from '@jailhouse-cells/simulator/target/create.ts';
import { describe, expect, test } from 'vitest';
import { comparableExcerpt, comparableKernelLog, comparableOutput, comparableSerial } from './comparable.ts';
import { asRoot, recordedBoard } from './recorded-board.ts';
import { adapted, hanging, leftOut, runOnly } from './recorded-differently.ts';
import { ask } from './simulated-session.ts';

interface Recorded {
  readonly state: string;
  readonly argv: string;
  readonly user: string;
  readonly rc: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly dmesgDelta: string;
  readonly consoleDelta: string;
}

const records: readonly Recorded[] = JSON.parse(readFileSync(join(import.meta.dirname, 'transcripts.json'), 'utf8'));

/** The first records after the board was switched on. */
const boots = [0, 107, 324];

describe.each(boots.map((first, index) => ({ first, last: (boots[index + 1] ?? records.length) - 1 })))(
  'records $first to $last',
  ({ first, last }) => {
    let target: TargetAtHand;
    for (let number = first; number <= last; number++) {
      const record = records[number] as Recorded;
      if (number in leftOut) continue;
      test(`${number} ${record.user}: ${record.argv}`, async () => {
        target ??= recordedBoard();
        const argv = adapted[number]?.argv ?? record.argv;
        const [serialBefore, logBefore] = [target.serial.length, target.kernelLog.length];
        const running = ask(target, record.user === 'root' ? asRoot(argv) : argv);
        if (hanging.has(number)) {
          const first = await Promise.race([running, new Promise((resolve) => setTimeout(() => resolve('nothing'), 500))]);
          expect(first).toBe('nothing');
          return;
        }
        const { status, stdout, stderr } = await running;
        if (number in runOnly) return;
        if (argv.endsWith('head -c 200')) expect(comparableExcerpt(stdout)).toEqual(comparableExcerpt(record.stdout));
        else expect(comparableOutput(stdout)).toBe(comparableOutput(record.stdout));
        expect(comparableOutput(stderr)).toBe(comparableOutput(adapted[number]?.stderr ?? record.stderr));
        expect(status).toBe(record.rc);
        expect(comparableKernelLog(target.kernelLog.slice(logBefore))).toEqual(comparableKernelLog(record.dmesgDelta));
        expect(comparableSerial(target.serial.slice(serialBefore))).toEqual(comparableSerial(record.consoleDelta));
      });
    }
  },
);

test('most records are replayed, and no reason is left over', () => {
  const aside = [...Object.keys(leftOut), ...Object.keys(runOnly)].map(Number);
  expect(new Set(aside).size).toBe(aside.length);
  expect(Math.max(...aside, ...Object.keys(adapted).map(Number))).toBeLessThan(records.length);
  // `jailhouse` commands and reads of sysfs, /proc and the log that are neither compared here nor tested elsewhere.
  const untested = aside.filter(
    (number) =>
      /jailhouse|\/sys|\/proc|dmesg/.test(records[number]?.argv ?? '') &&
      !/test of its own|tested in|Follows|Behind/.test(leftOut[number] ?? runOnly[number] ?? ''),
  );
  for (const number of untested) expect(records[number]?.argv).not.toMatch(/^(?:sudo -n )?jailhouse/);
});
