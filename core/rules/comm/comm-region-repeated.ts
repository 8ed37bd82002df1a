import { isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt, relatedRegion } from '../wording.ts';

export const commRegionRepeated: FileRule = {
  id: 'comm-region-repeated',
  title: 'More than one communication region',
  severity: 'information',
  scope: 'file',
  catalogue: ['COMM-multiple'],
  prose: {
    meaning: 'A cell has one page for messages. Every further communication region shows the same page at another address.',
    onTheBoard: 'Nothing: all of them are the same memory (arm-common/mmu_cell.c).',
    remedy: 'Keep one.',
  },
  bad: '{ .virt_start = 0x80000000, .size = 0x1000, .flags = /* ... */ JAILHOUSE_MEM_COMM_REGION },\n{ .virt_start = 0x80001000, .size = 0x1000, .flags = /* ... */ JAILHOUSE_MEM_COMM_REGION },',
  good: '{ .virt_start = 0x80000000, .size = 0x1000, .flags = /* ... */ JAILHOUSE_MEM_COMM_REGION },',
  check(config, report) {
    const [first, ...others] = config.memoryRegions.filter((region) => isCommRegion(region) && !isEmpty(region));
    if (first === undefined || config.kind !== 'cell') return;
    for (const region of others)
      report({
        span: region.virtStart.span,
        message: `${regionByVirt(region)} is a second communication region: it shows the same page as ${first.path}. Keep one.`,
        related: [relatedRegion(first, 'virt')],
      });
  },
};
