import { bdfName, ivshmemDevices, ivshmemMaxPeers } from '../../config/ivshmem.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemPeerCount: FileRule = {
  id: 'ivshmem-peer-count',
  title: 'Impossible number of ivshmem peers',
  severity: 'error',
  scope: 'file',
  catalogue: ['IVS-peers-max', 'IVS-peers-min'],
  prose: {
    meaning: 'A link has 2 to 12 peers. More than 12 is an error; fewer than 2 leaves nobody to talk to: warning.',
    onTheBoard:
      'Above 12 the hypervisor runs past its table of peers and writes into its own memory (ivshmem.c:ivshmem_write_state). Below 2 no peer is ever notified (observed to be accepted).',
    remedy: 'Set `shmem_peers` to the number of cells on the link, the root cell included.',
  },
  bad: '.shmem_peers = 1,',
  good: '.shmem_peers = 2,',
  check(config, report) {
    for (const device of ivshmemDevices(config)) {
      const peers = device.shmemPeers;
      if (peers.value > ivshmemMaxPeers)
        report({
          span: peers.span,
          message: `The ivshmem device ${bdfName(device.bdf.value)} has ${peers.value} peers, the hypervisor's table holds ${ivshmemMaxPeers}: it would write behind the table. Use 2 to ${ivshmemMaxPeers}.`,
        });
      else if (peers.value < 2)
        report({
          span: peers.span,
          severity: 'warning',
          message: `The ivshmem device ${bdfName(device.bdf.value)} has ${peers.explicit ? `shmem_peers ${peers.value}` : 'no shmem_peers'}: with fewer than 2 nobody is ever notified. Set it to the number of cells on the link.`,
        });
    }
  },
};
