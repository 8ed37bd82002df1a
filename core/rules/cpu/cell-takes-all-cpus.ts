import { cpuNames } from '../../config/cpu-list.ts';
import { clearCpus } from '../../fixes/bits.ts';
import type { CellRule } from '../rule.ts';
import { cellName } from '../wording.ts';

export const cellTakesAllCpus: CellRule = {
  id: 'cell-takes-all-cpus',
  title: 'Cell takes all CPUs of the root cell',
  severity: 'error',
  scope: 'cell',
  catalogue: ['CPU-cell-all'],
  prose: {
    meaning: 'The root cell keeps at least one CPU: Linux does not switch off its last one.',
    onTheBoard: '`jailhouse cell create` fails with "Device or resource busy" (driver/cell.c, control.c:cell_create).',
    remedy: 'Leave the root cell at least one CPU.',
  },
  bad: '/* root: .cpus = { 0xf } */\n.cpus = { 0xf },',
  good: '/* root: .cpus = { 0xf } */\n.cpus = { 0xc },',
  check(system, member, report) {
    if (member === system || system.cpus.value === 0n || member.cpus.value !== system.cpus.value) return;
    report({
      span: member.cpus.span,
      message: `The cell takes ${cpuNames(member.cpus.value)}, all that ${cellName(system)} has: jailhouse cell create would answer "Device or resource busy". Leave it one.`,
      related: [{ span: system.cpus.span, message: `${cellName(system)} has ${cpuNames(system.cpus.value)}` }],
      fixes: () => clearCpus(member, system.cpus.value & -system.cpus.value).map((one) => ({ ...one, needsChoice: true })),
    });
  },
};
