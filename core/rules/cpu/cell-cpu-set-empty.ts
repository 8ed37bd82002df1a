import type { FileRule } from '../rule.ts';
import { cpuSizeField } from './cpu-set-counter.ts';

export const cellCpuSetEmpty: FileRule = {
  id: 'cell-cpu-set-empty',
  title: 'Cell has no CPU',
  severity: 'error',
  scope: 'file',
  catalogue: ['CPU-cell-empty'],
  prose: {
    meaning: 'A cell needs at least one CPU: bit n of `cpus` is CPU n.',
    onTheBoard:
      'The cell is created. Starting it takes the number behind the last CPU for the first one, and the hypervisor writes behind its array of CPUs (arm-common/control.c:arch_cell_reset, gic-v2.c): memory corruption.',
    remedy: 'Set the bits of the CPUs that the cell takes from the root cell.',
  },
  bad: '.cpus = { 0 },',
  good: '.cpus = { 0b1100 }, /* CPUs 2 and 3 */',
  check(config, report) {
    if (config.kind !== 'cell' || cpuSizeField(config)?.value === 0 || config.cpus.value !== 0n) return;
    report({
      span: config.cpus.span,
      message:
        'The cell has no CPU: starting it would make the hypervisor write behind its array of CPUs. Set the bit of each CPU that the cell takes.',
    });
  },
};
