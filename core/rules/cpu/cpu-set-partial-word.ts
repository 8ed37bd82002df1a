import type { FileRule } from '../rule.ts';
import { cpuSizeField } from './cpu-set-counter.ts';

export const cpuSetPartialWord: FileRule = {
  id: 'cpu-set-partial-word',
  title: 'CPU set is no multiple of 8 bytes',
  severity: 'information',
  scope: 'file',
  catalogue: ['CPU-set-size-word'],
  prose: {
    meaning: 'The hypervisor reads the CPU set in words of 64 bits (32 on arm), also where it has fewer bytes.',
    onTheBoard: 'It works: only bits below the announced size count (observed with a set of 4 bytes).',
    remedy: 'Declare `__u64 cpus[1]`.',
  },
  bad: '__u32 cpus[1];',
  good: '__u64 cpus[1];',
  check(config, report) {
    const size = cpuSizeField(config);
    const word = config.arch === 'arm' ? 4 : 8;
    if (size === undefined || size.value % word === 0) return;
    report({
      span: size.span,
      message: `cpu_set_size is ${size.value} bytes, no multiple of ${word}: the hypervisor reads words of ${word} bytes and so looks behind the set. It works; __u64 cpus[1] avoids it.`,
    });
  },
};
