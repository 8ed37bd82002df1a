import { printable } from '@jailhouse-cells/core/source/printable.ts';
import type { ApplyEvent, ApplyResult } from '@jailhouse-cells/deploy/apply/apply.ts';
import type { Goal } from '@jailhouse-cells/deploy/plan/plan.ts';
import { sizeWords } from '@jailhouse-cells/deploy/plan/size-words.ts';
import type { Proposal, Proposed } from '@jailhouse-cells/deploy/target-session.ts';
import { jsonText } from '../findings/json-text.ts';
import { plural } from '../findings/result.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { styleFor, widthOf } from '../style.ts';
import { checksText, jsonCheck } from './check-text.ts';
import { jsonPlaceOf } from './places.ts';
import { goalText, jsonStep, planText } from './plan-text.ts';
import { blamed, findingsText, jsonProblem, problemText, undoneText } from './problem-text.ts';
import { Progress } from './progress.ts';
import { type AtTarget, noTarget, statusOf, type TargetCall, whoDeploys, withTarget } from './session.ts';
import type { WantedSystem } from './wanted.ts';

/** A call that brings a target to a goal. */
export interface PerformCall extends TargetCall {
  readonly wanted: WantedSystem;
  readonly goal: Goal;
  /** Findings of error level and blockers of the doctor stop nothing. */
  readonly force: boolean;
  /** The plan is not asked about. */
  readonly yes: boolean;
  /** Seconds. */
  readonly watch: number | undefined;
  readonly deadMan: number | undefined;
  readonly watchdog: boolean;
}

/** Plans, asks where somebody can be asked, applies, and says how it went. */
export async function perform(call: PerformCall, io: Io): Promise<Outcome> {
  const errors = makesCells(call.goal) && !call.force ? call.wanted.deployment.findings.filter(({ severity }) => severity === 'error') : [];
  if (errors.length > 0) return refusedForErrors(call, io);
  return withTarget(call, io, (at) => new Performance(call, at).run());
}

/** What only ends something is done in spite of any finding. */
function makesCells({ kind }: Goal): boolean {
  return kind === 'deploy' || kind === 'enable' || kind === 'restart';
}

function refusedForErrors({ wanted: { deployment, places }, json, color }: PerformCall, io: Io): Outcome {
  const errors = deployment.findings.filter(({ severity }) => severity === 'error');
  const status = exitStatus.failed;
  if (json) {
    const findings = errors.map(({ rule, severity, message, place }) => ({ rule, severity, message, place: jsonPlaceOf(place, io.cwd) }));
    return { status, out: jsonText({ version: 1, result: 'refused', system: deployment.system, reason: 'findings', findings }) };
  }
  const style = styleFor(io.out, io, color);
  const out = findingsText(errors, { style, width: Math.min(100, widthOf(io.out)), places });
  return {
    status,
    out: `${out}not deployed: ${printable(deployment.system)} has ${plural(errors.length, 'error')}; --force deploys in spite of that\n`,
  };
}

class Performance {
  private readonly progress: Progress;
  private readonly what: string;
  /** Milliseconds and texts by step, in order. */
  private readonly done: { readonly title: string; readonly milliseconds: number; readonly kernelLog: string; readonly console: string }[] =
    [];
  private now = '';

  constructor(
    private readonly call: PerformCall,
    private readonly at: AtTarget,
  ) {
    this.progress = new Progress(at.io.err);
    this.what = goalText(call.goal, call.wanted.deployment.system, at.where);
  }

  async run(): Promise<Outcome> {
    try {
      return await this.steps();
    } finally {
      this.progress.clear();
    }
  }

  private async steps(): Promise<Outcome> {
    const { call, at } = this;
    this.progress.detail(`looking at ${at.where}`);
    const proposed = await at.session.propose(call.wanted.deployment, call.goal, at.signal);
    if (proposed.kind !== 'proposal') return noProposal(proposed, call, at);
    const { plan, checks } = proposed;
    if (plan.steps.length === 0) return this.ended(proposed, { kind: 'done', warnings: [], seen: proposed.state });
    const trouble = checks.filter(({ level }) => level === 'blocker' || level === 'warning');
    const blockers = trouble.filter(({ level }) => level === 'blocker');
    if (trouble.length > 0) this.progress.line(checksText(trouble, { ...at, style: styleFor(at.io.err, at.io, call.color) }).trimEnd());
    if (blockers.length > 0 && !call.force) return this.blocked(proposed);
    if (!(await this.mayGoOn(proposed))) return this.notBegun(proposed);
    const tell = (): void => this.progress.line('cancelling: what was done is undone; Ctrl-C again gives up at once');
    at.signal.addEventListener('abort', tell);
    try {
      const result = await at.session.apply(proposed, {
        explain: call.wanted.explain,
        report: (event) => this.tell(event),
        signal: at.signal,
        watchdog: call.watchdog,
        ...(call.watch !== undefined && { watch: call.watch }),
        ...(call.deadMan !== undefined && { deadMan: call.deadMan }),
        who: whoDeploys(),
      });
      return this.ended(proposed, result);
    } finally {
      at.signal.removeEventListener('abort', tell);
    }
  }

