import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

const ports = 0x10000;

export const pioRange: FileRule = {
  id: 'pio-range',
  title: 'I/O ports beyond the last one',
  severity: 'error',
  scope: 'file',
  arch: ['x86'],
  catalogue: ['X86-pio-range'],
  prose: {
    meaning: 'x86 has 65536 I/O ports. A range starts at `base` and has `length` ports.',
    onTheBoard: 'The hypervisor clears bits behind its port bitmap, in memory that holds something else (x86/vcpu.c:pio_allow_access).',
    remedy: 'Correct the length; it is a number of ports, not the last port.',
  },
  bad: 'PIO_RANGE(0xd00, 0xffff),',
  good: 'PIO_RANGE(0xd00, 0xf300),',
  check(config, report) {
    for (const range of config.pioRanges) {
      const end = range.base.value + range.length.value;
      if (end <= ports) continue;
      report({
        span: range.length.span,
        message: `${range.path} has ${hex(range.length.value)} ports from ${hex(range.base.value)} and ends at ${hex(end)}, behind the last port 0xffff: the hypervisor would write behind its bitmap. Use at most ${hex(ports - range.base.value)}.`,
        related: [{ span: range.base.span, message: `first port ${hex(range.base.value)}` }],
      });
    }
  },
};
