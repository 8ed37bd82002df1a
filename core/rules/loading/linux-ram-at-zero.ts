import { hasFlag } from '../../config/memory-flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';
import { isLinuxRam, leastLinuxRam, resetAddress } from './linux-shape.ts';

export const linuxRamAtZero: FileRule = {
  id: 'linux-ram-at-zero',
  title: 'Linux RAM at address 0',
  severity: 'information',
  scope: 'file',
  arch: ['arm64'],
  catalogue: ['LIN-ram-at-zero'],
  prose: {
    meaning:
      'When the RAM of Linux starts at guest address 0, `jailhouse cell linux` puts the device tree at 0x2000, into the loader that it has put at 0. Other guests can use such memory: information.',
    onTheBoard: 'The loader crashes before Linux starts (jailhouse-cell-linux, inmates/tools/arm64).',
    remedy: 'A region of 64 KiB without DMA at 0 for the loader, and the RAM elsewhere.',
  },
  bad: '/* RAM */ {\n\t.virt_start = 0x0,\n\t.size = 0x8000000,\n\t.flags = /* ... */ JAILHOUSE_MEM_DMA | JAILHOUSE_MEM_LOADABLE,',
  good: '/* loader */ { .virt_start = 0x0, .size = 0x10000, /* no DMA */ },\n/* RAM */ { .virt_start = 0x10000000, .size = 0x8000000, /* ... */ },',
  check(config, report) {
    if (config.kind !== 'cell' || resetAddress(config) !== 0n) return;
    const first = config.memoryRegions.find((region) => isLinuxRam(region) && region.size.value >= leastLinuxRam);
    if (first === undefined || first.virtStart.value !== 0n || !hasFlag(first, 'LOADABLE')) return;
    report({
      span: first.virtStart.span,
      message: `${regionByVirt(first)} is the RAM that jailhouse cell linux would use, at address 0: the device tree would land in the loader, which then crashes. If the cell is for Linux, put a loader region of 64 KiB there and the RAM elsewhere.`,
    });
  },
};
