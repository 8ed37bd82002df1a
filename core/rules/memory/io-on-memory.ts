import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import { removeMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByPhys } from '../wording.ts';

export const ioOnMemory: FileRule = {
  id: 'io-on-memory',
  title: 'Memory marked as a device',
  severity: 'warning',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['MEM-io-on-ram', 'SHR-loadable-mmio'],
  prose: {
    meaning:
      'JAILHOUSE_MEM_IO maps a region as device memory, uncached and in strict order. Memory that code runs in (EXECUTE) or that images are loaded to (LOADABLE) is no device. Sections of an ivshmem link have a rule of their own.',
    onTheBoard:
      'RAM gets very slow, unaligned accesses fault. An emulator shows none of it. A device with LOADABLE is handed to the root cell at every load (arm-common/mmu_cell.c, control.c).',
    remedy: 'Drop JAILHOUSE_MEM_IO for memory; drop EXECUTE and LOADABLE for a device.',
  },
  bad: '/* RAM */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_IO,',
  good: '/* RAM */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,',
  check(config, report) {
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || isSubPage(region) || isCommRegion(region) || !hasFlag(region, 'IO')) continue;
      const use = hasFlag(region, 'EXECUTE') ? 'EXECUTE' : hasFlag(region, 'LOADABLE') && config.kind === 'cell' ? 'LOADABLE' : undefined;
      if (use === undefined) continue;
      report({
        span: region.flags.span,
        fixes: () => removeMemoryFlags(config, region, 'IO').map((one) => ({ ...one, needsChoice: true })),
        message: `${regionByPhys(region)} has ${use} and IO: the memory would be mapped as a device, slow, without unaligned accesses and out of step with caches. Drop JAILHOUSE_MEM_IO, or ${use} if it is a device.`,
      });
    }
  },
};
