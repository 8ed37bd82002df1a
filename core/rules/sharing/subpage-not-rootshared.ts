import { overlaps, physRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion, isEmpty, pageSize } from '../../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../../config/model.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import type { CellRule } from '../rule.ts';
import { regionByPhys } from '../wording.ts';

export const subpageNotRootshared: CellRule = {
  id: 'subpage-not-rootshared',
  title: 'Sub-page window taken from the root cell',
  severity: 'error',
  scope: 'cell',
  catalogue: ['SUB-shared-needed', 'SUB-root-split'],
  prose: {
    meaning:
      'A cell window smaller than a page, without ROOTSHARED, is taken from the root cell when the cell is created. When the root cell has a trapped window at that address, the hypervisor deletes that window as a whole; at destroy it registers it again with data that is gone by then. Where the root cell has the page mapped, nothing is taken: information.',
    onTheBoard:
      'A larger window of the root cell is lost with all its registers: the next access of Linux parks the CPU. An equal one works until the cell is destroyed; then an access of Linux ends with "FATAL: Invalid MMIO" (control.c:unmap_from_root_cell, remap_to_root_cell, mmio.c).',
    remedy:
      'Add JAILHOUSE_MEM_ROOTSHARED, or split the window of the root cell exactly around that of the cell and accept that it does not come back.',
  },
  bad: '/* root: */ { .phys_start = 0x01c20800, .size = 0x400, /* ... */ },\n/* cell: */ { .phys_start = 0x01c20800, .size = 0x24, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE |\n\t JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_32 },',
  good: '/* cell: */ { .phys_start = 0x01c20800, .size = 0x24, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE |\n\t JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_32 | JAILHOUSE_MEM_ROOTSHARED },',
  check(system, member, report) {
    if (member === system) return;
    for (const region of member.memoryRegions) {
      if (isEmpty(region) || isCommRegion(region) || !isTrappedInRoot(region) || hasFlag(region, 'ROOTSHARED')) continue;
      if (hasFlag(region, 'EXECUTE') || hasFlag(region, 'LOADABLE')) continue;
      const range = physRange(region);
      const mapped = system.memoryRegions.find((root) => !isEmpty(root) && !isTrappedInRoot(root) && overlaps(physRange(root), range));
      const window = windowAt(system, region);
      if (mapped !== undefined)
        report({
          span: region.flags.span,
          fixes: () => addMemoryFlags(member, region, 'ROOTSHARED'),
          severity: 'information',
          message: `${regionByPhys(region)} is less than a page, and the root cell has the page mapped: it keeps access, whatever the flags say. Add JAILHOUSE_MEM_ROOTSHARED to say so.`,
          related: [{ span: mapped.physStart.span, message: `${regionByPhys(mapped)} of the root cell` }],
        });
      else if (window !== undefined) {
        const larger = window.size.value > region.size.value;
        report({
          span: region.flags.span,
          fixes: () => addMemoryFlags(member, region, 'ROOTSHARED'),
          message: larger
            ? `${regionByPhys(region)} lies in the trapped window ${regionByPhys(window)} of the root cell and lacks ROOTSHARED: at create the root cell would lose the whole window, and the next access of Linux to it stops a CPU. Add JAILHOUSE_MEM_ROOTSHARED.`
            : `${regionByPhys(region)} is also a trapped window of the root cell and lacks ROOTSHARED: once the cell is destroyed, the next access of Linux to it goes astray ("Invalid MMIO"). Add JAILHOUSE_MEM_ROOTSHARED.`,
          related: [{ span: window.physStart.span, message: `${regionByPhys(window)} of the root cell` }],
        });
      }
    }
  },
};

/** The test that the hypervisor makes when it takes memory from the root cell: by physical address, because that one is 1:1. */
function isTrappedInRoot(region: MemoryRegion): boolean {
  return region.physStart.value % pageSize !== 0n || region.size.value % pageSize !== 0n;
}

/** The trapped window of the root cell that holds the first byte: the one that is deleted. */
function windowAt(system: Config, region: MemoryRegion): MemoryRegion | undefined {
  const first = { start: region.physStart.value, size: 1n };
  return system.memoryRegions.find((root) => isTrappedInRoot(root) && overlaps(physRange(root), first));
}
