import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { type Command, misuse } from '../command.ts';
import { targetCall, targetExits, targetOptions } from '../deployment/call.ts';
import { findOptionalSystem, findSystem } from '../deployment/wanted.ts';
import { severityOption } from '../engine-options.ts';
import { noSuchCell } from './deploy.ts';

interface CellAction {
  readonly name: 'stop' | 'restart' | 'destroy';
  readonly summary: string;
  readonly description: string;
}

function cellCommand({ name, summary, description }: CellAction): Command {
  const starts = name === 'restart';
  return {
    name,
    summary,
    usage: '[OPTIONS] PATH CELL...',
    description: [description],
    options: [
      ...(starts ? [{ name: '--force', text: 'Go on in spite of errors in the configs.' }] : []),
      { name: '--yes', alias: '-y', text: 'Ask nothing.' },
      ...(starts ? [severityOption] : []),
      ...targetOptions,
    ],
    examples: [{ command: `jailhouse-cells ${name} . rpi4-linux-demo`, does: 'on the target of the system of this folder' }],
    exit: [
      { status: 0, when: 'done, or was so already' },
      { status: 1, when: 'it failed, or there is no such cell on the target' },
      ...targetExits,
    ],
    run: async (parsed, io) => {
      const [path, ...cells] = parsed.operands;
      if (path === undefined || cells.length === 0)
        return misuse(name, `${name} needs a PATH, for its system and target, and the names of cells: jailhouse-cells ${name} . CELL`);
      const found = findSystem(name, parsed, path, io);
      if (!found.ok) return found.outcome;
      const { wanted } = found;
      const unknown = starts ? cells.find((cell) => !wanted.deployment.cells.some((known) => known.name === cell)) : undefined;
      if (unknown !== undefined) return misuse(name, noSuchCell(unknown, wanted));
      const { perform } = await import('../deployment/actions.ts');
      return perform(
        {
          ...targetCall(name, parsed, wanted),
          goal: { kind: name, cells: [...new Set(cells)] },
          force: parsed.has('--force'),
          yes: parsed.has('--yes'),
          watch: undefined,
          deadMan: undefined,
          watchdog: false,
        },
        io,
      );
    },
  };
}

export const stop = cellCommand({
  name: 'stop',
  summary: 'Stop cells',
  description: 'Shuts cells down. They stay created and keep their CPUs and memory; deploy or restart starts them again.',
});

export const restart = cellCommand({
  name: 'restart',
  summary: 'Load cells anew and start them',
  description: 'Loads the images of cells again and starts them. What is not created yet is.',
});

export const destroy = cellCommand({
  name: 'destroy',
  summary: 'Destroy cells',
  description: 'Destroys cells: their CPUs and memory go back to the root cell. Cells that somebody else made can be named, too.',
});

export const disable: Command = {
  name: 'disable',
  summary: 'Disable the hypervisor',
  usage: '[OPTIONS] [PATH]',
  description: [
    'Disables the hypervisor on a target, which destroys all cells. PATH (default: the current folder) is for the target only: --target NAME does without.',
  ],
  options: [{ name: '--yes', alias: '-y', text: 'Ask nothing.' }, ...targetOptions],
  examples: [{ command: 'jailhouse-cells disable --target simulated', does: 'on any target' }],
  exit: [{ status: 0, when: 'done, or was so already' }, { status: 1, when: 'it failed' }, ...targetExits],
  run: async (parsed, io) => {
    if (parsed.operands.length > 1)
      return misuse('disable', `disable takes one PATH; "${printable(parsed.operands[1] ?? '')}" is a second one.`);
    const found = findOptionalSystem('disable', parsed, parsed.operands[0], io);
    if (!found.ok) return found.outcome;
    const { perform, withoutSystem } = await import('../deployment/actions.ts');
    return perform(
      {
        ...targetCall('disable', parsed, found.wanted ?? withoutSystem(io)),
        goal: { kind: 'disable' },
        force: false,
        yes: parsed.has('--yes'),
        watch: undefined,
        deadMan: undefined,
        watchdog: false,
      },
      io,
    );
  },
};