  /** A person sees the plan before anything that ends what runs or can hang the board. */
  private async mayGoOn({ plan }: Proposal): Promise<boolean> {
    const { call, at } = this;
    if (at.signal.aborted) return false;
    if (call.yes || at.io.ask === undefined || !plan.steps.some(({ dangerous }) => dangerous)) {
      for (const note of plan.notes) this.progress.line(printable(note));
      return true;
    }
    this.progress.line(planText(plan, at.where, { ...at, style: styleFor(at.io.err, at.io, call.color) }).trimEnd());
    const answer = await at.io.ask({ text: 'Go on? [y/N] ', secret: false, signal: at.signal });
    return !at.signal.aborted && /^\s*y(?:es)?\s*$/i.test(answer ?? '');
  }

  private tell(event: ApplyEvent): void {
    switch (event.kind) {
      case 'step':
        this.now = `[${event.undoing ? 'undo ' : ''}${event.at}/${event.of}] ${event.step.title}`;
        this.progress.step(this.now);
        return;
      case 'sent':
        this.progress.detail(`${this.now}, ${sizeWords(event.bytes)} of ${sizeWords(event.of)}`);
        return;
      case 'done':
        this.done.push({ title: event.step.title, milliseconds: event.milliseconds, kernelLog: event.kernelLog, console: event.console });
        return;
      case 'warning':
        this.progress.line(`warning: ${printable(event.message)}`);
        return;
      case 'watching':
        this.progress.step(`watching the cells for ${plural(event.seconds, 'second')}`);
    }
  }

  private blocked(proposal: Proposal): Outcome {
    const blockers = proposal.checks.filter(({ level }) => level === 'blocker');
    // Being root is what every step needs: --force would not help.
    const status = blockers.some(({ id }) => id === 'root') ? exitStatus.unreachable : exitStatus.failed;
    if (this.call.json) return { status, out: this.json('refused', proposal, { reason: 'blockers' }) };
    const hint = status === exitStatus.unreachable ? '' : '; --force goes on in spite of that, and can hang the board';
    return { status, err: `not begun: ${this.at.where} has ${plural(blockers.length, 'blocker')}${hint}\n` };
  }

  private notBegun(proposal: Proposal): Outcome {
    const status = exitStatus.cancelled;
    if (this.call.json) return { status, out: this.json('cancelled', proposal, {}) };
    return { status, err: 'not begun; nothing was changed on the target\n' };
  }

  private ended(proposal: Proposal, result: ApplyResult): Outcome {
    const { call, at, what } = this;
    const { steps } = proposal.plan;
    if (result.kind === 'done') {
      const status = exitStatus.fine;
      if (call.json) return { status, out: this.json(steps.length === 0 ? 'unchanged' : 'done', proposal, { warnings: result.warnings }) };
      const count = steps.length === 0 ? 'nothing to do' : `done, ${plural(steps.length, 'step')}`;
      return { status, out: `${what}: ${count}\n` };
    }
    const { problem, undone } = result;
    const status =
      problem.kind === 'cancelled'
        ? exitStatus.cancelled
        : problem.kind === 'no-root'
          ? exitStatus.unreachable
          : problem.kind === 'unreachable'
            ? statusOf(problem.noAnswer)
            : exitStatus.failed;
    if (call.json) {
      const more = { warnings: result.warnings, problem: jsonProblem(problem, at.io.cwd), undone };
      return { status, out: this.json(problem.kind === 'cancelled' ? 'cancelled' : 'failed', proposal, more) };
    }
    if (problem.kind === 'cancelled') return { status, err: `${what}: cancelled. ${printable(undoneText(undone))}\n` };
    return { status, out: problemText(problem, undone, at), err: `${what}: failed\n` };
  }

  private json(result: string, proposal: Proposal, more: Readonly<Record<string, unknown>>): string {
    const { at } = this;
    const { name, host, simulated } = at.target;
    return jsonText({
      version: 1,
      result,
      system: proposal.plan.system,
      target: { name, host, simulated: simulated === true },
      steps: proposal.plan.steps.map((step) => {
        const done = this.done.find(({ title }) => title === step.title);
        return {
          ...jsonStep(step),
          done: done !== undefined,
          ...(done && { milliseconds: done.milliseconds, kernelLog: done.kernelLog, console: done.console }),
        };
      }),
      notes: proposal.plan.notes,
      checks: proposal.checks.map((check) => jsonCheck(check, at.io.cwd)),
      ...more,
      roundTrips: at.session.connection.roundTrips,
    });
  }
}

/** There is no plan: the target does not answer, or something is in the way of any. */
export function noProposal(proposed: Exclude<Proposed, Proposal>, { json }: Pick<TargetCall, 'json'>, at: AtTarget): Outcome {
  if (proposed.kind === 'no-target') return noTarget(proposed, json);
  const { reason, place } = proposed;
  const status = exitStatus.failed;
  if (json)
    return {
      status,
      out: jsonText({ version: 1, result: 'refused', reason: 'no-plan', message: reason, place: jsonPlaceOf(place, at.io.cwd) }),
    };
  return { status, err: `${blamed(reason, 'error', place, { ...at, style: styleFor(at.io.err, at.io, undefined) }).join('\n')}\n` };
}
