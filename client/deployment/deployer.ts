import { hostname, userInfo } from 'node:os';
import type { ApplyEvent, ApplyResult } from '@jailhouse-cells/deploy/apply/apply.ts';
import { sudoersLine } from '@jailhouse-cells/deploy/doctor/sudoers.ts';
import type { Goal } from '@jailhouse-cells/deploy/plan/plan.ts';
import { sizeWords } from '@jailhouse-cells/deploy/plan/size-words.ts';
import type { Proposal, Proposed, TargetSession } from '@jailhouse-cells/deploy/target-session.ts';
import { commands, env, type Progress, ProgressLocation, window } from 'vscode';
import { deploySettings } from './deploy-settings.ts';
import type { KnownTarget } from './known-targets.ts';
import type { PlanDocuments } from './plan-document.ts';
import { checkLines, commandWords, goalWords, stepLines } from './plan-text.ts';
import type { ProblemReport } from './problem-report.ts';
import { nameOf } from './prompt.ts';
import type { DeploymentServices } from './services.ts';
import type { WantedSystem } from './wanted-system.ts';

type Report = Progress<{ message?: string; increment?: number }>;

/** What is said when the progress is over; it does not keep the next deployment waiting. */
type Ending = () => Promise<void>;

const unaskedKey = 'jailhouseCells.deployUnasked';

/** Plans, asks, applies, and tells how it went. */
export class Deployer {
  private readonly running = new Set<string>();

  constructor(
    private readonly services: DeploymentServices,
    private readonly report: ProblemReport,
    private readonly plans: PlanDocuments,
    private readonly acted: (target: string) => void,
  ) {}

  /** Brings a target to a goal, with a progress that can be cancelled. */
  async run(target: KnownTarget, wanted: WantedSystem, goal: Goal): Promise<void> {
    const { name } = target;
    const what = capital(goalWords(goal, wanted.deployment.system, nameOf(target)));
    if (this.running.has(name)) {
      await window.showInformationMessage(`Something is being done on ${nameOf(target)} already: wait for it to end, or cancel it.`);
      return;
    }
    this.running.add(name);
    this.report.clear();
    this.services.log.info(what);
    let ending: Ending;
    try {
      ending = await window.withProgress({ location: ProgressLocation.Notification, title: what, cancellable: true }, (progress, token) => {
        const stop = new AbortController();
        token.onCancellationRequested(() => stop.abort());
        return this.services.sessions.attend(target, (session) =>
          this.inSession({ session, target, wanted, goal, what, progress, signal: stop.signal }),
        );
      });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.services.log.error(error instanceof Error ? (error.stack ?? message) : message);
      ending = () => this.report.refuse(what, message, undefined);
    } finally {
      this.running.delete(name);
      this.acted(name);
    }
    await ending();
  }

  /** Shows what `run` would do, and does nothing. */
  async plan(target: KnownTarget, wanted: WantedSystem, goal: Goal): Promise<void> {
    const what = capital(goalWords(goal, wanted.deployment.system, nameOf(target)));
    const ending = await window.withProgress(
      { location: ProgressLocation.Notification, title: `Planning: ${what}`, cancellable: true },
      (_, token): Promise<Ending> => {
        const stop = new AbortController();
        token.onCancellationRequested(() => stop.abort());
        return this.services.sessions.attend(target, async (session) => {
          const proposed = await session.propose(wanted.deployment, goal, stop.signal);
          if (proposed.kind !== 'proposal') return this.noProposal(what, proposed);
          return () => this.plans.show(proposed, session.script(proposed), nameOf(target));
        });
      },
    );
    await ending();
  }

  private async inSession(call: {
    readonly session: TargetSession;
    readonly target: KnownTarget;
    readonly wanted: WantedSystem;
    readonly goal: Goal;
    readonly what: string;
    readonly progress: Report;
    readonly signal: AbortSignal;
  }): Promise<Ending> {
    const { session, target, wanted, goal, what, progress, signal } = call;
    progress.report({ message: 'looking at the target' });
    const proposal = await session.propose(wanted.deployment, goal, signal);
    if (proposal.kind !== 'proposal') return this.noProposal(what, proposal);
    const { log } = this.services;
    const { plan } = proposal;
    if (plan.steps.length === 0) {
      log.info(`${what}: nothing has to be done`);
      return async () => void window.showInformationMessage(`${what}: nothing has to be done.`);
    }
    for (const line of stepLines(plan)) log.info(line);
    progress.report({ message: 'waiting for a yes' });
    if (!(await this.mayGoOn(call, proposal)) || signal.aborted) {
      log.info(`${what}: not begun`);
      return async () => undefined;
    }
    const { watchSeconds, deadManSeconds, watchdog } = deploySettings();
    const result = await session.apply(proposal, {
      explain: wanted.explain,
      report: (event) => this.tell(event, progress),
      signal,
      watch: watchSeconds,
      ...(deadManSeconds === undefined ? {} : { deadMan: deadManSeconds }),
      watchdog,
      who: `${userName()}@${hostname()}`,
    });
    return this.ending(what, target, proposal, result);
  }

