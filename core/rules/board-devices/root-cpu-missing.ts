import { cpuNames, cpusOf, highestCpu } from '../../config/cpu-list.ts';
import { setCpus } from '../../fixes/bits.ts';
import type { BoardRule } from '../rule.ts';
import { onlineCpus } from './online-cpus.ts';

export const rootCpuMissing: BoardRule = {
  id: 'root-cpu-missing',
  title: 'Root cell lacks a CPU that is online',
  severity: 'error',
  scope: 'board',
  catalogue: ['CPU-root-missing-high', 'CPU-root-missing-mid'],
  prose: {
    meaning:
      'Every CPU that is online enters the hypervisor when Jailhouse is enabled, so all of them have to be in the CPU set of the root cell. `maxcpus=` and `nr_cpus=` on the kernel command line are taken into account.',
    onTheBoard:
      'A CPU above the highest one of the set does not enter, and all others wait for it for ever: the board freezes without a message (driver/main.c:enter_hypervisor, setup.c:entry; observed). One below it: " CPU n... FAILED", and `jailhouse enable` answers "Invalid argument" (observed).',
    remedy: 'Set the bits of all CPUs of the board. Cells get theirs from the root cell when they are created.',
  },
  bad: '/* a board with 4 CPUs */\n.cpus = { 0x7 },',
  good: '/* a board with 4 CPUs */\n.cpus = { 0xf },',
  check({ board, system, member }, report) {
    const online = onlineCpus(board);
    const highest = highestCpu(system.cpus);
    if (member !== system || online === undefined || highest === undefined) return;
    const missing = online.started & ~system.cpus.value;
    if (missing === 0n) return;
    const many = cpusOf(missing).length > 1;
    const freezes = missing >> BigInt(highest + 1) !== 0n;
    report({
      span: system.cpus.span,
      message: `The root cell lacks ${cpuNames(missing)} of ${board.name}: ${freezes ? `jailhouse enable would freeze the board, since ${many ? 'they never arrive' : 'it never arrives'} and the others wait for ever` : 'jailhouse enable would answer "Invalid argument"'}. Set the ${many ? 'bits' : 'bit'}.`,
      related: online.related,
      fixes: () => setCpus(system, missing),
    });
  },
};
