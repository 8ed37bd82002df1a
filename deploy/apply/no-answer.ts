import { cellsScript } from '../observe/observe.ts';
import { Sections, scriptStart } from '../observe/sections.ts';
import type { Step } from '../plan/plan.ts';
import type { NoAnswerReason, RemoteAnswer } from '../ssh/connection.ts';
import type { Problem, ProblemKind } from './problem.ts';
import type { Underway } from './underway.ts';

export type NoAnswer = Extract<RemoteAnswer, { kind: 'none' }>;

/** Milliseconds between two tries to reach a board that closed the connection. */
const tryEvery = 1000;

export function kindOf(reason: NoAnswerReason): ProblemKind {
  if (reason === 'cancelled') return 'cancelled';
  return reason === 'lost' || reason === 'timeout' ? 'lost' : 'unreachable';
}

/** An answer that broke off. */
export function brokenOff(answer: RemoteAnswer): NoAnswer {
  return answer.kind === 'none'
    ? answer
    : { ...answer, kind: 'none', reason: 'lost', message: 'The connection ended in the middle of a command.' };
}

/** No answer came to a step: is it the connection, the command, or the board? Asks the target on a connection of its own. */
export async function whyNoAnswer(underway: Underway, step: Step, answer: NoAnswer): Promise<Problem> {
  if (answer.reason === 'cancelled')
    return underway.problem('cancelled', `The deployment was cancelled at "${step.title}".`, step, answer.reason);
  // A target that was there a moment ago: its connection is lost, whatever a new one says.
  if (answer.reason === 'unreachable' || answer.reason === 'unknown-host')
    return whyNoAnswer(underway, step, { ...answer, reason: 'lost' });
  if (answer.reason !== 'timeout' && answer.reason !== 'lost')
    return underway.problem(kindOf(answer.reason), answer.message, step, answer.reason);
  const sections = new Sections();
  const probe = await probeTarget(underway, sections, answer.reason);
  const read = sections.read(probe.stdout);
  // The console comes last, and hangs behind a call that hangs: what was said before is all that counts.
  if (probe.kind === 'none' && !read.has('console')) return unreached(underway, step, answer, probe);
  const before = underway.seen;
  const console = underway.look(read);
  const { bootId, cells } = underway.seen;
  const shown = (kind: ProblemKind, message: string): Problem => ({ ...underway.problem(kind, message, step, answer.reason), console });
  if (bootId !== before.bootId)
    return shown('rebooted', `The target restarted during "${step.title}". Nothing is started by itself: deploy again.`);
  const parked = cells.find(({ id }) => id === 0)?.failedCpus ?? [];
  if (parked.length > 0) {
    const message = `The hypervisor parked CPU ${parked.join(', ')} of the root cell during "${step.title}". The board answers for a while only: switch it off and on, then mend the config.`;
    return underway.meant(shown('root-cpu-parked', message), console.trim() === '' ? `${step.kind} hangs` : console, step);
  }
  return answer.reason === 'lost' ? shown('lost', lostMessage(step, 'the target is there')) : tooLong(underway, step, answer, console);
}

/** On a way of its own: the shared connection may be the one that is stuck. */
async function probeTarget(underway: Underway, sections: Sections, reason: NoAnswerReason): Promise<RemoteAnswer> {
  const { connection, signal } = underway.options;
  const script = [scriptStart, sections.prelude, 'section boot; cat /proc/sys/kernel/random/boot_id', cellsScript, 'section end'].join(
    '\n',
  );
  const until = performance.now() + underway.limits.comeBack;
  for (;;) {
    const probe = await connection.freshAnswer({
      title: 'see whether the target lives',
      script,
      limit: underway.limits.probe,
      ...(signal && { signal }),
    });
    const mayComeBack = reason === 'lost' && probe.kind === 'none' && ['unreachable', 'unknown-host', 'lost'].includes(probe.reason);
    if (!mayComeBack || performance.now() + tryEvery > until) return probe;
    await new Promise((resolve) => setTimeout(resolve, tryEvery));
  }
}

async function unreached(underway: Underway, step: Step, answer: NoAnswer, probe: NoAnswer): Promise<Problem> {
  if (probe.reason === 'cancelled')
    return underway.problem('cancelled', `The deployment was cancelled at "${step.title}".`, step, probe.reason);
  // A login that would have to ask: the ssh server lives, and with it Linux.
  if (probe.reason === 'authentication')
    return answer.reason === 'lost'
      ? underway.problem('lost', lostMessage(step, 'the target’s ssh server answers'), step, answer.reason)
      : tooLong(underway, step, answer, '');
  if (answer.reason === 'lost' && probe.reason !== 'timeout') {
    const message = `The connection was lost during "${step.title}", and the target cannot be reached: ${probe.message} If it comes back, deploy again; if not, switch it off and on.`;
    return underway.problem('lost', message, step, probe.reason);
  }
  const message = `The target does not answer any more since "${step.title}": ${probe.message} If the board stands still, switch it off and on; nothing starts by itself then.`;
  return underway.meant(underway.problem('frozen', message, step, probe.reason), `${step.kind} hangs`, step);
}

/** The target lives, and the step did not come to its end in time. */
async function tooLong(underway: Underway, step: Step, answer: NoAnswer, console: string): Promise<Problem> {
  const limit = Math.round((underway.limits.command / 1000) * 10) / 10;
  if (step.kind === 'upload' || step.kind === 'finish') {
    const message = `"${step.title}" did not come to its end in time, though the target answers: the connection or its disk is too slow. Deploy again: it goes on where this one ended.`;
    return underway.problem('lost', message, step, answer.reason);
  }
  const message = `"${step.title}" has not come back for ${limit} seconds, though the target answers: the driver hangs in it. Switch the board off and on.`;
  const problem = { ...underway.problem('hangs', message, step, answer.reason), console };
  return underway.meant(problem, `${console}\n${step.kind} hangs`, step);
}

function lostMessage(step: Step, but: string): string {
  return `The connection was lost during "${step.title}"; ${but}. Deploy again: it finds out how far this one came.`;
}
