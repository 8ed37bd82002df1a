import { announcedSize } from '../../config/array-layout.ts';
import { humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

/** 16 temporary mapping pages of 4 KiB per CPU (NUM_TEMPORARY_PAGES, hypervisor/include/jailhouse/paging.h). */
const largestConfig = 0x10000;

export const configTooLarge: FileRule = {
  id: 'config-too-large',
  title: 'Cell config over 64 KiB',
  severity: 'error',
  scope: 'file',
  catalogue: ['HDR-config-64k'],
  prose: {
    meaning:
      'To create a cell the hypervisor maps its config through 16 temporary pages, 64 KiB. The size that counts is the one the counters announce, not the length of the file. A system config is read in place and has no such limit.',
    onTheBoard: '`jailhouse cell create` fails with "Argument list too long" (E2BIG; hypervisor/control.c:cell_create).',
    remedy: 'Merge memory regions that touch each other and have the same flags.',
  },
  bad: 'struct jailhouse_memory mem_regions[2100]; /* 67,200 bytes */',
  good: 'struct jailhouse_memory mem_regions[40];',
  check(config, report) {
    if (config.kind !== 'cell') return;
    const size = announcedSize(config);
    if (size <= largestConfig) return;
    const largest = config.arrays.reduce((a, b) => (b.counter.value * b.unitSize > a.counter.value * a.unitSize ? b : a));
    report({
      span: largest.counter.span,
      message: `The config announces ${size} bytes (${humanSize(size)}), more than the ${humanSize(largestConfig)} that the hypervisor can map: jailhouse cell create would answer "Argument list too long". Merge entries of ${largest.member?.name ?? largest.kind}.`,
    });
  },
};
