import { targetFolder } from '../observe/observe.ts';
import { Sections, scriptStart } from '../observe/sections.ts';
import type { Step } from '../plan/plan.ts';
import { quote } from '../ssh/quote.ts';
import { upload } from '../ssh/upload.ts';
import { brokenOff, whyNoAnswer } from './no-answer.ts';
import type { Problem } from './problem.ts';
import { laterRecord, recordAfter, textOfRecord } from './record.ts';
import { stepScript, writeRecord } from './step-script.ts';
import type { Underway } from './underway.ts';
import { judge } from './verify.ts';

/** Where the files of a step lie on the target. */
export interface StepFiles {
  /** Of the system, in the folder of all of them. */
  readonly folder: string;
  /** `next` while a deployment is under way, `current` for what ran before. */
  readonly which: 'next' | 'current';
}

/** One step on the target, with its verification; in one round trip where all goes well. Undefined: done. */
export function runStep(underway: Underway, step: Step): Promise<Problem | undefined> {
  if (step.kind === 'upload') return send(underway, step);
  if (step.kind === 'finish') return finish(underway, step);
  const { folder, files } = underway.plan;
  return perform(underway, step, { folder, which: files.length === 0 ? 'current' : 'next' }, underway.options.signal);
}

/** @param signal Left out: it is carried through, as when something is undone. */
export async function perform(
  underway: Underway,
  step: Step,
  { folder, which }: StepFiles,
  signal?: AbortSignal,
): Promise<Problem | undefined> {
  const { connection, deadMan, watchdog, report } = underway.options;
  const sections = new Sections();
  const script = stepScript(sections, step, underway.before, {
    folder,
    files: which,
    record: underway.unwritten ? textOfRecord(underway.record) : undefined,
    recordAfter: laterRecord(underway.record, underway.plan.system, step, underway.seen.bootId),
    deadMan,
    watchdog: watchdog === true,
  });
  underway.changed = true;
  if (step.cell !== undefined && ['load', 'start', 'linux', 'shutdown'].includes(step.kind)) underway.touched.add(step.cell);
  const answer = await connection.run({ title: step.title, script, limit: underway.limits.command, ...(signal && { signal }) });
  const read = sections.read(answer.stdout);
  if (answer.kind === 'none' || !read.has('end')) return whyNoAnswer(underway, step, brokenOff(answer));
  const before = underway.seen;
  const outcome = underway.outcome(read);
  const verdict = judge(step, before, outcome);
  if (verdict !== undefined && 'kind' in verdict) return underway.explained(step, verdict, outcome);
  if (verdict !== undefined) underway.warn(step, verdict);
  underway.record = recordAfter(underway.record, underway.plan.system, step, outcome.seen);
  underway.unwritten ||= step.effects.length > 0;
  report({ kind: 'done', step, milliseconds: answer.milliseconds, console: outcome.console, kernelLog: outcome.kernelLog });
  return undefined;
}

async function send(underway: Underway, step: Step): Promise<Problem | undefined> {
  const { file } = step;
  if (file === undefined) return undefined;
  const { options, limits, before, plan } = underway;
  const result = await upload(options.connection, {
    remotePath: `${before.home}/${targetFolder}/${plan.folder}/next/${file.name}`,
    // Laid out under the lock: what comes late, after the deployment was given up, must not make it again.
    inFolder: true,
    sha256: file.digest,
    size: file.size,
    source: 'bytes' in file.content ? file.content.bytes : file.content,
    limit: limits.command + file.size * limits.uploadByte,
    signal: options.signal,
    onProgress: (bytes) => options.report({ kind: 'sent', step, bytes, of: file.size }),
  });
  if (result.kind === 'none') return whyNoAnswer(underway, step, result);
  if (result.kind === 'refused') return { ...underway.problem('upload', result.message, step), output: result.stderr };
  options.report({ kind: 'done', step, milliseconds: result.milliseconds, console: '', kernelLog: '' });
  return undefined;
}

/** Writes down what runs and makes the new files the current ones. */
async function finish(underway: Underway, step: Step): Promise<Problem | undefined> {
  const base = `"$HOME"/${targetFolder}`;
  const script = [
    scriptStart,
    `rm -f ${base}/armed`,
    `mkdir -p ${base} && ${writeRecord(textOfRecord(underway.record))} || exit 1`,
    `cd ${base}/${quote(underway.plan.folder)} 2>/dev/null || exit 0`,
    // Also when there is nothing new: what an unfinished deployment left goes.
    underway.plan.files.length === 0
      ? 'rm -rf next old'
      : 'if [ -d next ]; then rm -rf old; { [ ! -d current ] || mv current old; } && mv next current && rm -rf old; fi',
  ].join('\n');
  const answer = await underway.options.connection.run({ title: step.title, script, limit: underway.limits.command });
  if (answer.kind === 'none') return whyNoAnswer(underway, step, answer);
  if (answer.status !== 0) {
    // All runs: that it could not be written down costs a second deployment, no more.
    underway.warn(step, {
      warning: `What runs could not be written down on the target (${answer.stderr.trim() || 'its disk is full or read-only'}): the next deployment starts anew.`,
    });
  }
  underway.options.report({ kind: 'done', step, milliseconds: answer.milliseconds, console: '', kernelLog: '' });
  return undefined;
}
