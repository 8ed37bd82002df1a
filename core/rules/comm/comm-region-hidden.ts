import { intersection, overlaps, virtRange } from '../../config/address-window.ts';
import { isCommRegion, isSubPage } from '../../config/memory-flags.ts';
import type { FileRule } from '../rule.ts';
import { rangeText, regionByVirt, relatedRegion } from '../wording.ts';

export const commRegionHidden: FileRule = {
  id: 'comm-region-hidden',
  title: 'Communication region hidden by a later region',
  severity: 'error',
  scope: 'file',
  catalogue: ['COMM-hidden'],
  prose: {
    meaning:
      'Regions are mapped in the order of the array, and the later one wins. When a region behind the communication region covers it, the cell finds other memory there.',
    onTheBoard:
      'A program of the inmate library reads a wrong version, writes its answer into that memory and stops, while `jailhouse cell list` keeps saying "running" (control.c:cell_create, inmates/lib/setup.c).',
    remedy: 'Cut the larger region around the communication region.',
  },
  bad: '/* communication region */ { .virt_start = 0x80000000, .size = 0x1000, /* ... */ },\n/* RAM */ { .virt_start = 0x80000000, .size = 0x1000000, /* ... */ },',
  good: '/* communication region */ { .virt_start = 0x80000000, .size = 0x1000, /* ... */ },\n/* RAM */ { .virt_start = 0x80001000, .size = 0xfff000, /* ... */ },',
  check(config, report) {
    for (const comm of config.memoryRegions) {
      if (!isCommRegion(comm) || isSubPage(comm)) continue;
      const later = config.memoryRegions
        .slice(comm.index + 1)
        .find((region) => !isCommRegion(region) && !isSubPage(region) && overlaps(virtRange(region), virtRange(comm)));
      if (later === undefined) continue;
      report({
        span: later.virtStart.span,
        message: `${regionByVirt(later)} comes after the communication region and covers it in ${rangeText(intersection(virtRange(later), virtRange(comm)))}: the cell finds other memory there and stops at its start. Cut the region.`,
        related: [relatedRegion(comm, 'virt')],
      });
    }
  },
};
