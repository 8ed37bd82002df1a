import { bdfName, ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { hasFlag, isEmpty } from '../../config/memory-flags.ts';
import type { CellRule } from '../rule.ts';

export const ivshmemRootsharedUnneeded: CellRule = {
  id: 'ivshmem-rootshared-unneeded',
  title: 'Root cell keeps a link that it has no end of',
  severity: 'information',
  scope: 'cell',
  catalogue: ['IVS-rootshared-unneeded'],
  prose: {
    meaning: 'With JAILHOUSE_MEM_ROOTSHARED the root cell keeps access to a region. On a link between other cells it needs none.',
    onTheBoard: 'The link works. Linux in the root cell can read and forge what the cells exchange, if its regions cover the memory.',
    remedy: 'Drop JAILHOUSE_MEM_ROOTSHARED from the sections, in all cells of the link.',
  },
  bad: '/* no end in the root cell */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_ROOTSHARED,',
  good: '.flags = JAILHOUSE_MEM_READ,',
  check(system, member, report) {
    if (member === system) return;
    const ends = ivshmemDevices(system);
    const rootTables = new Set(ends.map((end) => sectionsOf(system, end)?.[0]?.region.physStart.value));
    for (const device of ivshmemDevices(member)) {
      const sections = sectionsOf(member, device) ?? [];
      const shared = sections.filter(({ region }) => !isEmpty(region) && hasFlag(region, 'ROOTSHARED'));
      const first = shared[0];
      // An end of the root cell that only stands elsewhere is told of by ivshmem-link-apart.
      if (first === undefined || ends.some((end) => end.bdf.value === device.bdf.value)) continue;
      if (rootTables.has(sections[0]?.region.physStart.value)) continue;
      report({
        span: first.region.flags.span,
        message: `The root cell has no end of the ivshmem link ${bdfName(device.bdf.value)}, but ${first.region.path}${shared.length > 1 ? ` and ${shared.length - 1} more sections are` : ' is'} ROOTSHARED: Linux there could read and forge what the cells exchange. Drop JAILHOUSE_MEM_ROOTSHARED.`,
        related: [{ span: device.bdf.span, message: `${device.path} at ${bdfName(device.bdf.value)}` }],
      });
    }
  },
};
