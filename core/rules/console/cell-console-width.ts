import { virtRange } from '../../config/address-window.ts';
import { isCommRegion, isSubPage, memoryFlagNames, memoryFlags } from '../../config/memory-flags.ts';
import type { Console } from '../../config/model.ts';
import { addNames } from '../../fixes/flags.ts';
import { fix } from '../../fixes/source-text.ts';
import { hex } from '../../source/numbers.ts';
import { isForLinux } from '../loading/linux-shape.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';
import { consoleFlags, consoleType, consoleTypeName, hasDriver } from './console-kinds.ts';

export const cellConsoleWidth: FileRule = {
  id: 'cell-console-width',
  title: 'Console region forbids the accesses of its driver',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['CON-cell-width'],
  prose: {
    meaning:
      'In a region smaller than a page only the access widths pass that its flags name. The inmate library accesses an 8250 with JAILHOUSE_CON_REGDIST_4 and most other UARTs by 32 bits, an 8250 without it by 8 bits, and SCIF, SCIFA and HSCIF by 8 and 16 bits. In a cell that is shaped for Linux it is information.',
    onTheBoard:
      '"FATAL: Invalid MMIO read, address: ..., size: 4" at the first output, and the cell is failed (mmio.c:mmio_handle_subpage; observed).',
    remedy: 'Add the widths to the flags of the region.',
  },
  bad: '.size = 0x800,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_8,',
  good: '.size = 0x800,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_32,',
  check(config, report) {
    const console = config.kind === 'cell' ? config.cell.console : undefined;
    if (console === undefined || !hasDriver(config.arch, console.type.value)) return;
    const address = console.address.value;
    const here = config.memoryRegions.filter((region) => {
      const { start, size } = virtRange(region);
      return start <= address && address < start + size && !isCommRegion(region);
    });
    // A mapped region wins over trapped ones.
    if (here.some((region) => !isSubPage(region))) return;
    const needed = widthsOf(console);
    for (const region of here.slice(0, 1)) {
      const given = region.flags.value;
      // No width at all: subpage-without-width tells it.
      if ((needed & ~given) === 0n || (given & 0xf0000n) === 0n) continue;
      const missing = memoryFlagNames(needed & ~given).map((name) => `JAILHOUSE_MEM_${name}`);
      const linux = isForLinux(config);
      report({
        span: region.flags.span,
        fixes: () => fix(`Add ${missing.join(' | ')}`, addNames(config, region, region.flags, missing)),
        severity: linux ? 'information' : 'error',
        message: `${regionByVirt(region)} holds the console of the cell, a UART of type ${consoleTypeName(console.type.value)}, but does not allow ${missing.join(' and ')}: ${linux ? 'programs of the inmate library could not print' : 'the cell would die at its first output ("Invalid MMIO")'}. Add ${missing.length === 1 ? 'the flag' : 'the flags'}.`,
        related: [{ span: console.type.span, message: `console of type ${consoleTypeName(console.type.value)} at ${hex(address)}` }],
      });
    }
  },
};

/** Access widths of the inmate library's drivers (inmates/lib/uart-*.c, inmates/lib/arm-common/printk.c). */
function widthsOf(console: Console): bigint {
  const byByte = (console.flags.value & consoleFlags.REGDIST_4) === 0;
  switch (console.type.value) {
    case consoleType['8250']:
      return byByte ? memoryFlags.IO_8 : memoryFlags.IO_32;
    case consoleType.HSCIF:
    case consoleType.SCIF:
    case consoleType.SCIFA:
      return memoryFlags.IO_8 | memoryFlags.IO_16;
    case consoleType.PL011:
      return console.divider.value === 0 ? memoryFlags.IO_32 : memoryFlags.IO_32 | memoryFlags.IO_16 | memoryFlags.IO_8;
    default:
      return memoryFlags.IO_32;
  }
}
