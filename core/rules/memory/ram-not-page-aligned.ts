import { hasFlag, isCommRegion, isEmpty, isSubPage, pageSize } from '../../config/memory-flags.ts';
import { hasRoom } from '../../fixes/room.ts';
import { offerNumber } from '../../fixes/values.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const ramNotPageAligned: FileRule = {
  id: 'ram-not-page-aligned',
  title: 'RAM that is not page-aligned',
  severity: 'error',
  scope: 'file',
  catalogue: ['MEM-size-unaligned-ram'],
  prose: {
    meaning:
      'A region whose guest address or size is no multiple of 4 KiB is not mapped: each access traps. That serves small device windows. Code cannot run there, and images cannot be loaded.',
    onTheBoard:
      'The cell dies at its first instruction ("FATAL: instruction abort at ...") or at the first access ("FATAL: Invalid MMIO read"), and its CPU is parked (setup.c, mmio.c:mmio_handle_subpage).',
    remedy: 'Round guest address and size to multiples of 0x1000.',
  },
  bad: '.virt_start = 0x0,\n.size = 0x10800,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE |\n\t JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,',
  good: '.virt_start = 0x0,\n.size = 0x11000,',
  check(config, report) {
    for (const region of config.memoryRegions) {
      const use = hasFlag(region, 'EXECUTE') ? 'executable' : hasFlag(region, 'LOADABLE') ? 'loadable' : undefined;
      if (use === undefined || isEmpty(region) || !isSubPage(region) || isCommRegion(region)) continue;
      const sizeOff = region.size.value % pageSize !== 0n;
      const field = sizeOff ? region.size : region.virtStart;
      report({
        span: field.span,
        message: `${region.path} is ${use}, but its ${sizeOff ? `size ${hex(field.value)} (${humanSize(field.value)})` : `virt_start ${hex(field.value)}`} is no multiple of 0x1000: the hypervisor would trap each access instead of mapping it, and the cell dies at its first instruction there. Round it.`,
        fixes: () =>
          // A start that moves up could leave the guest's entry point out.
          (sizeOff ? [0n, pageSize] : [0n])
            .map((up) => field.value - (field.value % pageSize) + up)
            .filter((next) => (next > 0n || !sizeOff) && hasRoom(config, region, sizeOff ? { size: next } : { virt: next }))
            .flatMap((next) => offerNumber(config, region, field, next, next < field.value ? 'down' : 'up')),
      });
    }
  },
};
