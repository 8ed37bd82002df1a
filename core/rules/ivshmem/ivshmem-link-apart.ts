import { ownsPin } from '../../config/interrupt-pins.ts';
import { bdfName, ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { isEmpty } from '../../config/memory-flags.ts';
import { setNumber } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import type { CellRule } from '../rule.ts';

export const ivshmemLinkApart: CellRule = {
  id: 'ivshmem-link-apart',
  title: 'Ends of an ivshmem link stand at different PCI addresses',
  severity: 'error',
  scope: 'cell',
  catalogue: ['IVS-link-bdf'],
  prose: {
    meaning:
      'The hypervisor ties two ivshmem devices together when their `bdf` is the same, whatever memory they use. A device that uses the state table of a link of the root cell is meant to be on that link.',
    onTheBoard: 'No message. Each end waits for a peer that never comes: no interrupt, no connection (ivshmem.c:ivshmem_init; observed).',
    remedy: 'Use the same `bdf` on both ends.',
  },
  bad: '/* root: state table 0x1faf0000 at .bdf = 0 << 3 */\n.bdf = 5 << 3, /* same state table */',
  good: '.bdf = 0 << 3,',
  check(system, member, report) {
    if (member === system) return;
    const ends = ivshmemDevices(system).map((device) => ({ device, table: sectionsOf(system, device)?.[0]?.region }));
    for (const device of ivshmemDevices(member)) {
      const table = sectionsOf(member, device)?.[0]?.region;
      if (table === undefined || isEmpty(table) || ends.some((end) => end.device.bdf.value === device.bdf.value)) continue;
      const meant = ends.filter(
        (end) => end.table !== undefined && !isEmpty(end.table) && end.table.physStart.value === table.physStart.value,
      );
      const end = meant[0]?.device;
      if (end === undefined) continue;
      report({
        span: device.bdf.span,
        message: `The ivshmem device ${bdfName(device.bdf.value)} uses the state table ${hex(table.physStart.value)} of the root cell's link ${bdfName(end.bdf.value)}, but links are made by bdf: the two would never meet. Write the bdf of the root cell.`,
        related: [{ span: end.bdf.span, message: `the root cell's end is at ${bdfName(end.bdf.value)}` }],
        // The device number also chooses the interrupt: no fix that would take that away.
        fixes:
          meant.length === 1 && (member.arch === 'x86' || ownsPin(member, 32 + member.cell.vpciIrqBase.value + ((end.bdf.value >> 3) & 3)))
            ? setNumber(member, device, device.bdf, BigInt(end.bdf.value))
            : [],
      });
    }
  },
};
