import type { Explain, Meaning } from '@jailhouse-cells/core/deployment/meaning.ts';
import { cellsScript, kernelLogScript, readCells, rootScript, targetFolder } from '../observe/observe.ts';
import { Sections, scriptStart } from '../observe/sections.ts';
import type { TargetRecord, TargetState } from '../observe/target-state.ts';
import type { Plan, Step } from '../plan/plan.ts';
import type { NoAnswerReason, RemoteAnswer, SshConnection } from '../ssh/connection.ts';
import { quote } from '../ssh/quote.ts';
import { upload } from '../ssh/upload.ts';
import { takeLock } from './lock.ts';
import { linesAfter, newText } from './new-text.ts';
import { needsPowerCycle, type Problem, type ProblemKind } from './problem.ts';
import { recordAfter, textOfRecord } from './record.ts';
import { stepScript, writeRecord } from './step-script.ts';
import { undoSteps } from './undo.ts';
import { failedCell, judge, type Seen, type StepOutcome, type Verdict, type Warning } from './verify.ts';

export interface ApplyOptions {
  readonly connection: SshConnection;
  readonly explain: Explain;
  readonly report: (event: ApplyEvent) => void;
  /** Aborting undoes what was done. */
  readonly signal?: AbortSignal;
  /** Seconds that cells are watched for after they were started. */
  readonly watch: number;
  /** Seconds after which the target disables the hypervisor by itself unless `enable` came to a good end; undefined: it does not. */
  readonly deadMan?: number;
  /** Let the hardware watchdog restart a frozen board during `enable`. */
  readonly watchdog?: boolean;
  /** `alice@laptop`. */
  readonly who: string;
}

export type SendResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly message: string; readonly noAnswer: NoAnswerReason | undefined };

export type ApplyEvent =
  | { readonly kind: 'step'; readonly step: Step; readonly at: number; readonly of: number; readonly undoing: boolean }
  | { readonly kind: 'sent'; readonly step: Step; readonly bytes: number; readonly of: number }
  | { readonly kind: 'done'; readonly step: Step; readonly milliseconds: number; readonly console: string; readonly kernelLog: string }
  | { readonly kind: 'warning'; readonly step: Step; readonly message: string }
  | { readonly kind: 'watching'; readonly seconds: number };

export type ApplyResult =
  | { readonly kind: 'done'; readonly warnings: readonly string[]; readonly seen: Seen | undefined }
  | {
      readonly kind: 'failed';
      readonly problem: Problem;
      /** What became of what was done before. */
      readonly undone: Undone;
      readonly warnings: readonly string[];
    };

export type Undone =
  /** Nothing had been changed that would have to be undone. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'undone'; readonly steps: readonly string[]; readonly lost: readonly string[] }
  /** The target cannot be worked on any more, or the connection is gone: the next run finds out where things stand. */
  | { readonly kind: 'left'; readonly why: string }
  | { readonly kind: 'failed'; readonly step: string; readonly message: string };

/** Milliseconds for a command of the driver: it waits for CPUs, and a loaded board is slow. */
const commandLimit = 60_000;
const probeLimit = 12_000;
/** Milliseconds: 100 kB a second at least. */
const uploadLimit = (size: number): number => commandLimit + size / 100;

/** Does the steps of a plan, verifies each, and goes back where one fails. The plan was made of `state`, on the same connection. */
export async function apply(plan: Plan, state: TargetState, options: ApplyOptions): Promise<ApplyResult> {
  if (plan.steps.length === 0) return { kind: 'done', warnings: [], seen: state };
  return new Application(plan, state, options).run();
}

class Application {
  private readonly warnings: string[] = [];
  private seen: Seen;
  private console: string;
  private record: TargetRecord | undefined;
  /** The record on the target is not the present one. */
  private unwritten = false;

  constructor(
    private readonly plan: Plan,
    private readonly state: TargetState,
    private readonly options: ApplyOptions,
  ) {
    this.seen = state;
    this.console = state.console;
    this.record = plan.record;
  }

