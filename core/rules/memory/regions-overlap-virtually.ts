import { virtRange } from '../../config/address-window.ts';
import { isCommRegion, isSubPage, memoryFlags } from '../../config/memory-flags.ts';
import type { Architecture, MemoryRegion } from '../../config/model.ts';
import { removeRegion } from '../../fixes/elements.ts';
import { shadowsLoadable } from '../loading/load-region-shadowed.ts';
import { forEachOverlap, maxReportedOverlaps } from '../overlap.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt, relatedRegion, whereBoth } from '../wording.ts';
import { areSameMapping } from './same-mapping.ts';

export const regionsOverlapVirtually: FileRule = {
  id: 'regions-overlap-virtually',
  title: 'Regions of a cell overlap at guest addresses',
  severity: 'warning',
  scope: 'file',
  catalogue: ['MEM-overlap-virt', 'SUB-under-page', 'SUB-overlap-sub'],
  prose: {
    meaning:
      'Two regions of one cell claim the same guest addresses. The hypervisor maps them in the order of the array, and the later one wins page by page. A trapped sub-page region under a mapped one is never reached. A hidden communication region and one that takes no images before one that does have rules of their own. Two equal entries, entries of the root cell that say the same about the common range, and a trapped window under a mapped region with the same memory, are information.',
    onTheBoard:
      'The cell has other memory or other rights there than the earlier entry says: a read-only ivshmem section becomes writable under a later RAM entry (setup.c:init_late, control.c:cell_create). When a region is unmapped, the common range goes with it.',
    remedy: 'Cut the larger region so that the two only touch.',
  },
  bad: '/* RAM */ { .virt_start = 0x0, .size = 0x20000, /* ... */ },\n/* UART */ { .virt_start = 0x1f000, .size = 0x1000, /* ... */ },',
  good: '/* RAM */ { .virt_start = 0x0, .size = 0x1f000, /* ... */ },\n/* UART */ { .virt_start = 0x1f000, .size = 0x1000, /* ... */ },',
  check(config, report) {
    let reported = 0;
    forEachOverlap(config.memoryRegions, virtRange, (one, other) => {
      const [earlier, later] = one.index < other.index ? [one, other] : [other, one];
      // Told of by comm-region-hidden and load-region-shadowed, which know what happens.
      if (isCommRegion(earlier) && !isCommRegion(later) && !isSubPage(earlier) && !isSubPage(later)) return true;
      if (config.kind === 'cell' && shadowsLoadable(earlier, later)) return true;
      const same = areSameMapping(earlier, later);
      const repeats = same || (config.kind === 'system' && sayTheSame(earlier, later, config.arch));
      const idle = repeats || isIdleWindow(earlier, later);
      const common = whereBoth(virtRange(earlier), virtRange(later));
      report({
        span: later.virtStart.span,
        severity: idle ? 'information' : 'warning',
        message: same
          ? `${regionByVirt(later)} repeats ${earlier.path}: the second entry changes nothing. Remove one of them.`
          : `${regionByVirt(later)} overlaps ${regionByVirt(earlier)}${common}: ${repeats ? 'both say the same, so nothing changes there' : effect(earlier, later)}. Cut one of them.`,
        related: [relatedRegion(earlier, 'virt')],
        fixes: () => (same ? removeRegion(config, later) : []),
      });
      return ++reported < maxReportedOverlaps;
    });
  },
};

/** The same memory with the same rights where they overlap: in the root cell, whose regions are mapped once, either entry will do. */
function sayTheSame(a: MemoryRegion, b: MemoryRegion, arch: Architecture): boolean {
  // On ARM nothing is mapped execute-never (arm-common/mmu_cell.c; observed).
  const ignored = arch === 'x86' ? 0n : memoryFlags.EXECUTE;
  return (
    isSubPage(a) === isSubPage(b) &&
    a.physStart.value - a.virtStart.value === b.physStart.value - b.virtStart.value &&
    ((a.flags.value ^ b.flags.value) & ~ignored) === 0n &&
    !isCommRegion(a) &&
    isSubPage(a) === isSubPage(b)
  );
}

/** A trapped window whose memory the cell reaches anyway, at the same address: only its access rules have no effect. */
function isIdleWindow(a: MemoryRegion, b: MemoryRegion): boolean {
  return isSubPage(a) !== isSubPage(b) && a.physStart.value - a.virtStart.value === b.physStart.value - b.virtStart.value;
}

function effect(earlier: MemoryRegion, later: MemoryRegion): string {
  if (isSubPage(earlier) && isSubPage(later)) return 'both are trapped access by access, and either of them may answer, or none';
  if (isSubPage(earlier) !== isSubPage(later)) {
    const [mapped, trapped] = isSubPage(earlier) ? [later, earlier] : [earlier, later];
    return `${mapped.path} is mapped there, so ${trapped.path} with its access rules is never reached`;
  }
  return `${later.path} comes later in the array and wins there, with its own address and flags`;
}
