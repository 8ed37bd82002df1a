import { sudoersLine } from '../doctor/sudoers.ts';
import type { TargetState } from '../observe/target-state.ts';
import type { Plan } from '../plan/plan.ts';
import type { ApplyOptions, ApplyResult, Undone } from './events.ts';
import { takeLock } from './lock.ts';
import { kindOf, whyNoAnswer } from './no-answer.ts';
import type { Problem } from './problem.ts';
import { rollBack } from './roll-back.ts';
import { runStep } from './run-step.ts';
import { Underway } from './underway.ts';
import { sameTarget } from './verify.ts';
import { watchCells } from './watch.ts';

export type { ApplyEvent, ApplyOptions, ApplyResult, Undone } from './events.ts';

const nothing: Undone = { kind: 'nothing' };

/** Does the steps of a plan, verifies each, and goes back where one fails. The plan was made of `state`, on the same connection. */
export async function apply(plan: Plan, state: TargetState, options: ApplyOptions): Promise<ApplyResult> {
  if (plan.steps.length === 0) return { kind: 'done', warnings: [], seen: state };
  const underway = new Underway(plan, state, options);
  const failed = (problem: Problem): ApplyResult => ({ kind: 'failed', problem, undone: nothing, warnings: [] });
  const needsRoot = plan.steps.some(({ commands }) => commands.length > 0);
  if (needsRoot && state.root === 'refused') return failed(noRoot(underway));
  const lock = await takeLock(options.connection, {
    folder: plan.folder,
    who: options.who,
    reuse: plan.reuse,
    files: plan.files,
    limit: underway.limits.command,
    signal: options.signal,
  });
  switch (lock.kind) {
    case 'taken': {
      const who = lock.who === '' ? 'Another session' : `Another session (${lock.who})`;
      return failed(underway.problem('locked', `${who} is deploying to this target. Wait for it to end, then deploy again.`, undefined));
    }
    case 'failed':
      return failed(underway.problem('upload', `The folder on the target cannot be made: ${lock.message}.`, undefined));
    case 'none':
      return failed(underway.problem(kindOf(lock.reason), lock.message, undefined, lock.reason));
    case 'held':
      try {
        const stale = sameTarget(state, lock.seen) ? undefined : changedMeanwhile(underway);
        const problem = stale ?? (await doSteps(underway, () => lock.ended));
        if (problem === undefined) return { kind: 'done', warnings: underway.warnings, seen: underway.seen };
        return { kind: 'failed', problem, undone: await rollBack(underway, problem), warnings: underway.warnings };
      } finally {
        await lock.release();
      }
  }
}

/** @param unlocked Whether the lock is gone, and with it the connection that it was held over. */
async function doSteps(underway: Underway, unlocked: () => boolean): Promise<Problem | undefined> {
  const { plan, options } = underway;
  for (const [at, step] of plan.steps.entries()) {
    if (options.signal?.aborted) return underway.problem('cancelled', `The deployment was cancelled before "${step.title}".`, step);
    if (unlocked()) {
      const message = 'The session that holds the target for this deployment is over.';
      return whyNoAnswer(underway, step, { kind: 'none', reason: 'lost', message, stdout: '', stderr: '', milliseconds: 0 });
    }
    const late = step.kind === 'finish' ? await watchCells(underway) : undefined;
    if (late !== undefined) return late;
    options.report({ kind: 'step', step, at: at + 1, of: plan.steps.length, undoing: false });
    const problem = await runStep(underway, step);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function noRoot(underway: Underway): Problem {
  const { user, sudoText } = underway.before;
  const said = (sudoText.split('\n', 1)[0] || 'sudo is not there, or asks for a password').replace(/\.$/, '');
  const line = sudoersLine(underway.before);
  const message = `${user} may not become root on the target: ${said}. Put this line into /etc/sudoers.d/jailhouse-cells there, with visudo: ${line}`;
  return { ...underway.problem('no-root', message, undefined), output: sudoText };
}

function changedMeanwhile(underway: Underway): Problem {
  const message =
    'The target is not what it was when the plan was made: somebody enabled or disabled the hypervisor, made or destroyed a cell, or restarted it. Deploy again: a new plan is made.';
  return underway.problem('wrong-state', message, undefined);
}
