import { ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { hasFlag, isEmpty } from '../../config/memory-flags.ts';
import { removeMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';

export const rootRegionFlags: FileRule = {
  id: 'root-region-flags',
  title: 'Flags without a meaning in the root cell',
  severity: 'information',
  scope: 'file',
  catalogue: ['SHR-root-flags'],
  prose: {
    meaning:
      'LOADABLE, ROOTSHARED and COMM_REGION say how the memory of another cell stands to the root cell. In the regions of the root cell itself the first two do nothing, and the third maps a page of the hypervisor that nobody fills. The sections of virtual PCI devices are left alone: a macro that upstream provides writes ROOTSHARED there.',
    onTheBoard: 'Nothing (observed with LOADABLE and ROOTSHARED).',
    remedy: 'Drop the flag.',
  },
  bad: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,',
  check(config, report) {
    if (config.kind !== 'system') return;
    const sections = new Set(
      ivshmemDevices(config)
        .flatMap((device) => sectionsOf(config, device) ?? [])
        .map(({ region }) => region),
    );
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || sections.has(region)) continue;
      const idle = (['LOADABLE', 'ROOTSHARED', 'COMM_REGION'] as const).filter((flag) => hasFlag(region, flag));
      if (idle.length > 0)
        report({
          span: region.flags.span,
          fixes: () => removeMemoryFlags(config, region, ...idle),
          message: `${idle.join(' and ')} ${idle.length === 1 ? 'means' : 'mean'} nothing in ${region.path} of the root cell. Drop ${idle.length === 1 ? 'it' : 'them'}.`,
        });
    }
  },
};
