import { setCounter } from '../../fixes/counters.ts';
import type { FileRule } from '../rule.ts';
import { cpuSizeField } from './cpu-set-counter.ts';

export const rootCpuSetEmpty: FileRule = {
  id: 'root-cpu-set-empty',
  title: 'Root cell has no CPU',
  severity: 'error',
  scope: 'file',
  catalogue: ['CPU-root-empty'],
  prose: {
    meaning: 'The root cell starts with every CPU that Linux has online: bit n of `cpus` is CPU n.',
    onTheBoard: '`jailhouse enable` fails with "Invalid argument" and no further text (driver/main.c:get_max_cpus).',
    remedy: 'Set one bit for each online CPU, and `.cpu_set_size = sizeof(config.cpus)`.',
  },
  bad: '.cpus = { 0 },',
  good: '.cpus = { 0xf }, /* CPUs 0-3 */',
  check(config, report) {
    if (config.kind !== 'system') return;
    const size = cpuSizeField(config);
    const sizeMissing = size !== undefined && size.value === 0;
    if (config.cpus.value !== 0n && !sizeMissing) return;
    report({
      span: sizeMissing ? size.span : config.cpus.span,
      message: sizeMissing
        ? 'cpu_set_size is 0, so the root cell has no CPU: jailhouse enable would answer "Invalid argument". Set .cpu_set_size = sizeof(config.cpus).'
        : 'The root cell has no CPU: jailhouse enable would answer "Invalid argument". Set one bit for each CPU that is online.',
      fixes: () => {
        const array = sizeMissing ? config.arrays.find(({ kind }) => kind === 'cpus') : undefined;
        return array === undefined ? [] : setCounter(config, array);
      },
    });
  },
};