  private noProposal(what: string, proposed: Exclude<Proposed, Proposal>): Ending {
    if (proposed.kind === 'no-plan') return () => this.report.refuse(what, proposed.reason, proposed.place);
    if (proposed.reason === 'cancelled') {
      this.services.log.info(`${what}: cancelled`);
      return async () => undefined;
    }
    return () => this.report.refuse(what, proposed.message, undefined);
  }

  /** Blockers, then the plan, before anything is done that may hang the board or ends what runs. */
  private async mayGoOn(
    { session, target, what }: { session: TargetSession; target: KnownTarget; what: string },
    proposal: Proposal,
  ): Promise<boolean> {
    const { plan, checks } = proposal;
    const blockers = checks.filter(({ level }) => level === 'blocker');
    const showPlan = () => this.plans.show(proposal, session.script(proposal), nameOf(target));
    if (blockers.length > 0) {
      this.services.log.warn(blockers.flatMap(checkLines).join('\n'));
      const [anyway, details] = ['Deploy Anyway', 'Show All Checks'];
      const detail = [...blockers.flatMap(checkLines), '', 'Enabling the hypervisor in spite of this can hang the board.'].join('\n');
      const choice = await window.showWarningMessage(`${nameOf(target)} is not ready.`, { modal: true, detail }, anyway, details);
      if (choice === details) await commands.executeCommand('jailhouseCells.checkTarget', { target });
      if (choice !== anyway) return false;
    }
    if (!plan.steps.some(({ dangerous }) => dangerous)) return true;
    if (!deploySettings().confirm || this.unasked().includes(target.name)) return true;
    const warnings = checks.filter(({ level }) => level === 'warning').flatMap(checkLines);
    const detail = [...stepLines(plan), ...(warnings.length === 0 ? [] : ['', ...warnings])].join('\n');
    const [go, goUnasked, look] = ['Go On', 'Go On, Do Not Ask Again for This Target', 'Show Plan'];
    const choice = await window.showWarningMessage(`${what}?`, { modal: true, detail }, go, look, goUnasked);
    if (choice === look) await showPlan();
    if (choice === goUnasked) await this.services.context.workspaceState.update(unaskedKey, [...this.unasked(), target.name]);
    return choice === go || choice === goUnasked;
  }

  private unasked(): readonly string[] {
    return this.services.context.workspaceState.get<readonly string[]>(unaskedKey) ?? [];
  }

  private tell(event: ApplyEvent, progress: Report): void {
    const { log } = this.services;
    switch (event.kind) {
      case 'step':
        log.info(`${event.undoing ? 'undo' : 'step'} ${event.at} of ${event.of}: ${event.step.title}`);
        for (const command of event.step.commands) log.info(`    $ ${commandWords(command)}`);
        progress.report({
          message: `${event.undoing ? 'undoing' : `${event.at} of ${event.of}`}: ${event.step.title}`,
          ...(event.undoing ? {} : { increment: 100 / event.of }),
        });
        return;
      case 'sent':
        progress.report({ message: `${event.step.title}, ${sizeWords(event.bytes)} of ${sizeWords(event.of)}` });
        return;
      case 'done':
        log.info(`done in ${event.milliseconds} ms: ${event.step.title}`);
        for (const [title, text] of [
          ['kernel log', event.kernelLog],
          ['console', event.console],
        ] as const) {
          if (text.trim() !== '') log.info(`${title}:\n${text.trimEnd()}`);
        }
        return;
      case 'warning':
        log.warn(event.message);
        return;
      case 'watching':
        progress.report({ message: `watching the cells for ${event.seconds} s` });
    }
  }

  private ending(what: string, target: KnownTarget, { state }: Proposal, result: ApplyResult): Ending {
    const { log } = this.services;
    if (result.kind === 'failed') {
      const sudoers = {
        title: 'Copy Line for sudoers',
        run: async () => env.clipboard.writeText(sudoersLine(state)),
      };
      return () => this.report.show(what, result.problem, result.undone, result.problem.kind === 'no-root' ? sudoers : undefined);
    }
    log.info(`${what}: done`);
    return async () => {
      const [console, output] = ['Open Console', 'Show Output'];
      const enabled = result.seen?.enabled === true;
      const buttons = enabled ? [console, output] : [output];
      const choice =
        result.warnings.length === 0
          ? await window.showInformationMessage(`${what}: done.`, ...buttons)
          : await window.showWarningMessage(`${what}: done. ${result.warnings.join(' ')}`, ...buttons);
      if (choice === console) await commands.executeCommand('jailhouseCells.openConsole', { target });
      if (choice === output) log.show();
    };
  }
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an account: containers have such.
    return 'somebody';
  }
}
