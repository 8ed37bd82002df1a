import { humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { cpuSizeField } from './cpu-set-counter.ts';

export const cpuSetTooLarge: FileRule = {
  id: 'cpu-set-too-large',
  title: 'CPU set over one page',
  severity: 'error',
  scope: 'file',
  catalogue: ['CPU-set-size-page'],
  prose: {
    meaning: '`cpu_set_size` counts bytes, not CPUs, and may be one page of 4096 bytes at most. 8 bytes hold 64 CPUs.',
    onTheBoard: '`jailhouse cell create` fails with "Invalid argument" (control.c:cell_init).',
    remedy: 'Set `.cpu_set_size = sizeof(config.cpus)`.',
  },
  bad: '__u64 cpus[600];',
  good: '__u64 cpus[1];',
  check(config, report) {
    const size = cpuSizeField(config);
    if (size === undefined || size.value <= 4096) return;
    report({
      span: size.span,
      message: `cpu_set_size is ${size.value} bytes (${humanSize(size.value)}), the hypervisor takes 4096 at most: ${config.kind === 'system' ? 'jailhouse enable' : 'jailhouse cell create'} would answer "Invalid argument". 8 bytes hold 64 CPUs.`,
    });
  },
};
