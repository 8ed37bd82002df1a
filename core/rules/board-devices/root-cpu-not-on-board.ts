import { cpuNames, cpusOf } from '../../config/cpu-list.ts';
import { clearCpus } from '../../fixes/bits.ts';
import type { BoardRule } from '../rule.ts';
import { onlineCpus } from './online-cpus.ts';

export const rootCpuNotOnBoard: BoardRule = {
  id: 'root-cpu-not-on-board',
  title: 'Root cell has a CPU that the board lacks',
  severity: 'error',
  scope: 'board',
  catalogue: ['CPU-root-extra'],
  prose: {
    meaning:
      "The CPU set of the root cell has to be the CPUs that are online when Jailhouse is enabled. Bit n is Linux' CPU n. How many there are is read from the device tree of the board, or from `cpus` in jailhouse.json; `nr_cpus=` on the kernel command line makes them fewer. CPUs that `maxcpus=` leaves off can be started before Jailhouse is enabled: a warning.",
    onTheBoard:
      '`jailhouse enable` fails with "Invalid argument" after the CPUs were initialised ("setup.c:174: returning error -EINVAL"; setup.c:init_late; observed).',
    remedy: 'Clear the bits, or start the CPUs before.',
  },
  bad: '/* a board with 4 CPUs */\n.cpus = { 0xff },',
  good: '/* a board with 4 CPUs */\n.cpus = { 0xf },',
  check({ board, system, member }, report) {
    const online = onlineCpus(board);
    if (member !== system || online === undefined) return;
    const own = system.cpus.value;
    const missing = own & ~online.known;
    const off = own & online.known & ~online.started;
    if (missing !== 0n && (own & online.known) !== 0n)
      report({
        span: system.cpus.span,
        message: `The root cell has ${cpuNames(missing)}, but ${board.name} ${online.known === 1n ? 'has CPU 0 only' : `has CPUs 0-${cpusOf(online.known).length - 1}`}: jailhouse enable would answer "Invalid argument". Clear ${cpusOf(missing).length === 1 ? 'the bit' : 'the bits'}.`,
        related: online.related,
        fixes: () => clearCpus(system, missing),
      });
    if (off !== 0n)
      report({
        span: system.cpus.span,
        severity: 'warning',
        message: `The root cell has ${cpuNames(off)}, which the kernel command line keeps off at boot: jailhouse enable would answer "Invalid argument" unless ${cpusOf(off).length === 1 ? 'it is' : 'they are'} started before. Clear the bits, or change the command line.`,
        related: online.related,
        fixes: () => clearCpus(system, off),
      });
  },
};
