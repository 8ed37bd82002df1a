import { bdfName, ivshmemDevices, ivshmemMaxPeers } from '../../config/ivshmem.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemIdLimit: FileRule = {
  id: 'ivshmem-id-limit',
  title: 'Ivshmem id above 11',
  severity: 'error',
  scope: 'file',
  catalogue: ['IVS-id-max'],
  prose: {
    meaning: 'A link has at most 12 peers, so `shmem_dev_id` is 0 to 11.',
    onTheBoard: '`jailhouse enable` or `jailhouse cell create` fails with "Invalid argument" (ivshmem.c:ivshmem_init; observed).',
    remedy: 'Use an id below `shmem_peers`.',
  },
  bad: '.shmem_dev_id = 12,',
  good: '.shmem_dev_id = 1,\n.shmem_peers = 2,',
  check(config, report) {
    for (const device of ivshmemDevices(config)) {
      const id = device.shmemDevId;
      if (id.value < ivshmemMaxPeers) continue;
      report({
        span: id.span,
        message: `The ivshmem device ${bdfName(device.bdf.value)} has id ${id.value}, a link has ids 0 to ${ivshmemMaxPeers - 1}: ${config.kind === 'system' ? 'jailhouse enable' : 'jailhouse cell create'} would answer "Invalid argument". Use an id below shmem_peers.`,
      });
    }
  },
};
