import { isEmpty } from '../../config/memory-flags.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';

/** JAILHOUSE_CELL_AARCH32 (include/jailhouse/cell-config.h, revision 13). */
export const aarch32Flag = 0x4;

const limit = 1n << 32n;

export const aarch32Above4g: FileRule = {
  id: 'aarch32-above-4g',
  title: '32-bit cell with addresses above 4 GiB',
  severity: 'error',
  scope: 'file',
  arch: ['arm64'],
  catalogue: ['LOAD-reset-aarch32'],
  prose: {
    meaning:
      'A cell with JAILHOUSE_CELL_AARCH32 starts in 32-bit state. A start address of 4 GiB or more is out of its reach: error. So are regions there, unless the guest uses large physical addresses: warning.',
    onTheBoard: 'The upper half of the start address is lost, and the cell runs somewhere else (arm64/control.c).',
    remedy: 'Place the memory of the cell below 4 GiB by `virt_start`; `phys_start` may stay.',
  },
  bad: '.flags = JAILHOUSE_CELL_PASSIVE_COMMREG | JAILHOUSE_CELL_AARCH32,\n.cpu_reset_address = 0x880000000,',
  good: '.flags = JAILHOUSE_CELL_PASSIVE_COMMREG | JAILHOUSE_CELL_AARCH32,\n.cpu_reset_address = 0x0,',
  check(config, report) {
    const { flags, cpuResetAddress } = config.cell;
    if (config.kind !== 'cell' || (flags.value & aarch32Flag) === 0) return;
    const related = [{ span: flags.span, message: 'the cell has JAILHOUSE_CELL_AARCH32' }];
    if (cpuResetAddress !== undefined && cpuResetAddress.value >= limit)
      report({
        span: cpuResetAddress.span,
        message: `A 32-bit cell cannot start at ${hex(cpuResetAddress.value)}: only the low 32 bits count, and it would run at ${hex(cpuResetAddress.value % limit)}. Use an address below 4 GiB.`,
        related,
      });
    for (const region of config.memoryRegions)
      if (!isEmpty(region) && region.virtStart.value >= limit)
        report({
          span: region.virtStart.span,
          severity: 'warning',
          message: `${regionByVirt(region)} lies above 4 GiB, where a 32-bit cell reaches nothing without large physical addresses. Choose a lower virt_start.`,
          related,
        });
  },
};
