import { physRange } from '../../config/address-window.ts';
import { ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { hasFlag, isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../../config/model.ts';
import { forEachOverlap, maxReportedOverlaps } from '../overlap.ts';
import type { SetRule } from '../rule.ts';
import { cellName, regionByPhys, whereBoth } from '../wording.ts';

interface Owned {
  readonly cell: Config;
  readonly region: MemoryRegion;
  /** bdf of the ivshmem link that the region is a section of. */
  readonly link: number | undefined;
}

export const cellsShareMemory: SetRule = {
  id: 'cells-share-memory',
  title: 'Two cells own the same memory',
  severity: 'error',
  scope: 'set',
  catalogue: ['MEM-overlap-cells'],
  prose: {
    meaning:
      'Two cells of a set list the same physical memory, and not both as shared with the root cell (ROOTSHARED) nor as sections of one ivshmem link. For RAM that code runs in or images are loaded to this is an error, for other memory and devices a warning.',
    onTheBoard:
      'Nothing checks it: both cells are created and write over each other. Destroying the first hands the memory back to the root cell while the second runs in it (control.c:cell_destroy).',
    remedy: 'Move one of the regions, or mark both ROOTSHARED if the sharing is meant.',
  },
  bad: '/* a.c, RAM */ .phys_start = 0x1fa00000, .size = 0x10000,\n/* b.c, RAM */ .phys_start = 0x1fa00000, .size = 0x10000,',
  good: '/* b.c, RAM */ .phys_start = 0x1f900000, .size = 0x10000,',
  check(_system, cells, report) {
    const owned = cells.flatMap((cell) => ownedBy(cell));
    let reported = 0;
    forEachOverlap(
      owned,
      ({ region }) => physRange(region),
      (one, other) => {
        if (one.cell === other.cell || (hasFlag(one.region, 'ROOTSHARED') && hasFlag(other.region, 'ROOTSHARED'))) return true;
        if (one.link !== undefined && one.link === other.link) return true;
        const [first, second] = cells.indexOf(one.cell) < cells.indexOf(other.cell) ? [one, other] : [other, one];
        const ram = [first, second].some(({ region }) => hasFlag(region, 'LOADABLE') || hasFlag(region, 'EXECUTE'));
        const common = whereBoth(physRange(first.region), physRange(second.region));
        report({
          span: second.region.physStart.span,
          severity: ram ? 'error' : 'warning',
          message: `${regionByPhys(second.region)} of ${cellName(second.cell)} overlaps ${regionByPhys(first.region)} of ${cellName(first.cell)}${common}: both would be created, and each writes over the other's memory. Move one, or mark both ROOTSHARED if the sharing is meant.`,
          related: [{ span: first.region.physStart.span, message: `${regionByPhys(first.region)} of ${cellName(first.cell)}` }],
        });
        return ++reported < maxReportedOverlaps;
      },
    );
  },
};

function ownedBy(cell: Config): readonly Owned[] {
  const links = new Map<MemoryRegion, number>();
  for (const device of ivshmemDevices(cell))
    for (const section of sectionsOf(cell, device) ?? []) links.set(section.region, device.bdf.value);
  return cell.memoryRegions
    .filter((region) => !isEmpty(region) && !isCommRegion(region))
    .map((region) => ({ cell, region, link: links.get(region) }));
}
