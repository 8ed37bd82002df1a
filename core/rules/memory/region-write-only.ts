import { hasFlag, isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';

export const regionWriteOnly: FileRule = {
  id: 'region-write-only',
  title: 'Region that can be written but not read',
  severity: 'error',
  scope: 'file',
  catalogue: ['MEM-write-only'],
  prose: {
    meaning:
      'WRITE without READ. Memory that holds code or an image cannot work so, nor can a communication region, and Intel processors know no such mapping: error. On ARM a device that is only written is possible: warning.',
    onTheBoard:
      'On ARM reads end the cell ("Unhandled data read at ..."; observed); on Intel "FATAL: Unhandled VM-Exit, reason 49" (arm-common/mmu_cell.c, x86/vmx.c).',
    remedy: 'Add JAILHOUSE_MEM_READ.',
  },
  bad: '.flags = JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,',
  check(config, report) {
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || !hasFlag(region, 'WRITE') || hasFlag(region, 'READ')) continue;
      const mustRead = config.arch === 'x86' || isCommRegion(region) || hasFlag(region, 'EXECUTE') || hasFlag(region, 'LOADABLE');
      report({
        span: region.flags.span,
        severity: mustRead ? 'error' : 'warning',
        message: `${regionByVirt(region)} has WRITE without READ: the first read would end the cell${config.arch === 'x86' ? ', and Intel processors reject the mapping' : ''}. Add JAILHOUSE_MEM_READ.`,
        fixes: () => addMemoryFlags(config, region, 'READ'),
      });
    }
  },
};
