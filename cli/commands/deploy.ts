import { printable } from '@jailhouse-cells/core/source/printable.ts';
import type { Goal } from '@jailhouse-cells/deploy/plan/plan.ts';
import type { Arguments, OptionSpec } from '../arguments.ts';
import { type Command, misuse } from '../command.ts';
import { secondsOf, targetCall, targetExits, targetOptions } from '../deployment/call.ts';
import { findSystem, type WantedSystem } from '../deployment/wanted.ts';
import { severityOption } from '../engine-options.ts';
import type { Io, Outcome } from '../io.ts';
import { nearest } from '../spelling.ts';

/** Which part of a system is meant: for `deploy` and `plan` alike. */
export const partOptions: readonly OptionSpec[] = [
  { name: '--cell', value: 'NAME', repeats: true, text: 'Only this cell, and the system config where it does not run.' },
  { name: '--no-cells', text: 'The system config alone; cells that run stay as they are.' },
];

export const deploy: Command = {
  name: 'deploy',
  summary: 'Bring a system to a board and start it',
  usage: '[OPTIONS] [PATH]',
  description: [
    'Builds the system of PATH (default: the current folder), sends what the target does not have, and enables, creates, loads and starts what does not run ' +
      'yet. Each step is verified by what the target shows; cells are watched for a while; where something fails, all of it is undone. A second run does nothing. ' +
      'A PATH that is the config of a cell means that cell.',
    'On a terminal the plan is shown, and a question asked, before the first step that ends something or can hang the board. Findings of error level and ' +
      'blockers of the doctor stop it.',
  ],
  options: [
    ...partOptions,
    { name: '--force', text: 'Go on in spite of errors in the configs and blockers on the target: the board can freeze.' },
    { name: '--yes', alias: '-y', text: 'Ask nothing about the plan.' },
    { name: '--watch-seconds', value: 'N', text: 'How long started cells are watched for a late crash (default 5).' },
    {
      name: '--dead-man',
      value: 'SECONDS',
      text: 'The target disables the hypervisor by itself after so many seconds, unless all went well until then.',
    },
    { name: '--watchdog', text: 'With --dead-man: the hardware watchdog restarts a board that freezes meanwhile.' },
    severityOption,
    ...targetOptions,
  ],
  examples: [
    { command: 'jailhouse-cells deploy', does: 'the system of this folder, to its own target' },
    { command: 'jailhouse-cells deploy --target simulated examples/rpi4', does: 'to a simulated board' },
    { command: 'jailhouse-cells deploy --cell rpi4-linux-demo configs/rpi4.c', does: 'one cell' },
  ],
  exit: [
    { status: 0, when: 'it runs as it should, or ran already' },
    { status: 1, when: 'a step failed, or findings or blockers stopped it' },
    ...targetExits,
  ],
  run: async (parsed, io) => {
    const found = readPart('deploy', parsed, io);
    if ('outcome' in found) return found.outcome;
    const watch = secondsOf(parsed, '--watch-seconds', 0);
    if (!watch.ok) return misuse('deploy', watch.message);
    const deadMan = secondsOf(parsed, '--dead-man', 5);
    if (!deadMan.ok) return misuse('deploy', deadMan.message);
    if (parsed.has('--watchdog') && deadMan.seconds === undefined)
      return misuse('deploy', '--watchdog goes with --dead-man SECONDS: it bites when nobody has said by then that all is well.');
    const { perform } = await import('../deployment/actions.ts');
    return perform(
      {
        ...targetCall('deploy', parsed, found.wanted),
        goal: found.goal,
        force: parsed.has('--force'),
        yes: parsed.has('--yes'),
        watch: watch.seconds,
        deadMan: deadMan.seconds === undefined ? undefined : Math.ceil(deadMan.seconds),
        watchdog: parsed.has('--watchdog'),
      },
      io,
    );
  },
};

export type Part = { readonly wanted: WantedSystem; readonly goal: Goal } | { readonly outcome: Outcome };

/** System and goal of a call of `deploy` or `plan`. */
export function readPart(command: string, parsed: Arguments, io: Io): Part {
  const wrong = (message: string): Part => ({ outcome: misuse(command, message) });
  const [path = '.', another] = parsed.operands;
  if (another !== undefined) return wrong(`${command} takes one PATH; "${printable(another)}" is a second one.`);
  const cells = [...new Set(parsed.values('--cell'))];
  if (cells.length > 0 && parsed.has('--no-cells')) return wrong('--cell and --no-cells contradict each other.');
  const found = findSystem(command, parsed, path, io);
  if (!found.ok) return found;
  const { wanted } = found;
  if (parsed.has('--no-cells')) return { wanted, goal: { kind: 'enable' } };
  const unknown = cells.find((name) => !wanted.deployment.cells.some((cell) => cell.name === name));
  if (unknown !== undefined) return wrong(noSuchCell(unknown, wanted));
  if (cells.length > 0) return { wanted, goal: { kind: 'deploy', cells } };
  return { wanted, goal: wanted.cell === undefined ? { kind: 'deploy' } : { kind: 'deploy', cells: [wanted.cell] } };
}

export function noSuchCell(name: string, { deployment }: WantedSystem): string {
  const names = deployment.cells.map((cell) => cell.name);
  const meant = nearest(name, names);
  const hint =
    meant !== undefined
      ? `did you mean ${printable(meant)}?`
      : names.length === 0
        ? 'it has none.'
        : `its cells are ${names.slice(0, 12).map(printable).join(', ')}${names.length > 12 ? ', …' : ''}.`;
  return `the system ${printable(deployment.system)} has no cell "${printable(name)}"; ${hint}`;
}
