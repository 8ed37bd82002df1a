import { hasFlag, isCommRegion, isSubPage, memoryFlagNames, memoryFlags } from '../../config/memory-flags.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import { humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';
import { isLinuxRam, leastLinuxRam, loaderRegion } from './linux-shape.ts';

const wanted = memoryFlags.READ | memoryFlags.WRITE | memoryFlags.EXECUTE | memoryFlags.DMA | memoryFlags.LOADABLE;

export const linuxRamFlags: FileRule = {
  id: 'linux-ram-flags',
  title: 'RAM that jailhouse cell linux would not take',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['LIN-ram-flags', 'LIN-ram-loadable'],
  prose: {
    meaning:
      '`jailhouse cell linux` puts kernel, device tree and initrd into the first region with READ, WRITE, EXECUTE and DMA that is large enough; it needs LOADABLE besides. In a cell with a loader region at the start address and 8 MiB or more of RAM that is the first such region and lacks LOADABLE: error when other RAM of the cell has all of them. Large loadable RAM, the only one of the cell, that lacks one of the others: warning, since the cell may not be for Linux.',
    onTheBoard:
      'Without LOADABLE: "OSError: [Errno 22] Invalid argument" (driver/cell.c:load_image). Without one of the others: "No space found to load all images", or Linux does not see the memory (pyjailhouse/config_parser.py).',
    remedy: 'Give the RAM for Linux READ, WRITE, EXECUTE, DMA and LOADABLE.',
  },
  bad: '/* RAM of Linux */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE |\n\t JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE |\n\t JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_DMA | JAILHOUSE_MEM_LOADABLE,',
  check(config, report) {
    const loader = config.kind === 'cell' ? loaderRegion(config) : undefined;
    if (loader === undefined) return;
    const large = config.memoryRegions.filter(
      (region) => region !== loader && region.size.value >= leastLinuxRam && !isSubPage(region) && !isCommRegion(region),
    );
    const first = large.find(isLinuxRam);
    if (first !== undefined) {
      const better = large.find((region) => isLinuxRam(region) && hasFlag(region, 'LOADABLE'));
      if (hasFlag(first, 'LOADABLE') || better === undefined) return;
      report({
        span: first.flags.span,
        fixes: () => addMemoryFlags(config, first, 'LOADABLE'),
        message: `${regionByVirt(first)} is the first RAM that jailhouse cell linux finds, but lacks LOADABLE: it would answer "Invalid argument". Add JAILHOUSE_MEM_LOADABLE, or move the entry behind ${better.path}.`,
        related: [{ span: better.flags.span, message: `${regionByVirt(better)} is loadable` }],
      });
      return;
    }
    const [only, ...others] = large.filter(
      (region) => hasFlag(region, 'LOADABLE') && !hasFlag(region, 'IO') && !hasFlag(region, 'ROOTSHARED'),
    );
    // A loader that is as large as RAM is the program itself.
    if (only === undefined || others.length > 0 || loader.size.value > 0x100000n) return;
    const missing = memoryFlagNames(wanted & ~only.flags.value);
    report({
      span: only.flags.span,
      severity: 'warning',
      message: `${regionByVirt(only)} beside a loader region of ${humanSize(loader.size.value)} looks like RAM for Linux, but lacks ${missing.join(' and ')}: jailhouse cell linux would say "No space found to load all images". Add ${missing.map((name) => `JAILHOUSE_MEM_${name}`).join(' and ')}.`,
      related: [{ span: loader.virtStart.span, message: `loader region ${regionByVirt(loader)}` }],
    });
  },
};
