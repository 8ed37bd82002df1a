import { homedir } from 'node:os';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { validHost } from '@jailhouse-cells/deploy/ssh/quote.ts';
import { sshHosts } from '@jailhouse-cells/deploy/ssh/ssh-hosts.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { readTargets, targetsFile } from '@jailhouse-cells/deploy/targets-file.ts';
import type { Io } from '../io.ts';
import { nearest } from '../spelling.ts';
import type { WantedSystem } from './wanted.ts';

/** A target and who names it. */
export interface KnownTarget {
  readonly target: Target;
  readonly from: 'jailhouse.json' | 'user' | 'ssh';
}

export interface KnownTargets {
  /** Each name once, in the order in which they count: jailhouse.json, the user's list, hosts of the ssh configuration. */
  readonly targets: readonly KnownTarget[];
  /** What could not be read. */
  readonly problems: readonly string[];
}

export async function knownTargets(wanted: WantedSystem | undefined, io: Io): Promise<KnownTargets> {
  const found = new Map<string, KnownTarget>();
  const add = (target: Target, from: KnownTarget['from']): void => {
    if (!found.has(target.name)) found.set(target.name, { target, from });
  };
  for (const { name, host, sudo } of wanted?.targets ?? []) add({ name, host, sudo }, 'jailhouse.json');
  const stored = readTargets(targetsFile(io.env));
  for (const { process: _, ...target } of stored.ok ? stored.targets : []) add(target, 'user');
  const hosts = await sshHosts(io.env.HOME || homedir());
  for (const { name } of hosts.hosts) add({ name, host: name, sudo: true }, 'ssh');
  return { targets: [...found.values()], problems: [...(stored.ok ? [] : [stored.message]), ...hosts.problems] };
}

export type Choice =
  | { readonly ok: true; readonly target: Target }
  /** A wrong call: the message names the remedy. */
  | { readonly ok: false; readonly message: string };

/** The target of a call: the one that `--target` names, else that of the system. */
export async function chooseTarget(name: string | undefined, wanted: WantedSystem | undefined, io: Io): Promise<Choice> {
  const { targets, problems } = await knownTargets(wanted, io);
  const called = name ?? wanted?.deployment.target;
  const also = problems.map((problem) => ` ${printable(problem)}`).join('');
  if (called === undefined) {
    const own = targets.filter(({ from }) => from !== 'ssh');
    const [only, another] = own;
    if (only !== undefined && another === undefined) return { ok: true, target: only.target };
    const names = own.map(({ target }) => printable(target.name)).join(', ');
    const known = names === '' ? 'A target is added by "jailhouse-cells target add NAME HOST".' : `Known are ${names}.`;
    return {
      ok: false,
      message: `no target is named: give one with --target NAME, or "target" of the system in jailhouse.json. ${known}${also}`,
    };
  }
  const known = targets.find(({ target }) => target.name === called);
  if (known !== undefined) return { ok: true, target: known.target };
  if (called.includes('@')) {
    const check = validHost(called);
    return check.ok ? { ok: true, target: { name: called, host: called, sudo: true } } : { ok: false, message: printable(check.message) };
  }
  const meant = nearest(
    called,
    targets.map(({ target }) => target.name),
  );
  const remedy =
    meant === undefined
      ? '"jailhouse-cells target list" shows those that there are, "jailhouse-cells target add" adds one; user@host works, too.'
      : `did you mean ${printable(meant)}?`;
  return { ok: false, message: `there is no target "${printable(called)}"; ${remedy}${also}` };
}

/** As it is said wherever a target shows. */
export function nameOf({ name, simulated }: Target): string {
  return simulated === true ? `${printable(name)} (simulated)` : printable(name);
}