  async run(): Promise<ApplyResult> {
    const { plan, state, options } = this;
    const needsRoot = plan.steps.some(({ commands }) => commands.length > 0);
    if (needsRoot && state.root === 'refused') {
      return this.failed(
        this.problem(
          'no-root',
          `${state.user} may not become root on the target: ${state.sudoText || 'sudo asks for a password'}.`,
          undefined,
        ),
        { kind: 'nothing' },
      );
    }
    const lock = await takeLock(options.connection, { folder: plan.folder, who: options.who, reuse: plan.reuse, files: plan.files });
    if (lock.kind === 'taken') {
      const who = lock.who === '' ? 'Another session' : `Another session (${lock.who})`;
      return this.failed(this.problem('locked', `${who} is deploying to this target. Wait for it to end, then deploy again.`, undefined), {
        kind: 'nothing',
      });
    }
    if (lock.kind === 'failed')
      return this.failed(this.problem('upload', `The folder on the target cannot be made: ${lock.message}.`, undefined), {
        kind: 'nothing',
      });
    if (lock.kind === 'none')
      return this.failed(this.problem(kindOf(lock.reason), lock.message, undefined, lock.reason), { kind: 'nothing' });
    try {
      return await this.underLock();
    } finally {
      await lock.release();
    }
  }

  private async underLock(): Promise<ApplyResult> {
    const { steps } = this.plan;
    const changed = (): boolean => this.seen !== this.state;
    for (const [at, step] of steps.entries()) {
      if (this.options.signal?.aborted) return this.cancelled(step, changed());
      if (step.kind === 'finish') {
        const late = await this.watch(steps);
        if (late !== undefined) return this.undo(late);
      }
      this.options.report({ kind: 'step', step, at: at + 1, of: steps.length, undoing: false });
      const problem =
        step.kind === 'upload'
          ? await this.upload(step)
          : step.kind === 'finish'
            ? await this.finish(step)
            : await this.perform(step, 'next');
      if (problem === undefined) continue;
      if (problem.kind === 'cancelled') return this.cancelled(step, changed());
      return changed() || step.kind !== 'upload' ? this.undo(problem) : this.failed(problem, { kind: 'nothing' });
    }
    return { kind: 'done', warnings: this.warnings, seen: this.seen };
  }

  private async upload(step: Step): Promise<Problem | undefined> {
    const { file } = step;
    if (file === undefined) return undefined;
    const result = await upload(this.options.connection, {
      remotePath: `${this.state.home}/${targetFolder}/${this.plan.folder}/next/${file.name}`,
      sha256: file.digest,
      size: file.size,
      source: 'bytes' in file.content ? file.content.bytes : file.content,
      limit: uploadLimit(file.size),
      signal: this.options.signal,
      onProgress: (bytes) => this.options.report({ kind: 'sent', step, bytes, of: file.size }),
    });
    if (result.kind === 'none') return this.unanswered(step, result);
    if (result.kind === 'refused') return { ...this.problem('upload', result.message, step), output: result.stderr };
    this.options.report({ kind: 'done', step, milliseconds: result.milliseconds, console: '', kernelLog: '' });
    return undefined;
  }

  /** One step with its verification; in one round trip where all goes well. */
  private async perform(step: Step, files: 'next' | 'current'): Promise<Problem | undefined> {
    const { connection, signal, deadMan, watchdog, report } = this.options;
    const sections = new Sections();
    const script = stepScript(sections, step, this.state, {
      folder: this.plan.folder,
      files: this.plan.files.length === 0 ? 'current' : files,
      record: this.unwritten ? textOfRecord(this.record) : undefined,
      deadMan,
      watchdog: watchdog === true,
    });
    const answer = await connection.run({ title: step.title, script, limit: commandLimit, ...(signal && files === 'next' && { signal }) });
    if (answer.kind === 'none') return this.unanswered(step, answer);
    const read = sections.read(answer.stdout);
    if (!read.has('end'))
      return this.unanswered(step, {
        ...answer,
        kind: 'none',
        reason: 'lost',
        message: 'The connection ended in the middle of a command.',
      });
    const outcome = this.outcome(read);
    const verdict = judge(step, this.seen, outcome);
    this.seen = outcome.seen;
    if (verdict !== undefined && 'kind' in verdict) return this.explained(step, verdict, outcome);
    if (verdict !== undefined) this.warn(step, verdict);
    this.record = recordAfter(this.record, this.plan.system, step, outcome.seen);
    this.unwritten ||= step.effects.length > 0;
    report({ kind: 'done', step, milliseconds: answer.milliseconds, console: outcome.console, kernelLog: outcome.kernelLog });
    return undefined;
  }

