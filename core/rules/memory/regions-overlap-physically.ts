import { intersection, overlaps, physRange, virtRange } from '../../config/address-window.ts';
import { isCommRegion } from '../../config/memory-flags.ts';
import { forEachOverlap, maxReportedOverlaps } from '../overlap.ts';
import type { FileRule } from '../rule.ts';
import { rangeText, regionByPhys } from '../wording.ts';

export const regionsOverlapPhysically: FileRule = {
  id: 'regions-overlap-physically',
  title: 'Regions of a cell overlap in physical memory',
  severity: 'warning',
  scope: 'file',
  catalogue: ['MEM-overlap-phys'],
  prose: {
    meaning:
      'Two regions of one cell show the same physical memory at different guest addresses. That may be wanted; more often one start address was copied. The physical address of a communication region is not used, so an overlap with it is information. In the root cell such a second view was seen to do no harm: information. Regions that overlap at guest addresses as well are reported there.',
    onTheBoard:
      'Writes through one address change what the other shows. With different attributes (IO and not) the caches disagree (`jailhouse config check` reports it too).',
    remedy: 'Correct the physical address of one of them.',
  },
  bad: '/* RAM */ { .phys_start = 0x1fa00000, .virt_start = 0x0, .size = 0x10000, /* ... */ },\n/* heap */ { .phys_start = 0x1fa00000, .virt_start = 0x10000000, .size = 0x10000, /* ... */ },',
  good: '/* heap */ { .phys_start = 0x1fa10000, .virt_start = 0x10000000, .size = 0x10000, /* ... */ },',
  check(config, report) {
    let reported = 0;
    forEachOverlap(config.memoryRegions, physRange, (one, other) => {
      if (overlaps(virtRange(one), virtRange(other))) return true;
      // Neither has a physical address of its own.
      if (isCommRegion(one) && isCommRegion(other)) return true;
      const [earlier, later] = one.index < other.index ? [one, other] : [other, one];
      const comm = [earlier, later].find(isCommRegion);
      const common = rangeText(intersection(physRange(earlier), physRange(later)));
      report({
        span: later.physStart.span,
        severity: comm === undefined && config.kind === 'cell' ? 'warning' : 'information',
        message:
          comm === undefined
            ? `${regionByPhys(later)} overlaps ${regionByPhys(earlier)} in physical memory, ${common}: the cell sees the same memory at two addresses. If that is not meant, correct one phys_start.`
            : `${regionByPhys(later)} overlaps ${regionByPhys(earlier)} in physical memory by the numbers, but the hypervisor ignores phys_start of the communication region ${comm.path}.`,
        related: [{ span: earlier.physStart.span, message: regionByPhys(earlier) }],
      });
      return ++reported < maxReportedOverlaps;
    });
  },
};
