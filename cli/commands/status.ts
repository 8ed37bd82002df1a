import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { type Command, misuse } from '../command.ts';
import { targetCall, targetExits, targetOptions } from '../deployment/call.ts';
import { findOptionalSystem } from '../deployment/wanted.ts';

export const status: Command = {
  name: 'status',
  summary: 'Show hypervisor and cells of a target',
  usage: '[OPTIONS] [PATH]',
  description: [
    'Shows whether the hypervisor is enabled, and the cells with their states and CPUs. PATH (default: the current folder) is for the target only: --target NAME ' +
      'does without.',
  ],
  options: [
    {
      name: '--watch',
      text: 'Look again every two seconds until Ctrl-C: drawn anew on a terminal, else printed when it changes; with --json a line for each look.',
    },
    ...targetOptions,
  ],
  examples: [
    { command: 'jailhouse-cells status', does: 'of the target of the system of this folder' },
    { command: 'jailhouse-cells status --watch --target pi@board', does: 'of any board' },
  ],
  exit: [{ status: 0, when: 'shown' }, ...targetExits],
  run: async (parsed, io) => {
    const [, another] = parsed.operands;
    if (another !== undefined) return misuse('status', `status takes one PATH; "${printable(another)}" is a second one.`);
    const found = findOptionalSystem('status', parsed, parsed.operands[0], io);
    if (!found.ok) return found.outcome;
    const { showStatus } = await import('../deployment/actions.ts');
    return showStatus({ ...targetCall('status', parsed, found.wanted), watch: parsed.has('--watch') }, io);
  },
};
