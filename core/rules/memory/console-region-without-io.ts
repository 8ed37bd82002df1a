import { overlaps, virtRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion, isSubPage } from '../../config/memory-flags.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';

export const consoleRegionWithoutIo: FileRule = {
  id: 'console-region-without-io',
  title: 'Region with a UART is mapped as memory',
  severity: 'warning',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['MEM-io-missing'],
  prose: {
    meaning:
      'The region holds the console of the cell, or for the root cell that of the hypervisor, so it is a device. Without JAILHOUSE_MEM_IO the hypervisor maps it as cached memory, and only a guest that maps it as a device itself is spared.',
    onTheBoard:
      'Accesses may be delayed, merged or repeated, and the hypervisor cleans the range from the caches at start and destroy. An emulator shows nothing (arm-common/mmu_cell.c).',
    remedy: 'Add JAILHOUSE_MEM_IO.',
  },
  bad: '/* devices with the UART */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE,',
  good: '/* devices with the UART */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,',
  check(config, report) {
    const console = config.kind === 'system' ? config.system?.debugConsole : config.cell.console;
    if (console === undefined || console.type.value === 0 || console.address.value === 0n) return;
    const registers = { start: console.address.value, size: 1n };
    // The last one in the array wins.
    const region = config.memoryRegions.filter((candidate) => !isSubPage(candidate) && overlaps(virtRange(candidate), registers)).at(-1);
    if (region === undefined || isCommRegion(region) || hasFlag(region, 'IO')) return;
    report({
      span: region.flags.span,
      message: `${regionByVirt(region)} holds the console at ${hex(console.address.value)} but lacks IO: the hypervisor would map the device as cached memory. Add JAILHOUSE_MEM_IO.`,
      related: [{ span: console.address.span, message: `console at ${hex(console.address.value)}` }],
    });
  },
};
