import { definedMemoryFlags } from '../../config/memory-flags.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const regionUnknownFlags: FileRule = {
  id: 'region-unknown-flags',
  title: 'Unknown memory flags',
  severity: 'warning',
  scope: 'file',
  catalogue: ['MEM-unknown-flags'],
  prose: {
    meaning:
      'The region sets bits that no JAILHOUSE_MEM_* flag of its header names. Most often a digit is wrong, or a value of another field stands in `.flags`.',
    onTheBoard: 'Unknown bits are ignored; what was meant by them does not happen (hypervisor/include/jailhouse/cell-config.h).',
    remedy: 'Write the flags by name.',
  },
  bad: '.flags = JAILHOUSE_MEM_READ | 0x200,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_ROOTSHARED,',
  check(config, report) {
    const known = definedMemoryFlags | (config.header.memoryFlags ?? 0n);
    for (const region of config.memoryRegions) {
      const unknown = region.flags.value & ~known;
      if (unknown === 0n) continue;
      report({
        span: region.flags.span,
        message: `The flags of ${region.path} contain ${hex(unknown)}, which no JAILHOUSE_MEM_* flag names: the hypervisor ignores it. Write the flags by name.`,
      });
    }
  },
};
