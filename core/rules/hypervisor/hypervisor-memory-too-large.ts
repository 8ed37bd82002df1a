import type { Architecture } from '../../config/model.ts';
import { offerNumber } from '../../fixes/values.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

/** Bytes of virtual address space from JAILHOUSE_BASE to the next mapping (asm/paging.h, asm/jailhouse_header.h of each architecture). */
const windows: Readonly<Record<Architecture, bigint>> = { arm64: 0x3fe00000n, arm: 0x8000000n, x86: 0xf000000n };

export const hypervisorMemoryTooLarge: FileRule = {
  id: 'hypervisor-memory-too-large',
  title: 'Hypervisor memory is too large',
  severity: 'error',
  scope: 'file',
  catalogue: ['HV-va-limit'],
  prose: {
    meaning:
      "All of the hypervisor's memory is mapped in a window of its address space: 1022 MiB on arm64, 128 MiB on arm, 240 MiB on x86.",
    onTheBoard:
      'On arm and x86 `jailhouse enable` fails with "Invalid argument" and logs "jailhouse: Unable to map RAM reserved for hypervisor"; on arm64 mappings overlap (driver/main.c:jailhouse_ioremap, asm/paging.h).',
    remedy: 'Shrink it; 4 MiB is the usual size.',
  },
  bad: '.size = 0x40000000, /* 1 GiB */',
  good: '.size = 0x00400000, /* 4 MiB */',
  check(config, report) {
    const memory = config.system?.hypervisorMemory;
    const limit = windows[config.arch];
    if (memory === undefined || memory.size.value <= limit) return;
    report({
      span: memory.size.span,
      message: `The hypervisor can map ${humanSize(limit)} for itself on ${config.arch}, but gets ${hex(memory.size.value)} (${humanSize(memory.size.value)}): jailhouse enable would fail. 4 MiB (0x400000) is the usual size.`,
      fixes: () => offerNumber(config, memory, memory.size, 0x400000n),
    });
  },
};
