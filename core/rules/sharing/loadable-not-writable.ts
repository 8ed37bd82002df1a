import { hasFlag, isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';

export const loadableNotWritable: FileRule = {
  id: 'loadable-not-writable',
  title: 'Loadable region without WRITE',
  severity: 'error',
  scope: 'file',
  catalogue: ['SHR-load-noread'],
  prose: {
    meaning:
      'The driver copies images only into regions with both LOADABLE and WRITE. The cell cannot be given code that it may only read.',
    onTheBoard: '`jailhouse cell load` answers "Invalid argument" (driver/cell.c:load_image; observed).',
    remedy: 'Add JAILHOUSE_MEM_WRITE.',
  },
  bad: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,',
  check(config, report) {
    if (config.kind !== 'cell') return;
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || isCommRegion(region) || !hasFlag(region, 'LOADABLE') || hasFlag(region, 'WRITE')) continue;
      report({
        span: region.flags.span,
        fixes: () => addMemoryFlags(config, region, 'WRITE'),
        message: `${regionByVirt(region)} has LOADABLE without WRITE: jailhouse cell load would answer "Invalid argument". Add JAILHOUSE_MEM_WRITE.`,
      });
    }
  },
};
