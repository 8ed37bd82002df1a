import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import { removeMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByPhys } from '../wording.ts';

export const ramRootshared: FileRule = {
  id: 'ram-rootshared',
  title: 'Code memory of a cell shared with the root cell',
  severity: 'warning',
  scope: 'file',
  catalogue: ['SHR-rootshared-ram'],
  prose: {
    meaning:
      'ROOTSHARED leaves a region to the root cell as well. For memory with EXECUTE that means that Linux can change the code and the data of the cell. `jailhouse cell linux` takes no such region for RAM.',
    onTheBoard: 'No isolation, and nothing shows it (control.c:cell_create).',
    remedy: 'Drop ROOTSHARED, or EXECUTE when the region only carries data for both.',
  },
  bad: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_ROOTSHARED,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,',
  check(config, report) {
    if (config.kind !== 'cell') return;
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || isCommRegion(region) || isSubPage(region)) continue;
      if (!hasFlag(region, 'EXECUTE') || !hasFlag(region, 'ROOTSHARED') || hasFlag(region, 'LOADABLE')) continue;
      report({
        span: region.flags.span,
        fixes: () => removeMemoryFlags(config, region, 'ROOTSHARED').map((one) => ({ ...one, needsChoice: true })),
        message: `${regionByPhys(region)} has EXECUTE and ROOTSHARED: the root cell keeps full access to code of the cell, without any isolation. Drop ROOTSHARED, or EXECUTE for shared data.`,
      });
    }
  },
};
