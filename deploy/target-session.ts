import type { Deployment } from '@jailhouse-cells/core/deployment/deployment.ts';
import type { Explain } from '@jailhouse-cells/core/deployment/meaning.ts';
import { type ApplyEvent, type ApplyResult, apply } from './apply/apply.ts';
import type { Limits } from './apply/limits.ts';
import { type BoardFacts, factsScript, readFacts } from './doctor/board-facts.ts';
import type { Check } from './doctor/check.ts';
import { checkTarget } from './doctor/checks.ts';
import { isTargetState, observe } from './observe/observe.ts';
import { Sections } from './observe/sections.ts';
import type { TargetState } from './observe/target-state.ts';
import { safeFileName } from './plan/file-name.ts';
import { filesOfAll, makePlan } from './plan/make-plan.ts';
import type { Goal, NoPlan, Plan, PlannedFile, Prepared } from './plan/plan.ts';
import { planScript } from './plan/plan-script.ts';
import { prepare } from './plan/prepare.ts';
import type { NoAnswerReason, SshConnection } from './ssh/connection.ts';
import { type ConnectionOptions, openConnection } from './ssh/open-connection.ts';
import type { Target } from './target.ts';

/** The target could not be looked at. */
export interface NoTarget {
  readonly kind: 'no-target';
  readonly message: string;
  /** Undefined: it answered, but not as a target does. */
  readonly reason: NoAnswerReason | undefined;
}

/** What would be done, with everything that there is to know before it is. */
export interface Proposal {
  readonly kind: 'proposal';
  readonly plan: Plan;
  readonly prepared: Prepared;
  readonly state: TargetState;
  /** Made before the hypervisor is to be enabled; else empty. */
  readonly checks: readonly Check[];
  readonly facts: BoardFacts | undefined;
}

export type Proposed = Proposal | (NoPlan & { readonly kind: 'no-plan' }) | NoTarget;

export interface ApplySettings {
  readonly explain: Explain;
  readonly report: (event: ApplyEvent) => void;
  readonly signal?: AbortSignal;
  /** Seconds that cells are watched for after they were started; 5 when left out. */
  readonly watch?: number;
  readonly deadMan?: number;
  readonly watchdog?: boolean;
  readonly who: string;
  /** Where they differ from the usual ones. */
  readonly limits?: Partial<Limits>;
}

/** Milliseconds to read everything about a board: device tree, firmware settings. */
const factsLimit = 45_000;

/** Everything that is done with one target over one connection. */
export class TargetSession {
  readonly connection: SshConnection;

  constructor(
    readonly target: Target,
    options: ConnectionOptions,
  ) {
    this.connection = openConnection(target, options);
  }

  /** One round trip. @param system Name of the system whose files are looked at. */
  async observe(system: string, signal?: AbortSignal): Promise<TargetState | NoTarget> {
    const state = await observe(this.connection, safeFileName(system), signal);
    if (isTargetState(state)) return state;
    return { kind: 'no-target', message: state.message, reason: state.kind === 'none' ? state.reason : undefined };
  }

  /**
   * Looks at the target and says what has to be done: one round trip, and one more for the checks where the hypervisor is to be enabled.
   *
   * @param deployment Findings of it are for the caller to judge; its obstacles make it no plan.
   */
  async propose(deployment: Deployment, goal: Goal, signal?: AbortSignal): Promise<Proposed> {
    const ends = goal.kind === 'stop' || goal.kind === 'destroy' || goal.kind === 'disable';
    const cells = ends || goal.kind === 'enable' ? [] : goal.cells;
    // What only ends something needs no file.
    const prepared: Prepared | NoPlan = ends
      ? { deployment, folder: safeFileName(deployment.system), root: nothing, cells: [] }
      : await prepare(deployment, {
          cells: cells ?? (deployment.explicitSet ? undefined : []),
          withProfiles: this.target.simulated === true,
        });
    if ('reason' in prepared) return { kind: 'no-plan', ...prepared };
    const state = await this.observe(deployment.system, signal);
    if ('kind' in state) return state;
    const plan = makePlan(prepared, state, goal);
    if ('reason' in plan) return { kind: 'no-plan', ...plan };
    if (!plan.steps.some(({ kind }) => kind === 'enable')) return { kind: 'proposal', plan, prepared, state, checks: [], facts: undefined };
    const facts = await this.facts(deployment.system, signal);
    if ('kind' in facts) return facts;
    return { kind: 'proposal', plan, prepared, state, checks: this.checks(facts, deployment, plan), facts };
  }

  /** Does what was proposed, on this connection. */
  async apply({ plan, state }: Proposal, settings: ApplySettings): Promise<ApplyResult> {
    // Who did not ask for sudo does not get it.
    const root = state.root === 'sudo' && !this.target.sudo ? 'refused' : state.root;
    const sudoText = root === state.root ? state.sudoText : 'the target does not say "sudo": true';
    return apply(plan, { ...state, root, sudoText }, { ...settings, watch: settings.watch ?? 5, connection: this.connection });
  }

  /** Reads everything about the board: one round trip. */
  async facts(system: string, signal?: AbortSignal): Promise<BoardFacts | NoTarget> {
    const sections = new Sections();
    const answer = await this.connection.run({
      title: 'read the facts of the board',
      script: factsScript(sections, safeFileName(system)),
      limit: factsLimit,
      ...(signal && { signal }),
    });
    if (answer.kind === 'none') return { kind: 'no-target', message: answer.message, reason: answer.reason };
    const read = sections.read(answer.stdout);
    if (read.has('end')) return readFacts(read);
    const said = answer.stderr.trim().split('\n', 1)[0] || 'it said nothing';
    return { kind: 'no-target', message: `The target's shell did not run the script to its end: ${said}.`, reason: undefined };
  }

  /** The doctor's table. @param plan What is to be sent; left out: nothing. */
  checks(facts: BoardFacts, deployment: Deployment, plan?: Plan): readonly Check[] {
    const toSend = (plan?.steps ?? []).reduce((sum, { file }) => sum + (file?.size ?? 0), 0);
    return checkTarget(facts, deployment, this.target, { now: Math.round(Date.now() / 1000), toSend });
  }

  /** The plan as a script for a person. */
  script({ plan, prepared }: Proposal): string {
    const files = filesOfAll(prepared.root, prepared.cells).filter(({ name }) => plan.files.includes(name));
    return planScript(plan, files, this.target.sudo);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

const nothing: PlannedFile = { name: '', content: { bytes: new Uint8Array() }, digest: '', size: 0, title: '', place: undefined };
