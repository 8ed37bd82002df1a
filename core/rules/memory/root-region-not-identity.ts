import { Coverage, physRange } from '../../config/address-window.ts';
import { isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import { hasRoom } from '../../fixes/room.ts';
import { setNumber } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { regionByPhys } from '../wording.ts';

export const rootRegionNotIdentity: FileRule = {
  id: 'root-region-not-identity',
  title: 'Root cell region is not mapped 1:1',
  severity: 'error',
  scope: 'file',
  catalogue: ['MEM-root-identity'],
  prose: {
    meaning:
      'Linux in the root cell keeps running when the hypervisor slides under it, so each of its addresses has to mean the same memory as before: `virt_start` equals `phys_start`. Creating and destroying cells relies on it as well. A second mapping of memory that is also mapped 1:1 does no harm by itself: information.',
    onTheBoard:
      'The board freezes at enable, or wrong pages are taken from and given back to the root cell (control.c:unmap_from_root_cell, remap_to_root_cell).',
    remedy: 'Set `virt_start` to the value of `phys_start`.',
  },
  bad: '.phys_start = 0x40200000,\n.virt_start = 0x40000000,',
  good: '.phys_start = 0x40000000,\n.virt_start = 0x40000000,',
  check(config, report) {
    if (config.kind !== 'system') return;
    const identity = new Coverage(
      config.memoryRegions.filter((region) => region.physStart.value === region.virtStart.value).map(physRange),
    );
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || isCommRegion(region) || region.physStart.value === region.virtStart.value) continue;
      const alias = identity.covers(physRange(region));
      report({
        span: region.virtStart.span,
        severity: alias ? 'information' : 'error',
        message: alias
          ? `${regionByPhys(region)} of the root cell appears a second time at ${hex(region.virtStart.value)}: when a cell takes this memory, the root cell keeps reaching it there.`
          : `${regionByPhys(region)} of the root cell is mapped at ${hex(region.virtStart.value)}: Linux would find other memory at its addresses and the board would freeze at enable. Set virt_start = phys_start.`,
        related: [{ span: region.physStart.span, message: `phys_start ${hex(region.physStart.value)}` }],
        fixes: () =>
          !alias && hasRoom(config, region, { virt: region.physStart.value })
            ? setNumber(config, region, region.virtStart, region.physStart.value)
            : [],
      });
    }
  },
};
