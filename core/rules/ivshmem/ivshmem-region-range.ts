import { bdfName, endOfSections, ivshmemDevices, ivshmemMaxPeers } from '../../config/ivshmem.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemRegionRange: FileRule = {
  id: 'ivshmem-region-range',
  title: 'Ivshmem device beyond the memory regions',
  severity: 'error',
  scope: 'file',
  catalogue: ['IVS-regions-range'],
  prose: {
    meaning:
      'An ivshmem device uses consecutive memory regions from `shmem_regions_start`: the state table, the common section, and one output section for each peer. Index 0 is the first entry of the array.',
    onTheBoard:
      '`jailhouse enable` or `jailhouse cell create` fails with "Invalid argument" behind the line "Adding virtual PCI device ..." (ivshmem.c:ivshmem_init). An index near 2^32 wraps, and the hypervisor aborts (observed).',
    remedy: 'Correct `shmem_regions_start`, or add the missing regions.',
  },
  bad: 'struct jailhouse_memory mem_regions[8];\n/* ... */\n.shmem_regions_start = 6, /* needs 6 to 9 */\n.shmem_peers = 2,',
  good: '.shmem_regions_start = 4, /* 4 to 7 */\n.shmem_peers = 2,',
  check(config, report) {
    for (const device of ivshmemDevices(config)) {
      const start = device.shmemRegionsStart;
      const end = endOfSections(device);
      // With too many peers the number of regions is not what is wrong.
      if (end <= config.memoryRegions.length || device.shmemPeers.value > ivshmemMaxPeers) continue;
      report({
        span: start.span,
        message: `The ivshmem device ${bdfName(device.bdf.value)} with ${device.shmemPeers.value} peers uses memory regions ${start.value} to ${end - 1}, but the config has ${config.memoryRegions.length}: ${config.kind === 'system' ? 'jailhouse enable' : 'jailhouse cell create'} would answer "Invalid argument". Correct shmem_regions_start.`,
        related: [{ span: device.shmemPeers.span, message: `${device.shmemPeers.value} peers` }],
      });
    }
  },
};
