import type { BoardRule } from '../rule.ts';
import { hypervisorClaim } from './claims.ts';
import { reportNotReserved } from './not-reserved.ts';

export const hypervisorMemoryNotReserved: BoardRule = {
  id: 'hypervisor-memory-not-reserved',
  title: 'Linux uses the hypervisor memory',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['HV-not-in-linux', 'BRD-reserve', 'BRD-reserve-nomap'],
  prose: {
    meaning:
      'The memory of the hypervisor has to be kept out of Linux by a node of `/reserved-memory` with `no-map` that covers all of it, or by `mem=` on the command line. A node without `no-map` leaves it "System RAM". Silent where no device tree of the board is known. A warning where `mem=` on a command line that is not known could have cut the memory away.',
    onTheBoard:
      '`jailhouse enable` fails: "JAILHOUSE_ENABLE: Invalid argument", and the kernel log says "jailhouse: request_mem_region failed for hypervisor memory." and "jailhouse: Did you reserve the memory with "memmap=" or "mem="?" (driver/main.c:jailhouse_cmd_enable).',
    remedy: 'Add a node with `no-map` to `/reserved-memory`, in an overlay or in the tree itself, or correct its `reg`.',
  },
  bad: '/* Jailhouse: 0x1fc00000-0x1fffffff */\n&{/reserved-memory} {\n\tjailhouse@10000000 {\n\t\treg = <0x0 0x10000000 0x10000000>;\n\t};\n};',
  good: '&{/reserved-memory} {\n\tjailhouse@10000000 {\n\t\treg = <0x0 0x10000000 0x10000000>;\n\t\tno-map;\n\t};\n};',
  check(context, report) {
    const { system, member } = context;
    const claim = hypervisorClaim(system);
    if (member !== system || claim === undefined) return;
    reportNotReserved(
      context,
      report,
      claim,
      'jailhouse enable fails with "request_mem_region failed for hypervisor memory" in the kernel log',
      'jailhouse',
    );
  },
};
