import { isCommRegion, isEmpty, isSubPage, memoryFlagNames, memoryFlags, widthFlags } from '../../config/memory-flags.ts';
import { removeMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';

const widths = ['IO_8', 'IO_16', 'IO_32', 'IO_64', 'IO_UNALIGNED'] as const;

export const regionWidthFlagsIgnored: FileRule = {
  id: 'region-width-flags-ignored',
  title: 'Access width flags on a mapped region',
  severity: 'information',
  scope: 'file',
  catalogue: ['MEM-width-on-page'],
  prose: {
    meaning:
      'IO_8, IO_16, IO_32, IO_64 and IO_UNALIGNED restrict accesses that are trapped one by one, in regions smaller than a page. A region of whole pages is mapped, and the hardware does what the cell asks.',
    onTheBoard: 'Nothing: the flags are ignored, also as a restriction (mmio.c).',
    remedy: 'Drop the flags, or make the region as small as the device if the restriction is wanted.',
  },
  bad: '.size = 0x1000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_32,',
  good: '.size = 0x1000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,',
  check(config, report) {
    // Before v0.12 bit 0x100 was IO_UNALIGNED and 0x8000 had no meaning; neither is told apart here.
    const width = widthFlags | memoryFlags.IO_UNALIGNED;
    for (const region of config.memoryRegions) {
      const idle = region.flags.value & width;
      if (idle === 0n || isEmpty(region) || isSubPage(region) || isCommRegion(region)) continue;
      report({
        span: region.flags.span,
        message: `${regionByVirt(region)} is mapped in whole pages, so ${memoryFlagNames(idle).join(', ')} ${memoryFlagNames(idle).length === 1 ? 'has' : 'have'} no effect.`,
        fixes: () => removeMemoryFlags(config, region, ...widths.filter((flag) => (idle & memoryFlags[flag]) !== 0n)),
      });
    }
  },
};
