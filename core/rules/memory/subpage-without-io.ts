import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';

export const subpageWithoutIo: FileRule = {
  id: 'subpage-without-io',
  title: 'Sub-page region not marked as a device',
  severity: 'warning',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['SUB-io-flag'],
  prose: {
    meaning:
      'A region smaller than a page is trapped, which makes sense for device registers only. Without JAILHOUSE_MEM_IO the hypervisor takes it for memory when it cleans the caches of the cell.',
    onTheBoard:
      'The registers are swept as if they were cached whenever the cell starts or is destroyed (arm-common/mmu_cell.c:arm_cell_dcaches_flush).',
    remedy: 'Add JAILHOUSE_MEM_IO.',
  },
  bad: '.size = 0x40,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO_32,',
  good: '.size = 0x40,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_32,',
  check(config, report) {
    if (config.kind !== 'cell') return;
    const sharing = config.pciDevices.some((device) => device.type.value === 3);
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || !isSubPage(region) || isCommRegion(region) || hasFlag(region, 'IO')) continue;
      // RAM of odd size is told of elsewhere, and so is a section of a link.
      if (hasFlag(region, 'EXECUTE') || hasFlag(region, 'LOADABLE') || (sharing && hasFlag(region, 'ROOTSHARED'))) continue;
      report({
        span: region.flags.span,
        fixes: () => addMemoryFlags(config, region, 'IO'),
        message: `${regionByVirt(region)} is smaller than a page, so a window to a device, but lacks IO: its registers would be swept like cached memory at start and destroy. Add JAILHOUSE_MEM_IO.`,
      });
    }
  },
};
