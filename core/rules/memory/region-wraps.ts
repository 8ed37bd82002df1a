import { isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

const addressSpace = 1n << 64n;

export const regionWraps: FileRule = {
  id: 'region-wraps',
  title: 'Region runs past the end of the address space',
  severity: 'error',
  scope: 'file',
  catalogue: ['MEM-wrap'],
  prose: {
    meaning: 'Start and size of a region add up to more than 2^64, so the last address is below the first.',
    onTheBoard:
      'Observed: the region is accepted and works until the cell is destroyed; then the hypervisor aborts and the board is dead (paging.c).',
    remedy: 'Correct the start or the size.',
  },
  bad: '.phys_start = 0xfffffffffffff000,\n.size = 0x2000,',
  good: '.phys_start = 0xfffff000,\n.size = 0x1000,',
  check(config, report) {
    for (const region of config.memoryRegions) {
      if (isEmpty(region)) continue;
      const bad = [region.physStart, region.virtStart].find(
        (start, at) => start.value + region.size.value > addressSpace && !(at === 0 && isCommRegion(region)),
      );
      if (bad === undefined) continue;
      report({
        span: bad.span,
        message: `${region.path} starts at ${hex(bad.value)} and has ${hex(region.size.value)} (${humanSize(region.size.value)}), which runs past 2^64: the board would die when the region is unmapped. Correct start or size.`,
        related: [{ span: region.size.span, message: `size ${hex(region.size.value)}` }],
      });
    }
  },
};
