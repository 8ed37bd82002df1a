import { bdfName, ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { hasFlag, isEmpty } from '../../config/memory-flags.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import type { CellRule } from '../rule.ts';
import { regionByPhys } from '../wording.ts';

export const ivshmemNotRootshared: CellRule = {
  id: 'ivshmem-not-rootshared',
  title: 'Shared memory taken from the root cell',
  severity: 'error',
  scope: 'cell',
  catalogue: ['IVS-rootshared', 'SHR-rootshared-peer'],
  prose: {
    meaning:
      'When a cell is created its memory is taken from the root cell, unless the entry says JAILHOUSE_MEM_ROOTSHARED. The sections of a link with the root cell have to say so.',
    onTheBoard:
      'The root cell loses the section at `jailhouse cell create`. Its next access parks the CPU ("Unhandled data read at ...", "Parking CPU n"), and the board hangs (control.c:cell_create).',
    remedy: 'Add JAILHOUSE_MEM_ROOTSHARED to every section of the link in the cell config.',
  },
  bad: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_ROOTSHARED,',
  check(system, member, report) {
    if (member === system) return;
    const ends = new Map(ivshmemDevices(system).map((device) => [device.bdf.value, device]));
    for (const device of ivshmemDevices(member)) {
      const root = ends.get(device.bdf.value);
      if (root === undefined) continue;
      for (const { region, role } of sectionsOf(member, device) ?? []) {
        if (isEmpty(region) || hasFlag(region, 'ROOTSHARED')) continue;
        report({
          span: region.flags.span,
          message: `${regionByPhys(region)} is the ${role} of the ivshmem link ${bdfName(device.bdf.value)} with the root cell, but lacks ROOTSHARED: the root cell would lose it at create, and its next access hangs the board. Add JAILHOUSE_MEM_ROOTSHARED.`,
          related: [{ span: root.bdf.span, message: `${root.path} of the root cell is the other end` }],
          fixes: () => addMemoryFlags(member, region, 'ROOTSHARED'),
        });
      }
    }
  },
};
