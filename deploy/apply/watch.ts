import { cellsScript, kernelLogScript, rootScript, targetFolder } from '../observe/observe.ts';
import { Sections, scriptStart } from '../observe/sections.ts';
import { brokenOff, whyNoAnswer } from './no-answer.ts';
import type { Problem } from './problem.ts';
import { textOfRecord } from './record.ts';
import { writeRecord } from './step-script.ts';
import type { Underway } from './underway.ts';
import { failedCell, judge, type Verdict } from './verify.ts';

/** Crashes show at once or after a while: cells that were started are looked at until the time is over, or one of them fails. One round trip. */
export async function watchCells(underway: Underway): Promise<Problem | undefined> {
  const { connection, signal, watch, report } = underway.options;
  const started = underway.plan.steps.filter(({ kind }) => kind === 'start' || kind === 'linux');
  const last = started.at(-1);
  if (last === undefined || watch <= 0) return undefined;
  const seconds = Math.ceil(watch);
  report({ kind: 'watching', seconds });
  const sections = new Sections();
  const answer = await connection.run({
    title: 'watch the cells',
    script: watchScript(sections, underway, seconds, idsOf(underway, started)),
    limit: seconds * 1000 + underway.limits.command,
    ...(signal && { signal }),
  });
  const read = sections.read(answer.stdout);
  if (answer.kind === 'none' || !read.has('end')) return whyNoAnswer(underway, last, brokenOff(answer));
  underway.unwritten = false;
  const before = underway.seen;
  const outcome = underway.outcome(read);
  const verdict = judge({ ...last, kind: 'finish' }, before, outcome);
  if (verdict !== undefined && 'kind' in verdict) return underway.explained(last, verdict, outcome);
  for (const step of started) {
    const cell = outcome.seen.cells.find(({ id, name }) => id !== 0 && name === step.cell);
    const crashed: Verdict | undefined =
      cell === undefined ? { kind: 'wrong-state', message: `The cell ${step.cell} is gone.` } : failedCell(cell, outcome.seen);
    if (crashed !== undefined) return underway.explained(step, crashed, outcome);
  }
  return undefined;
}

function idsOf({ seen }: Underway, started: readonly { readonly cell: string | undefined }[]): readonly number[] {
  return seen.cells.filter(({ id, name }) => id !== 0 && started.some(({ cell }) => cell === name)).map(({ id }) => id);
}

function watchScript(sections: Sections, { unwritten, record }: Underway, seconds: number, ids: readonly number[]): string {
  const states = ids.map((id) => `/sys/devices/jailhouse/cells/${id}/state`).join(' ');
  return [
    scriptStart,
    sections.prelude,
    rootScript,
    kernelLogScript,
    `rm -f "$HOME"/${targetFolder}/armed`,
    ...(unwritten ? [writeRecord(textOfRecord(record))] : []),
    'section mark; log | tail -n 1',
    `N=0; while [ "$N" -lt ${seconds} ]; do`,
    `if cat ${states} 2>/dev/null | grep -q -x failed; then break; fi`,
    'if [ -n "$(cat /sys/devices/jailhouse/cells/0/cpus_failed_list 2>/dev/null)" ]; then break; fi',
    'sleep 1; N=$((N+1))',
    'done',
    'section output; section status; echo 0',
    'section log; log | tail -n 300',
    'section boot; cat /proc/sys/kernel/random/boot_id',
    cellsScript,
    'section end',
  ].join('\n');
}
