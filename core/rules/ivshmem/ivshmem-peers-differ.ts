import { bdfName, type IvshmemDevice, ivshmemDevices, ivshmemMaxPeers } from '../../config/ivshmem.ts';
import type { Config } from '../../config/model.ts';
import { offerNumber } from '../../fixes/values.ts';
import type { Fix } from '../../source/finding.ts';
import type { CellRule } from '../rule.ts';

export const ivshmemPeersDiffer: CellRule = {
  id: 'ivshmem-peers-differ',
  title: 'Ends of an ivshmem link count different peers',
  severity: 'warning',
  scope: 'cell',
  catalogue: ['IVS-peers-equal'],
  prose: {
    meaning:
      'All ends of a link name the same number of peers: it decides how many output sections there are and who is told of a change of state.',
    onTheBoard:
      'Nothing checks it. A peer with a number above the count of another is not told of its state; the two expect different sections (ivshmem.c:ivshmem_write_state; observed to be accepted).',
    remedy: 'Write the same `shmem_peers` in all configs of the link.',
  },
  bad: '/* root: .shmem_peers = 3 */\n.shmem_peers = 2,',
  good: '.shmem_peers = 3,',
  check(system, member, report) {
    if (member === system) return;
    const ends = new Map(ivshmemDevices(system).map((device) => [device.bdf.value, device]));
    for (const device of ivshmemDevices(member)) {
      const root = ends.get(device.bdf.value);
      // A number that is impossible by itself is told of by ivshmem-peer-count.
      if (root === undefined || root.shmemPeers.value === device.shmemPeers.value || !isPossible(root) || !isPossible(device)) continue;
      report({
        span: device.shmemPeers.span,
        message: `The ivshmem link ${bdfName(device.bdf.value)} has ${device.shmemPeers.value} peers here and ${root.shmemPeers.value} in the root cell: they would expect different sections, and not all are told of changes. Write the same number.`,
        related: [{ span: root.shmemPeers.span, message: `${root.path} of the root cell has ${root.shmemPeers.value} peers` }],
        fixes: () => offerPeers(member, device, root.shmemPeers.value),
      });
    }
  },
};

function isPossible(device: IvshmemDevice): boolean {
  return device.shmemPeers.value >= 2 && device.shmemPeers.value <= ivshmemMaxPeers;
}

/** Another number of peers, where the sections for it are there. */
function offerPeers(config: Config, device: IvshmemDevice, peers: number): readonly Fix[] {
  const enough = device.shmemRegionsStart.value + 2 + peers <= config.memoryRegions.length && device.shmemDevId.value < peers;
  return enough ? offerNumber(config, device, device.shmemPeers, BigInt(peers)) : [];
}
