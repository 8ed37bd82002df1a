import { ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { hasFlag, isCommRegion, isEmpty, memoryFlags } from '../../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../../config/model.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';

export const regionWithoutAccess: FileRule = {
  id: 'region-without-access',
  title: 'Region that can be neither read nor written',
  severity: 'error',
  scope: 'file',
  catalogue: ['MEM-no-access'],
  prose: {
    meaning:
      'A region with a size but without JAILHOUSE_MEM_READ and JAILHOUSE_MEM_WRITE gives its cell nothing. For a communication region and for memory with code or an image that is an error, for other memory a warning.',
    onTheBoard: 'Any access ends the cell: "Unhandled data read at ..." (arm-common/mmu_cell.c; observed with a communication region).',
    remedy: 'Add READ, WRITE or both, or remove the region.',
  },
  bad: '.flags = JAILHOUSE_MEM_COMM_REGION,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION,',
  check(config, report) {
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || (region.flags.value & (memoryFlags.READ | memoryFlags.WRITE)) !== 0n) continue;
      const needed = isCommRegion(region) || hasFlag(region, 'EXECUTE') || hasFlag(region, 'LOADABLE');
      report({
        span: region.flags.span,
        severity: needed ? 'error' : 'warning',
        message: `${regionByVirt(region)} has neither READ nor WRITE: any access of the cell would end it with "Unhandled data read". Add the flags, or remove the region.`,
        fixes: () => {
          if (isSection(config, region)) return addMemoryFlags(config, region, 'READ');
          return needed
            ? addMemoryFlags(config, region, 'READ', 'WRITE')
            : [...addMemoryFlags(config, region, 'READ'), ...addMemoryFlags(config, region, 'READ', 'WRITE')].map((one) => ({
                ...one,
                needsChoice: true,
              }));
        },
      });
    }
  },
};

/** Who may write a section of a link is for ivshmem-section-access to say. */
function isSection(config: Config, region: MemoryRegion): boolean {
  return ivshmemDevices(config).some((device) => sectionsOf(config, device)?.some((section) => section.region === region));
}