  private outcome(read: ReadonlyMap<string, string>): StepOutcome {
    const { enabled, cells, console } = readCells(read);
    const now = console === '' ? (read.get('old-console') ?? '') : console;
    const fresh = newText(this.console, now);
    this.console = console;
    return {
      status: Number(read.get('status')?.trim() || 0),
      output: (read.get('output') ?? '').trimEnd(),
      kernelLog: linesAfter(read.get('mark') ?? '', read.get('log') ?? ''),
      console: fresh,
      seen: { bootId: read.get('boot')?.trim() ?? '', enabled, cells },
      addresses: read.get('addresses')?.match(/(?<= inet6? +)\S+/g) ?? [],
    };
  }

  /** Writes down what runs and makes the new files the current ones. */
  private async finish(step: Step): Promise<Problem | undefined> {
    const base = `"$HOME"/${targetFolder}`;
    const script = [
      scriptStart,
      `rm -f ${base}/armed`,
      `mkdir -p ${base} && ${writeRecord(textOfRecord(this.record))} || exit 1`,
      // Also when there is nothing new: what an unfinished deployment left goes.
      `cd ${base}/${quote(this.plan.folder)} 2>/dev/null || exit 0`,
      this.plan.files.length === 0
        ? 'rm -rf next old'
        : 'if [ -d next ]; then rm -rf old; [ ! -d current ] || mv current old; mv next current && rm -rf old; fi',
    ].join('\n');
    const answer = await this.options.connection.run({ title: step.title, script, limit: commandLimit });
    if (answer.kind === 'none') return this.unanswered(step, answer);
    if (answer.status === 0) {
      this.options.report({ kind: 'done', step, milliseconds: answer.milliseconds, console: '', kernelLog: '' });
      return undefined;
    }
    // All runs: that it could not be written down costs a second deployment, no more.
    this.warn(step, {
      warning: `What runs could not be written down on the target (${answer.stderr.trim() || 'its disk is full or read-only'}): the next deployment starts anew.`,
    });
    return undefined;
  }

  /** Crashes show at once or after a while: cells are looked at until the time is over. */
  private async watch(steps: readonly Step[]): Promise<Problem | undefined> {
    const started = steps.filter(({ kind }) => kind === 'start' || kind === 'linux');
    const last = started.at(-1);
    if (last === undefined || this.options.watch <= 0) return undefined;
    const seconds = Math.ceil(this.options.watch);
    this.options.report({ kind: 'watching', seconds });
    const sections = new Sections();
    const script = [
      scriptStart,
      sections.prelude,
      rootScript,
      kernelLogScript,
      `rm -f "$HOME"/${targetFolder}/armed`,
      ...(this.unwritten ? [writeRecord(textOfRecord(this.record))] : []),
      'section mark; log | tail -n 1',
      `N=0; while [ "$N" -lt ${seconds} ]; do`,
      'if cat /sys/devices/jailhouse/cells/*/state 2>/dev/null | grep -q -x failed; then break; fi',
      'if [ -n "$(cat /sys/devices/jailhouse/cells/0/cpus_failed_list 2>/dev/null)" ]; then break; fi',
      'sleep 1; N=$((N+1))',
      'done',
      'section output; section status; echo 0',
      'section log; log | tail -n 300',
      'section boot; cat /proc/sys/kernel/random/boot_id',
      cellsScript,
      'section end',
    ].join('\n');
    const { connection, signal } = this.options;
    const answer = await connection.run({
      title: 'watch the cells',
      script,
      limit: seconds * 1000 + commandLimit,
      ...(signal && { signal }),
    });
    if (answer.kind === 'none') return this.unanswered(last, answer);
    const read = sections.read(answer.stdout);
    if (!read.has('end'))
      return this.unanswered(last, {
        ...answer,
        kind: 'none',
        reason: 'lost',
        message: 'The connection ended while the cells were watched.',
      });
    this.unwritten = false;
    const outcome = this.outcome(read);
    const verdict = judge({ ...last, kind: 'finish' }, this.seen, outcome);
    this.seen = outcome.seen;
    if (verdict !== undefined && 'kind' in verdict) return this.explained(last, verdict, outcome);
    for (const step of started) {
      const cell = outcome.seen.cells.find(({ id, name }) => id !== 0 && name === step.cell);
      const crashed: Verdict | undefined =
        cell === undefined ? { kind: 'wrong-state', message: `The cell ${step.cell} is gone.` } : failedCell(cell, outcome.seen);
      if (crashed !== undefined) return this.explained(step, crashed, outcome);
    }
    return undefined;
  }

