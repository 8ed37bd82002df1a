import { hasFlag, isCommRegion } from '../../config/memory-flags.ts';
import { humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { regionByPhys } from '../wording.ts';

export const largeCellRam: FileRule = {
  id: 'large-cell-ram',
  title: 'Large memory makes the board stall',
  severity: 'information',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['MEM-flush-time'],
  prose: {
    meaning:
      'When a cell starts and when it is destroyed, the hypervisor sweeps the caches over all of its memory, line by line, and the root cell stands still meanwhile. From 1 GiB on that takes seconds.',
    onTheBoard: 'Linux stops for seconds; watchdogs and network connections may run out (arm-common/mmu_cell.c:arm_cell_dcaches_flush).',
    remedy: 'Give the cell what it needs, and watchdogs of Linux enough time.',
  },
  bad: '.size = 0x80000000,',
  good: '.size = 0x10000000,',
  check(config, report) {
    if (config.kind !== 'cell') return;
    for (const region of config.memoryRegions) {
      if (region.size.value < 0x40000000n || region.size.value > 1n << 40n || hasFlag(region, 'IO') || isCommRegion(region)) continue;
      report({
        span: region.size.span,
        message: `${regionByPhys(region)}: the root cell stands still for seconds whenever this cell starts or is destroyed, while the caches are swept over ${humanSize(region.size.value)}.`,
      });
    }
  },
};
