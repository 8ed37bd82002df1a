import { bdfName, type IvshmemDevice, ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { isEmpty } from '../../config/memory-flags.ts';
import type { Config } from '../../config/model.ts';
import type { Reporter, SetRule } from '../rule.ts';
import { cellName, regionByPhys } from '../wording.ts';

interface End {
  readonly cell: Config;
  readonly device: IvshmemDevice;
}

export const cellsIvshmemEndsDiffer: SetRule = {
  id: 'cells-ivshmem-ends-differ',
  title: 'Two cells disagree about their ivshmem link',
  severity: 'error',
  scope: 'set',
  catalogue: ['IVS-phys-equal', 'IVS-peers-equal', 'IVS-link-bdf'],
  prose: {
    meaning:
      'Two cells of a set with a link that the root cell is not on: their devices have the same `bdf`, the same physical sections and the same number of peers. Another number of peers or another size is a warning. Links with the root cell are compared with the system config.',
    onTheBoard:
      'Nothing checks it. With different addresses the cells look at different memory; with different `bdf` the hypervisor makes two links with one end each (ivshmem.c:ivshmem_init).',
    remedy: 'Copy the sections and the `bdf` from one config to the other; only the id and the WRITE flags of the output sections differ.',
  },
  bad: '/* a.c: state table 0x1faf0000, b.c: */\n.phys_start = 0x1fbf0000,',
  good: '.phys_start = 0x1faf0000,',
  check(system, cells, report) {
    const rootLinks = new Set(ivshmemDevices(system).map((device) => device.bdf.value));
    const rootTables = new Set(ivshmemDevices(system).map((device) => sectionsOf(system, device)?.[0]?.region.physStart.value));
    const byBdf = new Map<number, End>();
    const byTable = new Map<bigint, End>();
    for (const cell of cells)
      for (const device of ivshmemDevices(cell)) {
        const table = sectionsOf(cell, device)?.[0]?.region;
        if (rootLinks.has(device.bdf.value) || table === undefined || rootTables.has(table.physStart.value)) continue;
        const end = { cell, device };
        const peer = byBdf.get(device.bdf.value);
        const neighbour = byTable.get(table.physStart.value);
        if (peer !== undefined && peer.cell !== cell) compareEnds(end, peer, report);
        else if (neighbour !== undefined && neighbour.cell !== cell && !isEmpty(table))
          report({
            span: device.bdf.span,
            message: `${cellName(cell)} and ${cellName(neighbour.cell)} share the state table ${regionByPhys(table)}, but their ivshmem devices stand at ${bdfName(device.bdf.value)} and ${bdfName(neighbour.device.bdf.value)}, and links are made by bdf: the two would never meet. Write the same bdf.`,
            related: [
              { span: neighbour.device.bdf.span, message: `${cellName(neighbour.cell)} has it at ${bdfName(neighbour.device.bdf.value)}` },
            ],
          });
        if (peer === undefined) byBdf.set(device.bdf.value, end);
        if (neighbour === undefined) byTable.set(table.physStart.value, end);
      }
  },
};

function compareEnds(end: End, peer: End, report: Reporter): void {
  const link = `the ivshmem link ${bdfName(end.device.bdf.value)}`;
  const [here, there] = [end.device.shmemPeers, peer.device.shmemPeers];
  if (here.value !== there.value)
    report({
      span: here.span,
      severity: 'warning',
      message: `${cellName(end.cell)} counts ${here.value} peers on ${link}, ${cellName(peer.cell)} ${there.value}: they would expect different sections. Write the same number.`,
      related: [{ span: there.span, message: `${there.value} peers in ${cellName(peer.cell)}` }],
    });
  const theirs = sectionsOf(peer.cell, peer.device);
  for (const [at, { region, role }] of (sectionsOf(end.cell, end.device) ?? []).entries()) {
    const other = theirs?.[at]?.region;
    if (other === undefined || isEmpty(region) || isEmpty(other)) continue;
    const isElsewhere = region.physStart.value !== other.physStart.value;
    if (!isElsewhere && region.size.value === other.size.value) continue;
    report({
      span: (isElsewhere ? region.physStart : region.size).span,
      severity: isElsewhere ? 'error' : 'warning',
      message: `The ${role} of ${link} is ${regionByPhys(region)} in ${cellName(end.cell)} and ${regionByPhys(other)} in ${cellName(peer.cell)}: the two would look at different memory. Make them equal.`,
      related: [{ span: (isElsewhere ? other.physStart : other.size).span, message: `${role} in ${cellName(peer.cell)}` }],
    });
    // The sections behind are usually off by the same mistake.
    return;
  }
}
