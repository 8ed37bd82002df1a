import { printable } from '@jailhouse-cells/core/source/printable.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import type { Arguments } from '../arguments.ts';
import { type Command, misuse } from '../command.ts';
import { targetCall, targetExits, targetOptions } from '../deployment/call.ts';
import { findOptionalSystem, findSystem } from '../deployment/wanted.ts';
import type { Io, Outcome } from '../io.ts';
import { absolutePath } from '../paths.ts';
import { nearest } from '../spelling.ts';

const actions = ['add', 'list', 'remove', 'doctor', 'snapshot'] as const;

/** Options that belong to some of the actions only. */
const ofAction: Readonly<Record<string, readonly (typeof actions)[number][]>> = {
  '--sudo': ['add'],
  '--port': ['add'],
  '--ssh-config': ['add'],
  '--out': ['snapshot'],
  '--target': ['doctor', 'snapshot'],
};

export const target: Command = {
  name: 'target',
  summary: 'List the boards to deploy to, and look whether one is fit',
  usage: 'add NAME HOST | list | remove NAME | doctor [PATH] | snapshot [PATH]',
  description: [
    'add writes a target into your own list; HOST is a host of your ssh configuration, or user@host. list shows all that --target takes: those of jailhouse.json, ' +
      'of your list, running simulated boards, and hosts of ~/.ssh/config. remove takes one off your list.',
    'doctor compares the target with what the system of PATH (default: the current folder) takes for granted: each check is ok, unknown, a warning or a blocker, with ' +
      'its remedy. It changes nothing. snapshot writes the facts of the board into a file, which "board" of jailhouse.json can name ("snapshot"): all checks then ' +
      'speak of this very board. It says what changed since the last one.',
  ],
  options: [
    { name: '--sudo', text: 'add: become root by sudo, without a password. Else the login has to be root.' },
    { name: '--port', value: 'N', text: 'add: the port, where the ssh configuration does not say it.' },
    { name: '--ssh-config', value: 'FILE', text: 'add: use this ssh configuration instead of yours.' },
    { name: '--out', value: 'FILE', text: 'snapshot: the file to write.' },
    ...targetOptions,
  ],
  examples: [
    { command: 'jailhouse-cells target add rpi4 pi@raspberrypi.local --sudo', does: 'a board' },
    { command: 'jailhouse-cells target list', does: 'what there is' },
    { command: 'jailhouse-cells target doctor --target rpi4 configs/rpi4.c', does: 'is it fit for this system?' },
    { command: 'jailhouse-cells target snapshot --out boot/board.json', does: 'its facts, for all checks' },
  ],
  exit: [{ status: 0, when: 'done; doctor: no blockers' }, { status: 1, when: 'it failed; doctor: a blocker' }, ...targetExits],
  run: runTarget,
};

async function runTarget(parsed: Arguments, io: Io): Promise<Outcome> {
  const [word, ...operands] = parsed.operands;
  const action = actions.find((known) => known === word);
  if (action === undefined) {
    const meant = word === undefined ? undefined : nearest(word, actions);
    const hint = meant === undefined ? `one of ${actions.join(', ')}` : `did you mean ${meant}`;
    return misuse('target', word === undefined ? `target needs an action: ${hint}.` : `target cannot "${printable(word)}"; ${hint}.`);
  }
  const foreign = Object.keys(ofAction).find((name) => parsed.has(name) && !ofAction[name]?.includes(action));
  if (foreign !== undefined) return misuse('target', `${foreign} is for target ${ofAction[foreign]?.join(' and ')}.`);
  switch (action) {
    case 'add':
      return addAction(operands, parsed, io);
    case 'list':
      return listAction(operands, parsed, io);
    case 'remove':
      return removeAction(operands, io);
    case 'doctor':
      return doctorAction(operands, parsed, io);
    case 'snapshot':
      return snapshotAction(operands, parsed, io);
  }
}

async function addAction([name, host, another]: readonly string[], parsed: Arguments, io: Io): Promise<Outcome> {
  if (name === undefined || host === undefined || another !== undefined)
    return misuse('target', 'target add takes a NAME and a HOST: jailhouse-cells target add rpi4 pi@raspberrypi.local --sudo');
  const port = parsed.value('--port');
  if (port !== undefined && !/^\d{1,5}$/.test(port)) return misuse('target', `--port "${printable(port)}": ports go from 1 to 65535.`);
  const config = parsed.value('--ssh-config');
  const sshConfig = config === undefined ? undefined : absolutePath(io.cwd, config);
  if (sshConfig !== undefined && io.fs.stat(sshConfig) !== 'file')
    return misuse('target', `--ssh-config "${printable(config ?? '')}" is no file.`);
  const added: Target = {
    name,
    host,
    sudo: parsed.has('--sudo'),
    ...(port !== undefined && { port: Number(port) }),
    ...(sshConfig !== undefined && { sshConfig }),
  };
  const { addToList } = await import('../deployment/actions.ts');
  return addToList(added, io);
}

async function listAction([path, another]: readonly string[], parsed: Arguments, io: Io): Promise<Outcome> {
  if (another !== undefined) return misuse('target', `target list takes one PATH; "${printable(another)}" is a second one.`);
  const found = findOptionalSystem('target', parsed, path, io);
  if (!found.ok) return found.outcome;
  const { listTargets } = await import('../deployment/actions.ts');
  return listTargets(found.wanted, parsed.has('--json'), io);
}

async function removeAction([name, another]: readonly string[], io: Io): Promise<Outcome> {
  if (name === undefined || another !== undefined) return misuse('target', 'target remove takes the NAME of one target.');
  const { removeFromList } = await import('../deployment/actions.ts');
  return removeFromList(name, io);
}

async function doctorAction([path = '.', another]: readonly string[], parsed: Arguments, io: Io): Promise<Outcome> {
  if (another !== undefined) return misuse('target', `target doctor takes one PATH; "${printable(another)}" is a second one.`);
  const found = findSystem('target', parsed, path, io);
  if (!found.ok) return found.outcome;
  const { examine } = await import('../deployment/actions.ts');
  return examine(targetCall('target', parsed, found.wanted), io);
}

async function snapshotAction([path, another]: readonly string[], parsed: Arguments, io: Io): Promise<Outcome> {
  if (another !== undefined) return misuse('target', `target snapshot takes one PATH; "${printable(another)}" is a second one.`);
  const found = findOptionalSystem('target', parsed, path, io);
  if (!found.ok) return found.outcome;
  const named = parsed.value('--out');
  const out = named === undefined || named === '' ? found.wanted?.deployment.expected.snapshot : absolutePath(io.cwd, named);
  if (out === undefined)
    return misuse('target', 'target snapshot needs --out FILE: jailhouse.json names no "snapshot" for the board of this system.');
  if (io.fs.stat(out) === 'directory') return misuse('target', '--out names a folder; name the file in it.');
  const { takeSnapshot } = await import('../deployment/actions.ts');
  return takeSnapshot({ ...targetCall('target', parsed, found.wanted), out }, io);
}
