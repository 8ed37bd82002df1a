import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';
import { isForLinux, isLinuxRam, leastLinuxRam } from './linux-shape.ts';

export const linuxRamAlignment: FileRule = {
  id: 'linux-ram-alignment',
  title: 'Linux RAM not aligned to 2 MiB',
  severity: 'information',
  scope: 'file',
  arch: ['arm64'],
  catalogue: ['LIN-align'],
  prose: {
    meaning:
      'An arm64 kernel lies at a multiple of 2 MiB. `jailhouse cell linux` rounds up, and what lies below is of no use to the kernel image.',
    onTheBoard: 'Up to 2 MiB of RAM are left out, and smaller pages cost page tables of the hypervisor.',
    remedy: 'Choose `virt_start` as a multiple of 0x200000.',
  },
  bad: '.virt_start = 0x10001000,',
  good: '.virt_start = 0x10000000,',
  check(config, report) {
    if (!isForLinux(config)) return;
    const ram = config.memoryRegions.find((region) => isLinuxRam(region) && region.size.value >= leastLinuxRam);
    const off = ram === undefined ? 0n : ram.virtStart.value % 0x200000n;
    if (ram === undefined || off === 0n) return;
    report({
      span: ram.virtStart.span,
      message: `${regionByVirt(ram)} starts ${hex(off)} above a multiple of 2 MiB: jailhouse cell linux leaves out what lies below the next one. Choose a multiple of 0x200000.`,
    });
  },
};