  private warn(step: Step, { warning }: Warning): void {
    this.warnings.push(warning);
    this.options.report({ kind: 'warning', step, message: warning });
  }

  /** No answer came: is it the connection, the command, or the board? */
  private async unanswered(step: Step, answer: Extract<RemoteAnswer, { kind: 'none' }>): Promise<Problem> {
    if (answer.reason === 'cancelled') return this.problem('cancelled', 'The deployment was cancelled.', step, answer.reason);
    if (answer.reason !== 'timeout' && answer.reason !== 'lost')
      return this.problem(kindOf(answer.reason), answer.message, step, answer.reason);
    const sections = new Sections();
    const script = [scriptStart, sections.prelude, 'section boot; cat /proc/sys/kernel/random/boot_id', cellsScript, 'section end'].join(
      '\n',
    );
    // On a way of its own: the shared connection may be the one that is stuck.
    const probe = await this.options.connection.freshAnswer({ title: 'see whether the target lives', script, limit: probeLimit });
    if (probe.kind === 'none') {
      const message = `The target does not answer any more since "${step.title}": ${probe.message} If the board stands still, switch it off and on; nothing starts by itself then.`;
      return this.meant(this.problem('frozen', message, step, probe.reason), `${step.kind} hangs`, step);
    }
    const read = sections.read(probe.stdout);
    const bootId = read.get('boot')?.trim() ?? '';
    const { enabled, cells, console } = readCells(read);
    const fresh = newText(this.console, console);
    const before = this.seen;
    this.seen = { bootId, enabled, cells };
    const shown = (kind: ProblemKind, message: string): Problem => ({
      ...this.problem(kind, message, step, answer.reason),
      console: fresh,
    });
    if (bootId !== before.bootId)
      return shown('rebooted', `The target restarted during "${step.title}". Nothing is started by itself: deploy again.`);
    const parked = cells.find(({ id }) => id === 0)?.failedCpus ?? [];
    if (parked.length > 0) {
      const message = `The hypervisor parked CPU ${parked.join(', ')} of the root cell during "${step.title}". The board answers for a while only: switch it off and on, then mend the config.`;
      return this.meant(shown('root-cpu-parked', message), fresh, step);
    }
    if (answer.reason === 'lost')
      return shown(
        'lost',
        `The connection was lost during "${step.title}"; the target is there. Deploy again: it finds out how far this one came.`,
      );
    const message = `"${step.title}" has not come back for ${commandLimit / 1000} seconds, though the target answers: the driver hangs in it. Switch the board off and on.`;
    return this.meant(shown('hangs', message), `${fresh}\n${step.kind} hangs`, step);
  }

  private async explained(step: Step, { kind, message }: Verdict, { output, kernelLog, console, status }: StepOutcome): Promise<Problem> {
    const problem = { ...this.problem(kind, message, step), output, kernelLog, console };
    const silent = kind === 'nothing-done' ? `${step.kind}: exit status 0, creates nothing` : `exit status ${status}`;
    const text = [kernelLog, console, output].filter((part) => part.trim() !== '').join('\n');
    return this.meant(problem, text === '' ? silent : text, step);
  }

