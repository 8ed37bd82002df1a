import { hasFlag, isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';

export const noLoadableRegion: FileRule = {
  id: 'no-loadable-region',
  title: 'Cell that takes no image',
  severity: 'warning',
  scope: 'file',
  catalogue: ['SHR-load-none'],
  prose: {
    meaning: 'No region of the cell has JAILHOUSE_MEM_LOADABLE, so nothing can be loaded into it.',
    onTheBoard:
      '`jailhouse cell load` answers "Invalid argument" to every image; the cell runs whatever stands in its memory (driver/cell.c:load_image).',
    remedy: 'Add JAILHOUSE_MEM_LOADABLE to the RAM of the cell.',
  },
  bad: '/* RAM */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,',
  good: '/* RAM */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,',
  check(config, report) {
    const regions = config.memoryRegions.filter((region) => !isEmpty(region));
    if (config.kind !== 'cell' || regions.length === 0 || regions.some((region) => hasFlag(region, 'LOADABLE'))) return;
    const ram = regions.find((region) => hasFlag(region, 'EXECUTE') && !isCommRegion(region));
    const member = config.arrays.find(({ kind }) => kind === 'memory-regions')?.member;
    report({
      span: ram?.flags.span ?? member?.span ?? config.cell.span,
      fixes: () => (ram === undefined ? [] : addMemoryFlags(config, ram, 'LOADABLE').map((one) => ({ ...one, needsChoice: true }))),
      message: `No region of the cell has LOADABLE: jailhouse cell load would answer "Invalid argument" to every image. Add JAILHOUSE_MEM_LOADABLE to ${ram === undefined ? 'its RAM' : ram.path}.`,
    });
  },
};
