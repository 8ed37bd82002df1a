import { highestCpu } from '../../config/cpu-list.ts';
import type { Architecture } from '../../config/model.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

/**
 * Bytes of the hypervisor's image with bss, and of each CPU's own data: measured on the firmware of revision 14, gcc 12 -Os.
 * On x86 without the 2 MiB text buffer for EFI framebuffers, which builds before v0.10 lack.
 */
const needs: Readonly<Record<Architecture, { readonly core: number; readonly perCpu: number }>> = {
  arm64: { core: 0x1e000, perCpu: 0x4000 },
  arm: { core: 0x16000, perCpu: 0x4000 },
  x86: { core: 0x32000, perCpu: 0x6000 },
};

export const hypervisorMemoryTooSmall: FileRule = {
  id: 'hypervisor-memory-too-small',
  title: 'Hypervisor memory is too small',
  severity: 'error',
  scope: 'file',
  catalogue: ['HV-min-core', 'HV-min-fw'],
  prose: {
    meaning:
      "The hypervisor's memory holds its image, 16 KiB for each CPU up to the highest one of the root cell (24 KiB on x86), the system config, and a pool of pages. The rule counts all but the pool, so it finds only sizes that cannot work at all; 4 MiB is the usual choice.",
    onTheBoard:
      '`jailhouse enable` fails with "Invalid argument" and no further text (driver/main.c). Somewhat larger sizes were observed to hang at enable (256 and 320 KiB with 4 CPUs), or to leave no room for a cell: "Cannot allocate memory".',
    remedy: 'Reserve 4 MiB, more for many CPUs or cells.',
  },
  bad: '.hypervisor_memory = {\n\t.phys_start = 0x1fc00000,\n\t.size       = 0x10000,\n},',
  good: '.hypervisor_memory = {\n\t.phys_start = 0x1fc00000,\n\t.size       = 0x400000,\n},',
  check(config, report) {
    const memory = config.system?.hypervisorMemory;
    if (memory === undefined) return;
    const { core, perCpu } = needs[config.arch];
    const cpus = (highestCpu(config.cpus) ?? 0) + 1;
    const least = BigInt(core + cpus * perCpu + config.bytes.length);
    const size = memory.size.value;
    if (size > least) return;
    const given = memory.size.explicit || size > 0n ? `${hex(size)} (${humanSize(size)})` : 'no size';
    report({
      span: memory.size.span,
      message: `The hypervisor gets ${given}, but its image, ${cpus} CPUs and this config alone take about ${hex(least)} (${humanSize(least)}): jailhouse enable would answer "Invalid argument". Give it 4 MiB (0x400000).`,
    });
  },
};
