import { cpuNames } from '../../config/cpu-list.ts';
import { clearCpus } from '../../fixes/bits.ts';
import type { CellRule } from '../rule.ts';
import { cellName } from '../wording.ts';

export const cellCpuNotInRoot: CellRule = {
  id: 'cell-cpu-not-in-root',
  title: 'Cell takes a CPU that the root cell does not have',
  severity: 'error',
  scope: 'cell',
  catalogue: ['CPU-cell-subset'],
  prose: {
    meaning: 'A cell gets its CPUs from the root cell, so the root cell has to have them.',
    onTheBoard: '`jailhouse cell create` fails with "Device or resource busy" (driver/cell.c, control.c:cell_create).',
    remedy: 'Clear the bits that the root cell does not have, or add them to the system config if the board has these CPUs.',
  },
  bad: '/* root: .cpus = { 0xf } */\n.cpus = { 0x30 },',
  good: '/* root: .cpus = { 0xf } */\n.cpus = { 0xc },',
  check(system, member, report) {
    if (member === system || system.cpus.value === 0n) return;
    const foreign = member.cpus.value & ~system.cpus.value;
    if (foreign === 0n) return;
    report({
      span: member.cpus.span,
      message: `The cell takes ${cpuNames(foreign)}, but ${cellName(system)} has ${cpuNames(system.cpus.value)} only: jailhouse cell create would answer "Device or resource busy". Clear these bits.`,
      related: [{ span: system.cpus.span, message: `${cellName(system)} has ${cpuNames(system.cpus.value)}` }],
      fixes: () => clearCpus(member, foreign),
    });
  },
};
