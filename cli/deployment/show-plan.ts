import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { Goal } from '@jailhouse-cells/deploy/plan/plan.ts';
import { failure } from '../command.ts';
import { jsonText } from '../findings/json-text.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { checksText, jsonCheck } from './check-text.ts';
import { noProposal } from './perform.ts';
import { jsonStep, planText } from './plan-text.ts';
import { findingsText } from './problem-text.ts';
import { type TargetCall, withTarget } from './session.ts';
import type { WantedSystem } from './wanted.ts';

export interface PlanCall extends TargetCall {
  readonly wanted: WantedSystem;
  readonly goal: Goal;
  /** Where the script goes: an absolute path, `-` for the output; undefined: none is written. */
  readonly script: string | undefined;
}

/** Shows what `deploy` would do. Findings of error level and blockers make the status 1: `deploy` would refuse. */
export async function showPlan(call: PlanCall, io: Io): Promise<Outcome> {
  const { wanted, goal, json, script } = call;
  return withTarget(call, io, async (at) => {
    const proposed = await at.session.propose(wanted.deployment, goal, at.signal);
    if (proposed.kind !== 'proposal') return noProposal(proposed, call, at);
    const { plan, checks } = proposed;
    const errors = wanted.deployment.findings.filter(({ severity }) => severity === 'error');
    const trouble = checks.filter(({ level }) => level === 'blocker' || level === 'warning');
    const refused = errors.length > 0 || checks.some(({ level }) => level === 'blocker');
    const status = refused ? exitStatus.failed : exitStatus.fine;
    const text = at.session.script(proposed);
    if (script === '-') return { status, out: text };
    if (script !== undefined) {
      const writing = await io.writeFiles([{ path: script, bytes: new TextEncoder().encode(text) }]);
      if (!writing.ok) return failure(`cannot write "${printable(shownPath(io.cwd, writing.path))}": ${writing.reason}.`);
    }
    if (json) {
      const { name, host, simulated } = at.target;
      return {
        status,
        out: jsonText({
          version: 1,
          system: plan.system,
          target: { name, host, simulated: simulated === true },
          steps: plan.steps.map(jsonStep),
          notes: plan.notes,
          checks: checks.map((check) => jsonCheck(check, io.cwd)),
        }),
      };
    }
    const wrote = script === undefined ? '' : `wrote ${printable(shownPath(io.cwd, script))}\n`;
    return {
      status,
      out: `${planText(plan, at.where, at)}${trouble.length === 0 ? '' : checksText(trouble, at)}${findingsText(errors, at)}${wrote}`,
    };
  });
}
