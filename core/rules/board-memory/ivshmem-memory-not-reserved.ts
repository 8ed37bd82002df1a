import type { BoardRule } from '../rule.ts';
import { ivshmemClaims } from './claims.ts';
import { reportNotReserved } from './not-reserved.ts';

export const ivshmemMemoryNotReserved: BoardRule = {
  id: 'ivshmem-memory-not-reserved',
  title: 'Linux uses the shared memory of a link',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['IVS-linux-ram', 'BRD-reserve'],
  prose: {
    meaning:
      'The sections of an ivshmem link are plain memory, which Linux must not use for anything else: a node of `/reserved-memory` with `no-map` has to cover them, or `mem=` cuts them away. Reported once per link, in the config of the root cell where it takes part. Silent where no device tree of the board is known. A warning where `mem=` on a command line that is not known could have cut the memory away.',
    onTheBoard:
      'Linux and the link write over each other: packets are garbled, and Linux dies of damaged data sooner or later. The hypervisor clears the state table when the first peer appears (ivshmem.c:ivshmem_init).',
    remedy: 'Reserve the sections with `no-map`, best together with the memory of the hypervisor.',
  },
  bad: '/* reserved: 0x1fc00000-0x1fffffff */\nJAILHOUSE_SHMEM_NET_REGIONS(0x1fb00000, 0),',
  good: '/* reserved: 0x10000000-0x1fffffff */\nJAILHOUSE_SHMEM_NET_REGIONS(0x1fb00000, 0),',
  check(context, report) {
    for (const claim of ivshmemClaims(context))
      reportNotReserved(context, report, claim, 'Linux and the peers of the link write over each other', 'ivshmem');
  },
};
