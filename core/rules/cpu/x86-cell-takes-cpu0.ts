import { clearCpus } from '../../fixes/bits.ts';
import type { FileRule } from '../rule.ts';

export const x86CellTakesCpu0: FileRule = {
  id: 'x86-cell-takes-cpu0',
  title: 'Cell takes CPU 0 on x86',
  severity: 'error',
  scope: 'file',
  arch: ['x86'],
  catalogue: ['CPU-x86-cpu0'],
  prose: {
    meaning: 'Linux on x86 cannot run without CPU 0, so it stays with the root cell.',
    onTheBoard: '`jailhouse cell create` fails with "Invalid argument"; the log says "Cannot assign CPU 0 to other cells" (driver/cell.c).',
    remedy: 'Clear bit 0 and take another CPU.',
  },
  bad: '.cpus = { 0x1 },',
  good: '.cpus = { 0x2 },',
  check(config, report) {
    if (config.kind !== 'cell' || (config.cpus.value & 1n) === 0n) return;
    report({
      span: config.cpus.span,
      message: 'On x86 CPU 0 stays with the root cell: jailhouse cell create would answer "Invalid argument". Clear bit 0.',
      fixes: () => clearCpus(config, 1n),
    });
  },
};
