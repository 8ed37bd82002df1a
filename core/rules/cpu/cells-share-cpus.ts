import { cpuNames } from '../../config/cpu-list.ts';
import type { SetRule } from '../rule.ts';
import { cellName } from '../wording.ts';

export const cellsShareCpus: SetRule = {
  id: 'cells-share-cpus',
  title: 'Two cells take the same CPU',
  severity: 'error',
  scope: 'set',
  catalogue: ['CPU-cell-overlap'],
  prose: {
    meaning: 'A CPU belongs to one cell. The first cell that is created takes it from the root cell.',
    onTheBoard: 'The second `jailhouse cell create` fails with "Device or resource busy" (driver/cell.c).',
    remedy: 'Give each cell CPUs of its own.',
  },
  bad: '/* a.c */ .cpus = { 0b0010 },\n/* b.c */ .cpus = { 0b0110 },',
  good: '/* a.c */ .cpus = { 0b0010 },\n/* b.c */ .cpus = { 0b1100 },',
  check(_system, cells, report) {
    for (const [at, cell] of cells.entries())
      for (const earlier of cells.slice(0, at)) {
        const common = cell.cpus.value & earlier.cpus.value;
        if (common === 0n) continue;
        report({
          span: cell.cpus.span,
          message: `${cellName(cell)} and ${cellName(earlier)} both take ${cpuNames(common)}: whichever is created second gets "Device or resource busy". Give each its own CPUs.`,
          related: [{ span: earlier.cpus.span, message: `${cellName(earlier)} takes ${cpuNames(earlier.cpus.value)}` }],
        });
      }
  },
};
