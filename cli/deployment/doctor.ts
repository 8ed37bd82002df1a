import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import { driftSince, snapshotText } from '@jailhouse-cells/deploy/doctor/snapshot.ts';
import { failure } from '../command.ts';
import { jsonText } from '../findings/json-text.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { version } from '../version.ts';
import { checkSummary, checksText, jsonCheck } from './check-text.ts';
import { noTarget, type TargetCall, withTarget } from './session.ts';
import type { WantedSystem } from './wanted.ts';

export interface DoctorCall extends TargetCall {
  readonly wanted: WantedSystem;
}

/** Compares the target with what the system takes for granted. */
export async function examine(call: DoctorCall, io: Io): Promise<Outcome> {
  const { deployment } = call.wanted;
  return withTarget(call, io, async (at) => {
    const facts = await at.session.facts(deployment.system, at.signal);
    if ('kind' in facts) return noTarget(facts, call.json);
    const checks = at.session.checks(facts, deployment);
    const status = checks.some(({ level }) => level === 'blocker') ? exitStatus.failed : exitStatus.fine;
    const { name, host, simulated } = at.target;
    if (call.json) {
      const target = { name, host, simulated: simulated === true };
      return {
        status,
        out: jsonText({ version: 1, system: deployment.system, target, checks: checks.map((check) => jsonCheck(check, io.cwd)) }),
      };
    }
    return { status, out: `${checksText(checks, at)}${at.where} for ${printable(deployment.system)}: ${checkSummary(checks)}\n` };
  });
}

export interface SnapshotCall extends TargetCall {
  /** Absolute path of the file. */
  readonly out: string;
}

/** Writes the facts of the target's board down, and says what changed since the file was written last. */
export async function takeSnapshot(call: SnapshotCall, io: Io): Promise<Outcome> {
  return withTarget(call, io, async (at) => {
    const facts = await at.session.facts(call.wanted?.deployment.system ?? 'cells', at.signal);
    if ('kind' in facts) return noTarget(facts, call.json);
    const text = snapshotText(facts, `Jailhouse Cells ${version}`, new Date());
    const before = io.fs.readText(call.out);
    const drift = before === undefined ? undefined : driftSince(before, text);
    const bytes = new TextEncoder().encode(text);
    const writing = await io.writeFiles([{ path: call.out, bytes }]);
    const shown = shownPath(io.cwd, call.out);
    if (!writing.ok) return failure(`cannot write "${printable(shown)}": ${writing.reason}.`);
    const status = exitStatus.fine;
    if (call.json)
      return { status, out: jsonText({ version: 1, path: shown, bytes: bytes.length, drift: drift?.map(({ fact }) => fact) ?? null }) };
    const changed =
      drift === undefined
        ? ''
        : drift.length === 0
          ? '; nothing changed since the last one'
          : `; changed since the last one: ${drift.map(({ fact }) => fact).join(', ')}`;
    return {
      status,
      out: `wrote ${printable(shown)} (${facts.model === undefined ? '' : `${printable(facts.model)}, `}${bytes.length} bytes)${changed}\n`,
    };
  });
}
