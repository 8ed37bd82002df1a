import { virtRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion } from '../../config/memory-flags.ts';
import type { MemoryRegion } from '../../config/model.ts';
import { forEachOverlap, maxReportedOverlaps } from '../overlap.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt, relatedRegion, whereBoth } from '../wording.ts';

/** True when `jailhouse cell load` finds `earlier` and refuses, although `later` would take the image. */
export function shadowsLoadable(earlier: MemoryRegion, later: MemoryRegion): boolean {
  return takesImages(later) && !takesImages(earlier) && !isCommRegion(later);
}

function takesImages(region: MemoryRegion): boolean {
  return hasFlag(region, 'LOADABLE') && hasFlag(region, 'WRITE');
}

export const loadRegionShadowed: FileRule = {
  id: 'load-region-shadowed',
  title: 'Loadable region behind one that is not loadable',
  severity: 'error',
  scope: 'file',
  catalogue: ['LOAD-first-region'],
  prose: {
    meaning:
      'To load an image the driver takes the first region of the array that holds the address. When that one lacks LOADABLE or WRITE it refuses, although a later region at the same addresses would do.',
    onTheBoard: '`jailhouse cell load` answers "Invalid argument" (driver/cell.c:load_image; observed).',
    remedy: 'Remove the first of the two, or cut them so that they only touch.',
  },
  bad: '{ .virt_start = 0x0, .size = 0x10000, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE, /* ... */ },\n{ .virt_start = 0x0, .size = 0x10000, .flags = /* ... */ JAILHOUSE_MEM_LOADABLE, /* ... */ },',
  good: '{ .virt_start = 0x0, .size = 0x10000, .flags = /* ... */ JAILHOUSE_MEM_LOADABLE, /* ... */ },',
  check(config, report) {
    if (config.kind !== 'cell') return;
    let reported = 0;
    forEachOverlap(config.memoryRegions, virtRange, (one, other) => {
      const [earlier, later] = one.index < other.index ? [one, other] : [other, one];
      if (!shadowsLoadable(earlier, later)) return true;
      const common = whereBoth(virtRange(earlier), virtRange(later));
      report({
        span: earlier.virtStart.span,
        message: `${regionByVirt(earlier)} comes before ${regionByVirt(later)} and overlaps it${common}: jailhouse cell load looks at the first alone, which takes no images, and answers "Invalid argument". Cut or remove it.`,
        related: [relatedRegion(later, 'virt')],
      });
      return ++reported < maxReportedOverlaps;
    });
  },
};
