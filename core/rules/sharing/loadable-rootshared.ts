import { hasFlag, isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import { removeMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByPhys } from '../wording.ts';

export const loadableRootshared: FileRule = {
  id: 'loadable-rootshared',
  title: 'Region both loadable and shared with the root cell',
  severity: 'error',
  scope: 'file',
  catalogue: ['SHR-load-shared'],
  prose: {
    meaning:
      'LOADABLE memory is taken from the root cell when the cell starts, whatever ROOTSHARED says. When a running cell is destroyed, regions with ROOTSHARED are not given back.',
    onTheBoard:
      'The root cell loses the memory at start; its next access parks the CPU ("Unhandled data read at ...") and the board is dead. After the destruction of a running cell the memory stays away (control.c:cell_start, cell_destroy_internal; both observed).',
    remedy: 'Drop ROOTSHARED for the memory of the guest, LOADABLE for shared memory.',
  },
  bad: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE |\n\t JAILHOUSE_MEM_LOADABLE | JAILHOUSE_MEM_ROOTSHARED,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE |\n\t JAILHOUSE_MEM_LOADABLE,',
  check(config, report) {
    if (config.kind !== 'cell') return;
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || isCommRegion(region) || !hasFlag(region, 'LOADABLE') || !hasFlag(region, 'ROOTSHARED')) continue;
      report({
        span: region.flags.span,
        fixes: () => removeMemoryFlags(config, region, 'ROOTSHARED'),
        message: `${regionByPhys(region)} has LOADABLE and ROOTSHARED: the root cell loses it at start and does not get it back when the running cell is destroyed, and its next access there stops the board. Drop ROOTSHARED, or LOADABLE for shared memory.`,
      });
    }
  },
};
