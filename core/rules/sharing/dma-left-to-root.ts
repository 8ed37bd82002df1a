import { overlaps, physRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import type { CellRule } from '../rule.ts';
import { regionByPhys } from '../wording.ts';

/** JAILHOUSE_IOMMU_INTEL (include/jailhouse/cell-config.h). */
const intel = 2;

export const dmaLeftToRoot: CellRule = {
  id: 'dma-left-to-root',
  title: 'Devices of the root cell keep access to memory of a cell',
  severity: 'warning',
  scope: 'cell',
  arch: ['x86'],
  catalogue: ['SHR-dma-flag-vtd'],
  prose: {
    meaning:
      'With an Intel IOMMU memory is taken from the devices of the root cell only when the entry of the cell says DMA. Without it the mapping of the root cell, which has DMA there, stays.',
    onTheBoard: 'Nothing to be seen: devices of Linux can overwrite the memory of the cell (x86/vtd.c:iommu_unmap_memory_region).',
    remedy: 'Add JAILHOUSE_MEM_DMA to the RAM of the cell.',
  },
  bad: '/* RAM of the cell */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE |\n\t JAILHOUSE_MEM_DMA | JAILHOUSE_MEM_LOADABLE,',
  check(system, member, report) {
    if (member === system || system.system?.iommuUnits.some((unit) => unit.base.value !== 0n && unit.type?.value === intel) !== true)
      return;
    const reachable = system.memoryRegions.filter((region) => !isEmpty(region) && hasFlag(region, 'DMA'));
    for (const region of member.memoryRegions) {
      if (isEmpty(region) || isCommRegion(region) || isSubPage(region) || hasFlag(region, 'ROOTSHARED') || hasFlag(region, 'DMA')) continue;
      const root = reachable.find((candidate) => overlaps(physRange(candidate), physRange(region)));
      if (root === undefined) continue;
      report({
        span: region.flags.span,
        fixes: () => addMemoryFlags(member, region, 'DMA'),
        message: `${regionByPhys(region)} lacks DMA, but ${root.path} of the root cell has it: devices of Linux could still write into the memory of the cell. Add JAILHOUSE_MEM_DMA.`,
        related: [{ span: root.flags.span, message: `${regionByPhys(root)} of the root cell` }],
      });
    }
  },
};
