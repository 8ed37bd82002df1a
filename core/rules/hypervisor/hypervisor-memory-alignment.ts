import { pageSize } from '../../config/memory-flags.ts';
import { hypervisorHasRoom } from '../../fixes/room.ts';
import { offerNumber } from '../../fixes/values.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const hypervisorMemoryAlignment: FileRule = {
  id: 'hypervisor-memory-alignment',
  title: 'Hypervisor memory is not aligned',
  severity: 'error',
  scope: 'file',
  catalogue: ['HV-align-2m', 'HV-align-page'],
  prose: {
    meaning:
      'On arm64 the first page table maps the hypervisor with one 2 MiB block, so its memory has to start at a multiple of 2 MiB. On arm and x86 a multiple of 4 KiB is enough. The size need not be a multiple of anything.',
    onTheBoard:
      'The CPUs never come back from `jailhouse enable`: the board freezes without a message (arm64/entry.S:init_bootstrap_pt; elsewhere paging.c:paging_init). Observed with offsets of 2 KiB, 4 KiB and 1 MiB.',
    remedy: 'Move `hypervisor_memory.phys_start` to a multiple of 2 MiB (0x200000) inside the reserved memory.',
  },
  bad: '.hypervisor_memory = {\n\t.phys_start = 0x1fd00000,\n\t.size       = 0x00300000,\n},',
  good: '.hypervisor_memory = {\n\t.phys_start = 0x1fc00000,\n\t.size       = 0x00400000,\n},',
  check(config, report) {
    const memory = config.system?.hypervisorMemory;
    if (memory === undefined) return;
    const unit = config.arch === 'arm64' ? 0x200000n : pageSize;
    const start = memory.physStart.value;
    const off = start % unit;
    if (off === 0n) return;
    report({
      span: memory.physStart.span,
      message: `Hypervisor memory at ${hex(start)} is ${hex(off)} (${humanSize(off)}) above a multiple of ${humanSize(unit)}: jailhouse enable would freeze the board without a message. Use ${hex(start - off)} or ${hex(start - off + unit)}.`,
      fixes: () =>
        [start - off, start - off + unit]
          .filter((next) => hypervisorHasRoom(config, { start: next, size: memory.size.value }))
          .flatMap((next) => offerNumber(config, memory, memory.physStart, next, next < start ? 'down' : 'up')),
    });
  },
};
