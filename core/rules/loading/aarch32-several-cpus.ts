import { cpuNames } from '../../config/cpu-list.ts';
import type { FileRule } from '../rule.ts';
import { aarch32Flag } from './aarch32-above-4g.ts';

export const aarch32SeveralCpus: FileRule = {
  id: 'aarch32-several-cpus',
  title: '32-bit cell with more than one CPU',
  severity: 'warning',
  scope: 'file',
  arch: ['arm64'],
  catalogue: ['LOAD-aarch32-smp'],
  prose: {
    meaning:
      'Only the lowest CPU of a cell starts by itself; the guest wakes the others through PSCI. From 32-bit state on arm64 the hypervisor answers no PSCI calls and no other SMC or HVC.',
    onTheBoard: 'The first such call ends the cell: "FATAL: unhandled trap (exception class 0x13)", with HVC 0x12 (arm64/traps.c).',
    remedy: 'Give the cell one CPU, or let it run in 64-bit state.',
  },
  bad: '.flags = JAILHOUSE_CELL_PASSIVE_COMMREG | JAILHOUSE_CELL_AARCH32,\n/* ... */\n.cpus = { 0xc },',
  good: '.flags = JAILHOUSE_CELL_PASSIVE_COMMREG | JAILHOUSE_CELL_AARCH32,\n/* ... */\n.cpus = { 0x8 },',
  check(config, report) {
    const { flags } = config.cell;
    if (config.kind !== 'cell' || (flags.value & aarch32Flag) === 0) return;
    const { value } = config.cpus;
    if ((value & (value - 1n)) === 0n) return;
    report({
      span: config.cpus.words[0]?.span ?? config.cpus.span,
      message: `The 32-bit cell has the ${cpuNames(value)}, but it cannot wake any but the first: a PSCI call from 32-bit state ends the cell ("unhandled trap"). Give it one CPU.`,
      related: [{ span: flags.span, message: 'the cell has JAILHOUSE_CELL_AARCH32' }],
    });
  },
};
