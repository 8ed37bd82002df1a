import { cellsScript, pendingScript, readPending, targetFolder } from '../observe/observe.ts';
import { Sections, scriptStart } from '../observe/sections.ts';
import { safeFileName } from '../plan/file-name.ts';
import { quote } from '../ssh/quote.ts';
import type { Undone } from './events.ts';
import { needsPowerCycle, type Problem } from './problem.ts';
import { textOfRecord } from './record.ts';
import { perform } from './run-step.ts';
import { writeRecord } from './step-script.ts';
import type { Underway } from './underway.ts';
import { undoSteps } from './undo.ts';

/** Goes back to what ran before, as far as the target can still be worked on. */
export async function rollBack(underway: Underway, problem: Problem): Promise<Undone> {
  if (needsPowerCycle(problem)) return { kind: 'left', why: 'The board has to be switched off and on first.' };
  if (problem.kind === 'rebooted') return { kind: 'nothing' };
  if (problem.kind === 'lost' || problem.kind === 'unreachable')
    return { kind: 'left', why: 'The connection is gone: the next deployment finds out where things stand.' };
  if (!underway.changed) return (await putFilesBack(underway)) ?? { kind: 'nothing' };
  const pending = await lookAgain(underway);
  if (pending !== undefined) return { kind: 'left', why: pending };
  const { steps, lost } = undoSteps(underway);
  const folder = safeFileName(underway.plan.record?.system ?? underway.plan.system);
  const done: string[] = [];
  let failure: Undone | undefined;
  for (const [at, step] of steps.entries()) {
    underway.options.report({ kind: 'step', step, at: at + 1, of: steps.length, undoing: true });
    const failed = await perform(underway, step, { folder, which: 'current' });
    if (failed !== undefined) {
      failure = { kind: 'failed', step: step.title, message: failed.message };
      break;
    }
    done.push(step.title);
  }
  const left = await putFilesBack(underway);
  if (failure !== undefined) return failure;
  if (left !== undefined) return left;
  return steps.length === 0 && lost.length === 0 ? { kind: 'nothing' } : { kind: 'undone', steps: done, lost };
}

/** The files of this deployment go, those of the one before stay. */
async function putFilesBack(underway: Underway): Promise<Undone | undefined> {
  const base = `"$HOME"/${targetFolder}`;
  const script = [
    scriptStart,
    `rm -f ${base}/armed`,
    underway.unwritten ? writeRecord(textOfRecord(underway.record)) : ':',
    // Twice: an upload that is being given up may put its part beside the first.
    `rm -rf ${base}/${quote(underway.plan.folder)}/next 2>/dev/null || { sleep 1; rm -rf ${base}/${quote(underway.plan.folder)}/next; }`,
  ].join('\n');
  const answer = await underway.options.connection.run({ title: 'put the files back', script, limit: underway.limits.command });
  return answer.kind === 'none' ? { kind: 'left', why: answer.message } : undefined;
}

/**
 * A command that was cancelled may still be under way: its end is waited for. One that has not begun must not: the folder that it needs goes first.
 *
 * @returns Why nothing can be undone.
 */
async function lookAgain(underway: Underway): Promise<string | undefined> {
  const sections = new Sections();
  const script = [
    scriptStart,
    sections.prelude,
    `rm -rf "$HOME"/${targetFolder}/${quote(underway.plan.folder)}/next; sleep 0.2`,
    pendingScript(100),
    'section boot; cat /proc/sys/kernel/random/boot_id',
    cellsScript,
    'section end',
  ].join('\n');
  const answer = await underway.options.connection.run({ title: 'look at the target again', script, limit: underway.limits.command });
  const read = sections.read(answer.stdout);
  if (answer.kind === 'none' || !read.has('end')) return 'The target does not answer: the next deployment finds out where things stand.';
  underway.look(read);
  const pending = readPending(read);
  return pending === undefined
    ? undefined
    : `"${pending}" is still under way on the target: the next deployment finds out where things stand.`;
}
