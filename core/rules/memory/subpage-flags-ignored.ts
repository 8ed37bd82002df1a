import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import { removeMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';

export const subpageFlagsIgnored: FileRule = {
  id: 'subpage-flags-ignored',
  title: 'Flags without effect on a sub-page region',
  severity: 'information',
  scope: 'file',
  catalogue: ['SUB-dma-exec', 'SUB-64-on-arm'],
  prose: {
    meaning:
      'A trapped window is never given to an IOMMU, so DMA has no effect. On 32-bit ARM no access of 64 bits can be replayed, so IO_64 has none.',
    onTheBoard: 'Nothing (mmio.c, arm/mmio.c).',
    remedy: 'Drop the flag.',
  },
  bad: '.size = 0x40,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_DMA | JAILHOUSE_MEM_IO_32,',
  good: '.size = 0x40,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_32,',
  check(config, report) {
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || !isSubPage(region) || isCommRegion(region)) continue;
      const idle: ('DMA' | 'IO_64')[] = [];
      if (hasFlag(region, 'DMA') && !hasFlag(region, 'EXECUTE') && !hasFlag(region, 'LOADABLE')) idle.push('DMA');
      if (hasFlag(region, 'IO_64') && config.arch === 'arm') idle.push('IO_64');
      if (idle.length > 0)
        report({
          span: region.flags.span,
          fixes: () => removeMemoryFlags(config, region, ...idle),
          message: `${idle.join(' and ')} ${idle.length === 1 ? 'has' : 'have'} no effect on ${regionByVirt(region)}, whose accesses are trapped one by one. Drop ${idle.length === 1 ? 'it' : 'them'}.`,
        });
    }
  },
};
