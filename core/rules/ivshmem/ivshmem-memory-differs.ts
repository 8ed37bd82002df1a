import { bdfName, ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { isEmpty } from '../../config/memory-flags.ts';
import { hasRoom } from '../../fixes/room.ts';
import { setNumber } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import type { CellRule } from '../rule.ts';
import { regionByPhys } from '../wording.ts';

export const ivshmemMemoryDiffers: CellRule = {
  id: 'ivshmem-memory-differs',
  title: 'Ends of an ivshmem link use different memory',
  severity: 'error',
  scope: 'cell',
  catalogue: ['IVS-phys-equal'],
  prose: {
    meaning:
      'State table, common section and output sections of a link are the same physical memory in each of its cells. Another physical address is an error, another size a warning.',
    onTheBoard:
      'Nothing checks it. The peers look at different memory and never find each other, or one writes into memory that belongs to something else. With another size the guest computes other addresses for what follows; observed: the cell dies.',
    remedy: 'Copy the regions from the system config; only WRITE of the output sections differs.',
  },
  bad: '/* root: state table at 0x1faf0000 */\n.phys_start = 0x1fbf0000,',
  good: '.phys_start = 0x1faf0000,',
  check(system, member, report) {
    if (member === system) return;
    const ends = new Map(ivshmemDevices(system).map((device) => [device.bdf.value, device]));
    for (const device of ivshmemDevices(member)) {
      const root = ends.get(device.bdf.value);
      // Different numbers of peers shift nothing, but make sections that have no partner.
      const theirs = root && sectionsOf(system, root);
      const ours = sectionsOf(member, device);
      if (theirs === undefined || ours === undefined) continue;
      for (const [at, section] of ours.entries()) {
        const other = theirs[at];
        if (other === undefined || (isEmpty(section.region) && isEmpty(other.region))) continue;
        const own = section.region;
        const physDiffers = own.physStart.value !== other.region.physStart.value && !isEmpty(own) && !isEmpty(other.region);
        if (!physDiffers && own.size.value === other.region.size.value) continue;
        const what = `${section.role}${section.peer === undefined ? '' : ` ${section.peer}`}`;
        report({
          span: physDiffers ? own.physStart.span : own.size.span,
          severity: physDiffers ? 'error' : 'warning',
          message: physDiffers
            ? `The ${what} of the ivshmem link ${bdfName(device.bdf.value)} is ${regionByPhys(own)} here and ${regionByPhys(other.region)} in the root cell: the two would look at different memory. Use phys_start ${hex(other.region.physStart.value)}.`
            : `The ${what} of the ivshmem link ${bdfName(device.bdf.value)} has ${hex(own.size.value)} bytes here and ${hex(other.region.size.value)} in the root cell: the two would look for what follows at different addresses. Use the same size.`,
          related: [
            {
              span: physDiffers ? other.region.physStart.span : other.region.size.span,
              message: `${what} in the root cell: ${regionByPhys(other.region)}`,
            },
          ],
          fixes: () =>
            physDiffers && hasRoom(member, own, { phys: other.region.physStart.value })
              ? setNumber(member, own, own.physStart, other.region.physStart.value)
              : [],
        });
        // The sections behind are usually off by the same mistake.
        break;
      }
    }
  },
};
