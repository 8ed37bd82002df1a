import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { type Command, misuse } from '../command.ts';
import { targetCall, targetExits, targetOptions } from '../deployment/call.ts';
import { findOptionalSystem } from '../deployment/wanted.ts';

export const console: Command = {
  name: 'console',
  summary: 'Print the console of the hypervisor, decoded',
  usage: '[OPTIONS] [PATH]',
  description: [
    'Prints what the hypervisor says on its virtual console. Behind a report of a crash stands what it means for the configs of PATH (default: the current ' +
      'folder): which region or device is at the address, and which line should be looked at. It holds nothing open on the target.',
  ],
  options: [
    {
      name: '--follow',
      alias: '-f',
      text: 'Go on until Ctrl-C, also over disable and enable, and over lost connections; with --json a line for each piece.',
    },
    ...targetOptions,
  ],
  examples: [
    { command: 'jailhouse-cells console', does: 'what there is' },
    { command: 'jailhouse-cells console --follow --target rpi4 configs/rpi4.c', does: 'as it comes' },
  ],
  exit: [{ status: 0, when: 'printed' }, ...targetExits],
  run: async (parsed, io) => {
    const [, another] = parsed.operands;
    if (another !== undefined) return misuse('console', `console takes one PATH; "${printable(another)}" is a second one.`);
    const found = findOptionalSystem('console', parsed, parsed.operands[0], io);
    if (!found.ok) return found.outcome;
    const { showConsole } = await import('../deployment/actions.ts');
    return showConsole({ ...targetCall('console', parsed, found.wanted), follow: parsed.has('--follow') }, io);
  },
};
