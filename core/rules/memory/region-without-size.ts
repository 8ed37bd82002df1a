import { isEmpty } from '../../config/memory-flags.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const regionWithoutSize: FileRule = {
  id: 'region-without-size',
  title: 'Region without a size',
  severity: 'information',
  scope: 'file',
  catalogue: ['MEM-zero-size'],
  prose: {
    meaning:
      'A region of size 0 is a place holder, which virtual network devices need for one of their sections. One with addresses and without `.size` looks as if it were forgotten; a written size of 0 is taken as meant.',
    onTheBoard: 'Nothing is mapped, without a message (paging.c; observed).',
    remedy: 'Set `.size`, or write `{ 0 }`.',
  },
  bad: '{\n\t.phys_start = 0x10000000,\n\t.virt_start = 0x10000000,\n\t.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE,\n},',
  good: '{\n\t.phys_start = 0x10000000,\n\t.virt_start = 0x10000000,\n\t.size = 0x100000,\n\t.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE,\n},',
  check(config, report) {
    for (const region of config.memoryRegions) {
      // A communication region of size 0 is told of by comm-region-size.
      if (!isEmpty(region) || (region.flags.value & 0x20n) !== 0n) continue;
      if (region.size.explicit || (region.physStart.value === 0n && region.virtStart.value === 0n)) continue;
      // Sections of a link are told of by the rules of ivshmem.
      if (config.pciDevices.some((device) => device.type.value === 3 && holds(device, region.index))) continue;
      report({
        span: region.size.span,
        message: `${region.path} at ${hex(region.virtStart.value)} has size 0: nothing is mapped there. Set .size, or write { 0 } for a place holder.`,
      });
    }
  },
};

function holds(
  device: {
    readonly shmemRegionsStart: { readonly value: number } | undefined;
    readonly shmemPeers: { readonly value: number } | undefined;
  },
  index: number,
): boolean {
  const start = device.shmemRegionsStart?.value;
  return start !== undefined && index >= start && index < start + 2 + (device.shmemPeers?.value ?? 0);
}
