import { memoryLimits } from '../../board/kernel-limits.ts';
import { Coverage, overlaps, physRange } from '../../config/address-window.ts';
import { isEmpty } from '../../config/memory-flags.ts';
import { humanSize } from '../../source/numbers.ts';
import type { BoardRule } from '../rule.ts';
import { variantsWhere } from '../variants.ts';
import { rangeText } from '../wording.ts';

export const memParameterInsteadOfReservation: BoardRule = {
  id: 'mem-parameter-instead-of-reservation',
  title: 'mem= does not reserve the memory of Jailhouse',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['HV-not-in-linux'],
  prose: {
    meaning:
      'On a Raspberry Pi 4 `mem=` cuts memory off at the top, and the memory of Jailhouse lies in the middle: 0x10000000 to 0x1fffffff in the usual configs. It is no substitute for a `no-map` node in /reserved-memory. A limit below the memory of Jailhouse takes all RAM above it from Linux as well; that is not reported, and neither is a `mem=` beside a reservation in the device tree of the board.',
    onTheBoard:
      '"jailhouse: request_mem_region failed for hypervisor memory." in the kernel log. The line that follows it there, "jailhouse: Did you reserve the memory with "memmap=" or "mem="?", misleads on this board.',
    remedy: 'Reserve the memory with a no-map node, in an overlay for the board, and take `mem=` out.',
  },
  bad: '# cmdline.txt; the hypervisor is at 0x1fc00000\nconsole=ttyS1,115200 root=/dev/mmcblk0p2 mem=768M',
  good: '# cmdline.txt\nconsole=ttyS1,115200 root=/dev/mmcblk0p2',
  check({ board, system, member }, report) {
    const memory = system.system?.hypervisorMemory;
    if (member !== system || board.kind !== 'raspberry-pi-4' || memory === undefined || isEmpty(memory)) return;
    const limit = memoryLimits(board.commandLine).mem.at(-1);
    if (limit === undefined) return;
    const own = physRange(memory);
    if (board.reserved !== undefined && new Coverage(board.reserved.filter(({ noMap }) => noMap)).covers(own)) return;
    const inLinux = variantsWhere(board, ({ linux }) => linux.some((window) => overlaps(window, own)));
    if (inLinux === undefined) return;
    report({
      span: limit.span,
      message: `mem= leaves Linux the first ${humanSize(limit.size)} of its memory, and hypervisor memory ${rangeText(own)} is among it${inLinux.text}: jailhouse enable would fail with "request_mem_region failed for hypervisor memory" in the kernel log. Reserve it with a no-map node in /reserved-memory of the board's device tree.`,
      related: [{ span: memory.physStart.span, message: `hypervisor memory ${rangeText(own)}` }],
    });
  },
};
