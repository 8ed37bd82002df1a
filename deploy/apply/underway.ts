import type { Place } from '@jailhouse-cells/core/deployment/deployment.ts';
import type { Meaning } from '@jailhouse-cells/core/deployment/meaning.ts';
import { readCells } from '../observe/observe.ts';
import type { TargetRecord, TargetState } from '../observe/target-state.ts';
import type { Plan, Step } from '../plan/plan.ts';
import type { NoAnswerReason } from '../ssh/connection.ts';
import type { ApplyOptions } from './events.ts';
import { type Limits, usualLimits } from './limits.ts';
import { linesAfter, newText } from './new-text.ts';
import type { Problem, ProblemKind } from './problem.ts';
import type { Seen, StepOutcome, Verdict, Warning } from './verify.ts';

/** What is known while a plan is being done, and how it is told. */
export class Underway {
  readonly warnings: string[] = [];
  readonly limits: Limits;
  /** Cells that were loaded, started or stopped: what ran in them before does not run any more. */
  readonly touched = new Set<string>();
  /** Something was run that may have to be undone. */
  changed = false;
  /** As the target was last seen. */
  seen: Seen;
  /** What the target's record has to say. */
  record: TargetRecord | undefined;
  /** The record on the target is not the present one. */
  unwritten = false;
  private console: string;

  constructor(
    readonly plan: Plan,
    readonly before: TargetState,
    readonly options: ApplyOptions,
  ) {
    this.limits = { ...usualLimits, ...options.limits };
    this.seen = before;
    this.console = before.console;
    this.record = plan.record;
  }

  /** What sections of a script tell of the target; remembered as last seen. @returns New text of the console. */
  look(read: ReadonlyMap<string, string>): string {
    const { enabled, cells, console } = readCells(read);
    const now = console === '' ? (read.get('old-console') ?? '') : console;
    const fresh = newText(this.console, now);
    if (now !== '') this.console = now;
    this.seen = { bootId: read.get('boot')?.trim() ?? '', enabled, cells };
    return fresh;
  }

  /** As `look`, with what a step's commands said. */
  outcome(read: ReadonlyMap<string, string>): StepOutcome {
    const console = this.look(read);
    return {
      status: Number(read.get('status')?.trim() || 0),
      output: (read.get('output') ?? '').trimEnd(),
      kernelLog: linesAfter(read.get('mark') ?? '', read.get('log') ?? ''),
      console,
      seen: this.seen,
      addresses: read.get('addresses')?.match(/(?<= inet6? +)\S+/g) ?? [],
    };
  }

  warn(step: Step, { warning }: Warning): void {
    this.warnings.push(warning);
    this.options.report({ kind: 'warning', step, message: warning });
  }

  problem(kind: ProblemKind, message: string, step: Step | undefined, noAnswer?: NoAnswerReason): Problem {
    return { kind, message, step: step?.title, place: step?.place, output: '', kernelLog: '', console: '', meanings: [], noAnswer };
  }

  /** A verdict with everything that the target said, and what that means. */
  async explained(step: Step, { kind, message }: Verdict, { output, kernelLog, console, status }: StepOutcome): Promise<Problem> {
    const problem = { ...this.problem(kind, message, step), output, kernelLog, console };
    const silent = kind === 'nothing-done' ? `${step.kind}: exit status 0, creates nothing` : `exit status ${status}`;
    const text = [kernelLog, console, output].filter((part) => part.trim() !== '').join('\n');
    return this.meant(problem, text === '' ? silent : text, step);
  }

  /** With what the texts mean, and the text to blame. */
  async meant(problem: Problem, text: string, step: Step): Promise<Problem> {
    const meanings = text.trim() === '' ? [] : await this.options.explain(text);
    return { ...problem, meanings, place: placeToBlame(problem.kind, meanings, step) };
  }
}

/** The best cause with a place in the step's own config; a crash is the cell's own affair, so that other texts are blamed only for what is no crash. */
function placeToBlame(kind: ProblemKind, meanings: readonly Meaning[], step: Step): Place | undefined {
  const places = meanings
    .flatMap(({ causes }) => causes)
    .filter(({ confidence }) => confidence !== 'possible')
    .flatMap((cause) => cause.places.map(({ place }) => place));
  const own = places.find(({ file }) => file === step.config);
  return own ?? (kind === 'cell-failed' ? step.place : (places[0] ?? step.place));
}
