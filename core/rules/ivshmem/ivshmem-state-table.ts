import { bdfName, ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { isSubPage } from '../../config/memory-flags.ts';
import { hasRoom } from '../../fixes/room.ts';
import { setNumber } from '../../fixes/values.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemStateTable: FileRule = {
  id: 'ivshmem-state-table',
  title: 'Ivshmem state table is not whole pages',
  severity: 'warning',
  scope: 'file',
  catalogue: ['IVS-state-size', 'IVS-page-gran'],
  prose: {
    meaning:
      'The state table holds 4 bytes for each peer. The hypervisor writes it as a whole page, and the guest is to map it: its size is a multiple of 4 KiB and not 0.',
    onTheBoard:
      'With size 0 or a part of a page the guest cannot read the states of its peers, or each read is trapped; the hypervisor writes its page at `phys_start` all the same (ivshmem.c:ivshmem_map_state_table; observed to be accepted).',
    remedy: 'Give the state table 0x1000.',
  },
  bad: '/* state table */ {\n\t.phys_start = 0x1faf0000,\n\t.virt_start = 0x1faf0000,\n\t.size = 0x800,',
  good: '/* state table */ {\n\t.phys_start = 0x1faf0000,\n\t.virt_start = 0x1faf0000,\n\t.size = 0x1000,',
  check(config, report) {
    for (const device of ivshmemDevices(config)) {
      const table = sectionsOf(config, device)?.[0]?.region;
      if (table === undefined || (table.size.value > 0n && !isSubPage(table))) continue;
      report({
        span: table.size.span,
        message: `The state table ${table.path} of the ivshmem device ${bdfName(device.bdf.value)} has ${hex(table.size.value)} (${humanSize(table.size.value)}) at ${hex(table.virtStart.value)}, no whole pages: the guest cannot map it, while the hypervisor writes a page there. Give it 0x1000 (4 KiB).`,
        related: [{ span: device.shmemRegionsStart.span, message: `the sections start at region ${device.shmemRegionsStart.value}` }],
        fixes: () => (hasRoom(config, table, { size: 0x1000n }) ? setNumber(config, table, table.size, 0x1000n) : []),
      });
    }
  },
};
