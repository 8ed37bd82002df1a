import { type Command, misuse } from '../command.ts';
import { targetCall, targetExits, targetOptions } from '../deployment/call.ts';
import { severityOption } from '../engine-options.ts';
import { absolutePath } from '../paths.ts';
import { partOptions, readPart } from './deploy.ts';

export const plan: Command = {
  name: 'plan',
  summary: 'Show what deploy would do',
  usage: '[OPTIONS] [PATH]',
  description: [
    'Looks at the target and lists the steps that "jailhouse-cells deploy" would take to bring the system of PATH (default: the current folder) there, with ' +
      'their commands. It changes nothing.',
  ],
  options: [
    ...partOptions,
    {
      name: '--script',
      value: 'FILE',
      text: 'Write the plan as a shell script that a person can read and run on the target. - is the output.',
    },
    severityOption,
    ...targetOptions,
  ],
  examples: [
    { command: 'jailhouse-cells plan', does: 'the steps for the system of this folder' },
    { command: 'jailhouse-cells plan --script plan.sh configs/rpi4.c', does: 'as a script' },
  ],
  exit: [
    { status: 0, when: 'shown' },
    { status: 1, when: 'there can be no plan, or findings or blockers would stop deploy' },
    ...targetExits,
  ],
  run: async (parsed, io) => {
    const found = readPart('plan', parsed, io);
    if ('outcome' in found) return found.outcome;
    const script = parsed.value('--script');
    if (script === '') return misuse('plan', '--script needs the FILE to write.');
    if (script !== undefined && parsed.has('--json'))
      return misuse('plan', '--script and --json are different forms of the plan; give one.');
    const path = script === undefined || script === '-' ? script : absolutePath(io.cwd, script);
    if (path !== undefined && io.fs.stat(path) === 'directory') return misuse('plan', '--script names a folder; name the file in it.');
    const { showPlan } = await import('../deployment/actions.ts');
    return showPlan({ ...targetCall('plan', parsed, found.wanted), goal: found.goal, script: path }, io);
  },
};
