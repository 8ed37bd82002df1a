import { Coverage, intersection, overlaps, physRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import type { MemoryRegion } from '../../config/model.ts';
import type { CellRule } from '../rule.ts';
import { rangeText, regionByPhys } from '../wording.ts';

export const loadableNotInRoot: CellRule = {
  id: 'loadable-not-in-root',
  title: 'Loadable region that the root cell cannot write',
  severity: 'error',
  scope: 'cell',
  catalogue: ['SHR-load-root-cover', 'SHR-load-overlap-ivshmem'],
  prose: {
    meaning:
      'To load an image the root cell gets the LOADABLE regions of the cell back, but only as far as its own regions reach and with their flags. Every byte that an image is copied to has to lie in a region of the root cell with WRITE. Where only a later part is missing it depends on the image: warning.',
    onTheBoard:
      'The CPU that copies the image is parked ("Unhandled data write at ...") and the board is dead (control.c:remap_to_root_cell, driver/cell.c:load_image; observed).',
    remedy: 'Extend the region of the root cell over the memory of the cell, or move that memory.',
  },
  bad: '/* root: */ { .phys_start = 0x40000000, .size = 0x3f800000, /* ... */ },\n/* cell, RAM: */ { .phys_start = 0x7fa00000, .size = 0x10000, .flags = /* ... */ JAILHOUSE_MEM_LOADABLE },',
  good: '/* root: */ { .phys_start = 0x40000000, .size = 0x3fa10000, /* ... */ },',
  check(system, member, report) {
    if (member === system) return;
    const mapped = system.memoryRegions.filter((region) => !isEmpty(region) && !isSubPage(region));
    if (mapped.length === 0) return;
    const own = system.system?.hypervisorMemory;
    const writable = new Coverage(mapped.filter((region) => hasFlag(region, 'WRITE')).map(physRange));
    const readOnly = mapped.filter((region) => !hasFlag(region, 'WRITE'));
    for (const region of member.memoryRegions) {
      if (isEmpty(region) || isSubPage(region) || isCommRegion(region) || !hasFlag(region, 'LOADABLE')) continue;
      const range = physRange(region);
      // Memory of the hypervisor is told of by region-overlaps-hypervisor.
      if (own !== undefined && overlaps(physRange(own), range)) continue;
      if (!writable.covers(range)) {
        const starts = writable.covers({ start: range.start, size: 0x1000n });
        const near = mapped.find((root) => overlaps(physRange(root), range));
        report({
          span: region.physStart.span,
          severity: starts ? 'warning' : 'error',
          message: starts
            ? `${regionByPhys(region)} is loadable, but the root cell can write only ${near === undefined ? 'its beginning' : rangeText(intersection(physRange(near), range))} of it: an image that reaches further would stop the board. Extend the region of the root cell.`
            : `${regionByPhys(region)} is loadable, but ${near === undefined ? 'the root cell has no region there' : `it lies in ${near.path} of the root cell, ${hasFlag(near, 'WRITE') ? 'which does not cover it' : 'which lacks WRITE'}`}: jailhouse cell load would stop the board ("Unhandled data write"). Extend a region of the root cell with WRITE over it, or move it.`,
          related:
            near === undefined
              ? [{ span: system.cell.span, message: `root cell "${system.cell.name.value}"` }]
              : [{ span: near.physStart.span, message: `${regionByPhys(near)} of the root cell` }],
        });
        continue;
      }
      const barred = readOnly.find((root) => overlaps(physRange(root), range) && staysReadOnly(root, mapped, region));
      if (barred === undefined) continue;
      report({
        span: region.physStart.span,
        message: `${regionByPhys(region)} is loadable, but overlaps ${regionByPhys(barred)} of the root cell, which lacks WRITE, in ${rangeText(intersection(physRange(barred), range))}: an image copied there would stop the board ("Unhandled data write"). Move the memory of the cell.`,
        related: [{ span: barred.flags.span, message: `${regionByPhys(barred)} of the root cell` }],
      });
    }
  },
};

/** A later writable region of the root cell wins over a read-only one. */
function staysReadOnly(root: MemoryRegion, mapped: readonly MemoryRegion[], region: MemoryRegion): boolean {
  const common = intersection(physRange(root), physRange(region));
  const later = mapped.filter((other) => other.index > root.index && hasFlag(other, 'WRITE'));
  return !new Coverage(later.map(physRange)).covers(common);
}
