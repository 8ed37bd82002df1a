import { cpuNames } from '../../config/cpu-list.ts';
import type { SetRule } from '../rule.ts';
import { cellName } from '../wording.ts';

export const cellsStarveRoot: SetRule = {
  id: 'cells-starve-root',
  title: 'Cells take all CPUs of the root cell together',
  severity: 'error',
  scope: 'set',
  catalogue: ['CPU-root-starved'],
  prose: {
    meaning: 'When every cell of the set runs, the root cell still needs a CPU.',
    onTheBoard: 'The last `jailhouse cell create` fails with "Device or resource busy" (driver/cell.c; observed).',
    remedy: 'Take fewer CPUs in one of the cells.',
  },
  bad: '/* root 0xf */\n/* a.c */ .cpus = { 0b0011 },\n/* b.c */ .cpus = { 0b1100 },',
  good: '/* root 0xf */\n/* a.c */ .cpus = { 0b0010 },\n/* b.c */ .cpus = { 0b1100 },',
  check(system, cells, report) {
    const all = system.cpus.value;
    const taken = cells.reduce((bits, cell) => bits | cell.cpus.value, 0n);
    // A cell that takes everything alone is told of by cell-takes-all-cpus.
    const last = cells.at(-1);
    if (last === undefined || all === 0n || (all & ~taken) !== 0n || cells.some((cell) => (all & ~cell.cpus.value) === 0n)) return;
    report({
      span: last.cpus.span,
      message: `The ${cells.length} cells of this set take ${cpuNames(all)}, all that ${cellName(system)} has: the last jailhouse cell create would answer "Device or resource busy". Leave the root cell one.`,
      related: [
        ...cells.slice(0, -1).map((cell) => ({ span: cell.cpus.span, message: `${cellName(cell)} takes ${cpuNames(cell.cpus.value)}` })),
        { span: system.cpus.span, message: `${cellName(system)} has ${cpuNames(all)}` },
      ],
    });
  },
};
