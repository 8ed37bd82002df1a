import { hypervisorHasRoom } from '../../fixes/room.ts';
import { offerNumber } from '../../fixes/values.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import { enabledPages, estimateSlack, imageSizes, reservedCpus, usablePages } from '../../system/page-pool.ts';
import type { FileRule } from '../rule.ts';

export const hypervisorMemoryTooSmall: FileRule = {
  id: 'hypervisor-memory-too-small',
  title: 'Hypervisor memory is too small',
  severity: 'error',
  scope: 'file',
  catalogue: ['HV-min-core', 'HV-min-fw', 'HV-min-pool'],
  prose: {
    meaning:
      "The hypervisor's memory holds its image, 16 KiB for each CPU up to the highest one of the root cell (24 KiB on x86), the system config, and a pool of pages. The pool is handed out in runs of 64 pages (32 on arm); a smaller rest is never used. Whether it suffices for the root cell is estimated on arm64, with some pages of tolerance; room for cells is another rule.",
    onTheBoard:
      '`jailhouse enable` fails with "Invalid argument" and no further text (driver/main.c) or with "Cannot allocate memory" (paging.c), or freezes the board when the pool is empty. Observed with 4 CPUs: 192 KiB invalid argument, 256 and 320 KiB frozen.',
    remedy: 'Reserve 4 MiB, more for many CPUs or cells.',
  },
  bad: '.hypervisor_memory = {\n\t.phys_start = 0x1fc00000,\n\t.size       = 0x10000,\n},',
  good: '.hypervisor_memory = {\n\t.phys_start = 0x1fc00000,\n\t.size       = 0x400000,\n},',
  check(config, report) {
    const memory = config.system?.hypervisorMemory;
    if (memory === undefined) return;
    const { core, perCpu } = imageSizes[config.arch];
    const cpus = reservedCpus(config);
    const least = BigInt(core + cpus * perCpu + config.bytes.length);
    const size = memory.size.value;
    const given = memory.size.explicit || size > 0n ? `${hex(size)} (${humanSize(size)})` : 'no size';
    const usable = usablePages(config);
    const needed = config.arch === 'arm64' ? enabledPages(config) - estimateSlack : 1;
    if (size <= least)
      report({
        span: memory.size.span,
        message: `The hypervisor gets ${given}, but its image, ${cpus} CPUs and this config alone take about ${hex(least)} (${humanSize(least)}): jailhouse enable would answer "Invalid argument". Give it 4 MiB (0x400000).`,
        fixes: () =>
          hypervisorHasRoom(config, { start: memory.physStart.value, size: 0x400000n })
            ? offerNumber(config, memory, memory.size, 0x400000n)
            : [],
      });
    else if (usable === 0)
      report({
        span: memory.size.span,
        message: `The hypervisor gets ${given}. Behind its image of about ${humanSize(core)} no whole run of ${config.arch === 'arm' ? 32 : 64} pages is left for its page pool: jailhouse enable would fail, or freeze the board. Give it 4 MiB (0x400000).`,
      });
    else if (usable < needed)
      report({
        span: memory.size.span,
        message: `The hypervisor gets ${given}, of which its page pool can use ${usable} pages; ${cpus} CPUs and the regions of the root cell take ${needed} or more: jailhouse enable would answer "Cannot allocate memory". Give it 4 MiB (0x400000) or more.`,
      });
  },
};
