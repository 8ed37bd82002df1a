import { pageSize } from '../../config/memory-flags.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { requiredGicBases } from './required-gic-bases.ts';

export const gicBaseAlignment: FileRule = {
  id: 'gic-base-alignment',
  title: 'GIC address is not page-aligned',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['GIC-addr-align'],
  prose: {
    meaning: 'The registers of the interrupt controller are mapped in pages of 4 KiB.',
    onTheBoard: 'The hypervisor uses wrong registers: enable fails with "No such device", or interrupts stop (paging_map_device).',
    remedy: "Copy the address from the board's device tree.",
  },
  bad: '.gicd_base = 0xff841100,',
  good: '.gicd_base = 0xff841000,',
  check(config, report) {
    for (const { name, field } of requiredGicBases(config)) {
      if (field.value % pageSize === 0n) continue;
      report({
        span: field.span,
        message: `${name} ${hex(field.value)} is no multiple of 0x1000 (4 KiB): the hypervisor would use wrong registers. Copy the address from the board's device tree.`,
      });
    }
  },
};
