import { bdfName, ivshmemDevices, ivshmemMaxPeers } from '../../config/ivshmem.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemIdNotAPeer: FileRule = {
  id: 'ivshmem-id-not-a-peer',
  title: 'Ivshmem id without an output section',
  severity: 'error',
  scope: 'file',
  catalogue: ['IVS-id-peers'],
  prose: {
    meaning: 'Peers are numbered from 0 to `shmem_peers` - 1, and each has an output section of its own. A larger id has none.',
    onTheBoard:
      'The hypervisor accepts it. The guest writes its output section behind the last one: observed as "Unhandled data write at ..." in a cell, which ends it. Other peers do not hear of its state (ivshmem.c:ivshmem_write_state).',
    remedy: 'Use an id from 0 to `shmem_peers` - 1, another one in each cell of the link.',
  },
  bad: '.shmem_dev_id = 2,\n.shmem_peers = 2,',
  good: '.shmem_dev_id = 1,\n.shmem_peers = 2,',
  check(config, report) {
    for (const device of ivshmemDevices(config)) {
      const id = device.shmemDevId;
      const peers = device.shmemPeers;
      if (peers.value < 2 || id.value < peers.value || id.value >= ivshmemMaxPeers) continue;
      report({
        span: id.span,
        message: `The ivshmem device ${bdfName(device.bdf.value)} has id ${id.value}, but its link has peers 0 to ${peers.value - 1}: it has no output section, and its guest would write behind the last one. Correct shmem_dev_id or shmem_peers.`,
        related: [{ span: peers.span, message: `${peers.value} peers` }],
      });
    }
  },
};
