import { overlaps, physRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage, pageSize } from '../../config/memory-flags.ts';
import type { CellRule } from '../rule.ts';
import { count, regionByPhys } from '../wording.ts';

export const pageOverRootSubpage: CellRule = {
  id: 'page-over-root-subpage',
  title: 'Page of a cell over trapped windows of the root cell',
  severity: 'warning',
  scope: 'cell',
  catalogue: ['SUB-page-over-rootsub'],
  prose: {
    meaning:
      'A region of whole pages without ROOTSHARED is unmapped from the root cell, but the trapped windows that the root cell has there stay: Linux still reaches those registers.',
    onTheBoard:
      'No isolation for the windows, and each destruction registers them once more, until "WARNING: Overflow during MMIO region registration!" appears and virtual PCI devices of the root cell stop working (control.c, mmio.c).',
    remedy: 'Give the cell only the windows it needs, or mark its region ROOTSHARED.',
  },
  bad: '/* root: */ { .phys_start = 0x01c20800, .size = 0x24, /* ... */ },\n/* cell: */ { .phys_start = 0x01c20000, .size = 0x1000, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO },',
  good: '/* cell: */ { .phys_start = 0x01c20800, .size = 0x24, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE |\n\t JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_32 | JAILHOUSE_MEM_ROOTSHARED },',
  check(system, member, report) {
    if (member === system) return;
    const windows = system.memoryRegions.filter((root) => !isEmpty(root) && isSubPage(root) && !isCommRegion(root));
    if (windows.length === 0) return;
    for (const region of member.memoryRegions) {
      if (isEmpty(region) || isCommRegion(region) || hasFlag(region, 'ROOTSHARED')) continue;
      if (region.physStart.value % pageSize !== 0n || region.size.value % pageSize !== 0n) continue;
      const here = windows.filter((window) => overlaps(physRange(window), physRange(region)));
      const [first] = here;
      if (first === undefined) continue;
      report({
        span: region.physStart.span,
        message: `${regionByPhys(region)} is taken from the root cell, but ${count(here.length, 'trapped window')} of the root cell in it ${here.length === 1 ? 'stays' : 'stay'}, beginning with ${regionByPhys(first)}: Linux still reaches those registers. Narrow the region, or add JAILHOUSE_MEM_ROOTSHARED.`,
        related: here.slice(0, 5).map((window) => ({ span: window.physStart.span, message: `${regionByPhys(window)} of the root cell` })),
      });
    }
  },
};
