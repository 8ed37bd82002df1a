import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { validHost } from '@jailhouse-cells/deploy/ssh/quote.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { addTarget, readTargets, removeTarget, targetsFile } from '@jailhouse-cells/deploy/targets-file.ts';
import { failure, misuse } from '../command.ts';
import { jsonText } from '../findings/json-text.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { nearest } from '../spelling.ts';
import { widthOf } from '../style.ts';
import { table } from '../table.ts';
import { type KnownTarget, knownTargets } from './targets.ts';
import type { WantedSystem } from './wanted.ts';

const origins: Readonly<Record<KnownTarget['from'], string>> = {
  'jailhouse.json': 'jailhouse.json',
  user: 'target add',
  ssh: '~/.ssh/config',
};

/** All targets that `--target` takes. */
export async function listTargets(wanted: WantedSystem | undefined, json: boolean, io: Io): Promise<Outcome> {
  const { targets, problems } = await knownTargets(wanted, io);
  const err = problems.map((problem) => `jailhouse-cells: ${printable(problem)}\n`).join('');
  const status = problems.length === 0 ? exitStatus.fine : exitStatus.failed;
  if (json) return { status, err, out: jsonText({ version: 1, targets: targets.map(({ target, from }) => ({ ...target, from })) }) };
  if (targets.length === 0)
    return {
      status,
      err,
      out: 'no targets; "jailhouse-cells target add NAME HOST" adds one, "jailhouse-cells simulate" runs a simulated board\n',
    };
  const columns = [{ heading: 'target' }, { heading: 'host' }, { heading: 'root' }, { heading: 'from' }];
  const rows = targets.map(({ target, from }) => [
    printable(target.name),
    printable(target.host) + (target.port === undefined ? '' : ` port ${target.port}`),
    target.sudo ? 'by sudo' : 'the login',
    target.simulated === true ? 'simulated board' : origins[from],
  ]);
  const lines = table(columns, rows, widthOf(io.out), '');
  return { status, err, out: lines.map((line) => `${line}\n`).join('') };
}

export async function addToList(target: Target, io: Io): Promise<Outcome> {
  const host = validHost(target.host);
  if (!host.ok) return misuse('target', printable(host.message));
  const added = await addTarget(targetsFile(io.env), target);
  if (!added.ok) return failure(printable(added.message));
  return { status: exitStatus.fine, out: `added target ${printable(target.name)}: ${printable(target.host)}\n` };
}

export async function removeFromList(name: string, io: Io): Promise<Outcome> {
  const file = targetsFile(io.env);
  const stored = readTargets(file);
  if (!stored.ok) return failure(printable(stored.message));
  const target = stored.targets.find((candidate) => candidate.name === name);
  if (target === undefined) {
    const meant = nearest(
      name,
      stored.targets.map((candidate) => candidate.name),
    );
    return failure(
      `there is no target "${printable(name)}" in the list${meant === undefined ? '' : `; did you mean ${printable(meant)}?`}`,
    );
  }
  if (target.process !== undefined)
    return failure(`"${printable(name)}" is a simulated board that runs: it leaves the list when it stops (Ctrl-C where it was started).`);
  const removed = await removeTarget(file, name);
  if (!removed.ok) return failure(printable(removed.message));
  return { status: exitStatus.fine, out: `removed target ${printable(name)}\n` };
}
