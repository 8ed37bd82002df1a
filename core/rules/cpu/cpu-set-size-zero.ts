import { setCounter } from '../../fixes/counters.ts';
import type { FileRule } from '../rule.ts';
import { cpuSizeField } from './cpu-set-counter.ts';

export const cpuSetSizeZero: FileRule = {
  id: 'cpu-set-size-zero',
  title: 'CPU set of a cell has size 0',
  severity: 'error',
  scope: 'file',
  catalogue: ['CPU-set-size-zero', 'HDR-counter-zero'],
  prose: {
    meaning:
      '`cpu_set_size` is the length of `cpus` in bytes. At 0 the cell has no CPU, and the bytes of the CPU set are read as the first memory region.',
    onTheBoard: '`jailhouse cell create` fails with "Device or resource busy" (observed; control.c:cell_create).',
    remedy: 'Set `.cpu_set_size = sizeof(config.cpus)`.',
  },
  bad: '.cell = {\n\t/* no .cpu_set_size */',
  good: '.cpu_set_size = sizeof(config.cpus),',
  check(config, report) {
    const size = cpuSizeField(config);
    if (config.kind !== 'cell' || size === undefined || size.value !== 0) return;
    const member = config.arrays.find((array) => array.kind === 'cpus')?.member;
    report({
      span: size.span,
      message: `cpu_set_size is 0, so the cell has no CPU${member === undefined ? '' : ` and ${member.name} is read as the first memory region`}: jailhouse cell create would answer "Device or resource busy". Set .cpu_set_size = sizeof(config.${member?.name ?? 'cpus'}).`,
      related: member === undefined ? [] : [{ span: member.span, message: `${member.name}: ${member.size} bytes` }],
      fixes: () => {
        const array = config.arrays.find(({ kind }) => kind === 'cpus');
        return array === undefined ? [] : setCounter(config, array);
      },
    });
  },
};