  /** With what the texts mean; the best cause with a place is the one to blame. */
  private async meant(problem: Problem, text: string, step: Step): Promise<Problem> {
    const meanings: readonly Meaning[] = text.trim() === '' ? [] : await this.options.explain(text);
    const blamed = meanings
      .flatMap(({ causes }) => causes)
      .find(({ places, confidence }) => places.length > 0 && confidence !== 'possible');
    return { ...problem, meanings, place: blamed?.places[0]?.place ?? step.place };
  }

  private async cancelled(step: Step, changed: boolean): Promise<ApplyResult> {
    const problem = this.problem('cancelled', `The deployment was cancelled at "${step.title}".`, step);
    return changed || step.kind !== 'upload' ? this.undo(problem) : this.failed(problem, { kind: 'nothing' });
  }

  private async undo(problem: Problem): Promise<ApplyResult> {
    if (needsPowerCycle(problem)) return this.failed(problem, { kind: 'left', why: 'The board has to be switched off and on first.' });
    if (problem.kind === 'rebooted') return this.failed(problem, { kind: 'nothing' });
    if (problem.kind === 'lost' || problem.kind === 'unreachable')
      return this.failed(problem, { kind: 'left', why: 'The connection is gone: the next deployment finds out where things stand.' });
    const now = await this.lookAgain(problem.kind === 'cancelled');
    if (now === undefined)
      return this.failed(problem, { kind: 'left', why: 'The target does not answer: the next deployment finds out where things stand.' });
    const { steps, lost } = undoSteps(this.plan.record, now, this.state);
    if (steps.length === 0) {
      const end = await this.finishUndo();
      return this.failed(problem, end ?? { kind: 'nothing' });
    }
    const done: string[] = [];
    for (const [at, step] of steps.entries()) {
      this.options.report({ kind: 'step', step, at: at + 1, of: steps.length, undoing: true });
      const failure = await this.perform(step, 'current');
      if (failure !== undefined) return this.failed(problem, { kind: 'failed', step: step.title, message: failure.message });
      done.push(step.title);
    }
    const end = await this.finishUndo();
    return this.failed(problem, end ?? { kind: 'undone', steps: done, lost });
  }

  /** The files of this deployment go, those of the one before stay. */
  private async finishUndo(): Promise<Undone | undefined> {
    const base = `"$HOME"/${targetFolder}`;
    const script = [
      scriptStart,
      `rm -f ${base}/armed`,
      this.unwritten ? writeRecord(textOfRecord(this.record)) : ':',
      `rm -rf ${base}/${quote(this.plan.folder)}/next`,
    ].join('\n');
    const answer = await this.options.connection.run({ title: 'put the files back', script, limit: commandLimit });
    return answer.kind === 'none' ? { kind: 'left', why: answer.message } : undefined;
  }

  /** A command that was cancelled may still be under way: the driver takes one after the other, so a second look is enough. */
  private async lookAgain(wait: boolean): Promise<Seen | undefined> {
    const sections = new Sections();
    const script = [
      scriptStart,
      sections.prelude,
      ...(wait ? ['sleep 2'] : []),
      'section boot; cat /proc/sys/kernel/random/boot_id',
      cellsScript,
      'section end',
    ].join('\n');
    const answer = await this.options.connection.run({ title: 'look at the target again', script, limit: commandLimit });
    if (answer.kind === 'none') return undefined;
    const read = sections.read(answer.stdout);
    const { enabled, cells } = readCells(read);
    this.seen = { bootId: read.get('boot')?.trim() ?? '', enabled, cells };
    return read.has('end') ? this.seen : undefined;
  }

  private problem(kind: ProblemKind, message: string, step: Step | undefined, noAnswer?: NoAnswerReason): Problem {
    return { kind, message, step: step?.title, place: step?.place, output: '', kernelLog: '', console: '', meanings: [], noAnswer };
  }

  private failed(problem: Problem, undone: Undone): ApplyResult {
    return { kind: 'failed', problem, undone, warnings: this.warnings };
  }
}

function kindOf(reason: NoAnswerReason): ProblemKind {
  if (reason === 'cancelled') return 'cancelled';
  return reason === 'lost' || reason === 'timeout' ? 'lost' : 'unreachable';
}
