import { isCommRegion, isEmpty, isSubPage, pageSize } from '../../config/memory-flags.ts';
import { hasRoom } from '../../fixes/room.ts';
import { offerNumber } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const regionPhysAlignment: FileRule = {
  id: 'region-phys-alignment',
  title: 'Physical address is not page-aligned',
  severity: 'error',
  scope: 'file',
  catalogue: ['MEM-phys-align'],
  prose: {
    meaning:
      'A region whose guest address and size are multiples of 4 KiB is mapped page by page, and its physical address is rounded down to a page. Small regions that are trapped access by access may start anywhere.',
    onTheBoard:
      'The cell sees its data shifted, together with bytes of the neighbour below, without a message (paging.c:paging_create; observed).',
    remedy: 'Use a physical address that is a multiple of 0x1000.',
  },
  bad: '.phys_start = 0x1fa00804,\n.virt_start = 0x0,\n.size = 0x10000,',
  good: '.phys_start = 0x1fa00000,\n.virt_start = 0x0,\n.size = 0x10000,',
  check(config, report) {
    for (const region of config.memoryRegions) {
      const off = region.physStart.value % pageSize;
      if (off === 0n || isEmpty(region) || isSubPage(region) || isCommRegion(region)) continue;
      report({
        span: region.physStart.span,
        message: `phys_start ${hex(region.physStart.value)} of ${region.path} is no multiple of 0x1000 (4 KiB): the hypervisor maps from ${hex(region.physStart.value - off)}, so the cell sees everything shifted by ${hex(off)}. Align it.`,
        fixes: () => {
          const down = region.physStart.value - off;
          // The root cell sees memory where it is.
          const nexts = config.kind === 'system' ? [region.virtStart.value] : [down, down + pageSize];
          return nexts
            .filter((phys) => hasRoom(config, region, { phys }))
            .flatMap((phys) => offerNumber(config, region, region.physStart, phys, phys < region.physStart.value ? 'down' : 'up'));
        },
      });
    }
  },
};
