import { isCommRegion, isSubPage, pageSize } from '../../config/memory-flags.ts';
import { hasRoom } from '../../fixes/room.ts';
import { offerNumber, setNumber } from '../../fixes/values.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const commRegionSize: FileRule = {
  id: 'comm-region-size',
  title: 'Communication region is not one page',
  severity: 'error',
  scope: 'file',
  catalogue: ['COMM-size'],
  prose: {
    meaning:
      'The communication region is one page of the hypervisor, mapped at `virt_start`. Its size is 0x1000, whatever the guest uses of it. A size of 0 leaves the cell without one: warning.',
    onTheBoard:
      'Larger: the cell gets the pages of the hypervisor that follow, a hole in the isolation. Smaller or unaligned: accesses are trapped and go to `phys_start` instead; observed: "FATAL: Invalid MMIO read, address: 6" and the cell dies (mmu_cell.c, mmio.c).',
    remedy: 'Set `.size = 0x00001000`.',
  },
  bad: '.virt_start = 0x80000000,\n.size = 0x2000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION,',
  good: '.virt_start = 0x80000000,\n.size = 0x1000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION,',
  check(config, report) {
    for (const region of config.memoryRegions) {
      if (!isCommRegion(region)) continue;
      const size = region.size.value;
      if (size !== pageSize) {
        const effect =
          size === 0n
            ? 'the cell has no communication region'
            : size % pageSize === 0n
              ? `the cell would get ${humanSize(size - pageSize)} of the hypervisor's own memory behind it`
              : 'accesses would go to phys_start instead, and the cell dies at the first';
        report({
          span: region.size.span,
          ...(size === 0n ? { severity: 'warning' as const } : {}),
          message: `The communication region ${region.path} has ${hex(size)} (${humanSize(size)}) instead of 0x1000 (4 KiB): ${effect}. Set .size = 0x1000.`,
          fixes: () => setNumber(config, region, region.size, pageSize),
        });
      } else if (isSubPage(region)) {
        report({
          span: region.virtStart.span,
          message: `The communication region ${region.path} starts at ${hex(region.virtStart.value)}, no multiple of 0x1000: accesses would go to phys_start instead, and the cell dies at the first. Align it.`,
          fixes: () =>
            [0n, pageSize]
              .map((up) => region.virtStart.value - (region.virtStart.value % pageSize) + up)
              .filter((virt) => hasRoom(config, region, { virt }))
              .flatMap((virt) => offerNumber(config, region, region.virtStart, virt, virt < region.virtStart.value ? 'down' : 'up')),
        });
      }
    }
  },
};
