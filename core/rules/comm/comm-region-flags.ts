import { hasFlag, isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import { removeMemoryFlags } from '../../fixes/flags.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const commRegionFlags: FileRule = {
  id: 'comm-region-flags',
  title: 'Flags that a communication region must not have',
  severity: 'warning',
  scope: 'file',
  catalogue: ['COMM-dma', 'COMM-shared-flags'],
  prose: {
    meaning:
      'The hypervisor maps its own page in place of `phys_start`, but LOADABLE and DMA still act on `phys_start`, which is 0 most often. ROOTSHARED has no effect: information.',
    onTheBoard:
      'LOADABLE: at load and start the root cell gains and loses the page at `phys_start` (control.c:remap_to_root_cell). DMA: devices of the cell reach that page (x86/vtd.c, ti-pvu.c). Neither shows until the page is used.',
    remedy: 'Leave READ, WRITE and COMM_REGION.',
  },
  bad: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION | JAILHOUSE_MEM_LOADABLE,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION,',
  check(config, report) {
    if (config.kind !== 'cell') return;
    for (const region of config.memoryRegions) {
      if (!isCommRegion(region) || isEmpty(region)) continue;
      const bad = (['LOADABLE', 'DMA'] as const).filter((flag) => hasFlag(region, flag));
      if (bad.length > 0)
        report({
          span: region.flags.span,
          fixes: () => removeMemoryFlags(config, region, ...bad),
          message: `The communication region ${region.path} has ${bad.join(' and ')}, which ${bad.length === 1 ? 'acts' : 'act'} on phys_start ${hex(region.physStart.value)} instead of its page: ${bad[0] === 'LOADABLE' ? 'the root cell would gain and lose that page at load and start' : 'devices of the cell would reach that page'}. Drop ${bad.map((flag) => `JAILHOUSE_MEM_${flag}`).join(' and ')}.`,
          related: [{ span: region.physStart.span, message: `phys_start ${hex(region.physStart.value)}` }],
        });
      else if (hasFlag(region, 'ROOTSHARED'))
        report({
          span: region.flags.span,
          fixes: () => removeMemoryFlags(config, region, 'ROOTSHARED'),
          severity: 'information',
          message: `ROOTSHARED has no effect on the communication region ${region.path}. Drop it.`,
        });
    }
  },
};
