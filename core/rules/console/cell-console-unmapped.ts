import { overlaps, virtRange } from '../../config/address-window.ts';
import { hasFlag } from '../../config/memory-flags.ts';
import { hex } from '../../source/numbers.ts';
import { mayBeX86 } from '../comm/inmate-evidence.ts';
import { isForLinux } from '../loading/linux-shape.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';
import { hasDriver, registerBlock } from './console-kinds.ts';

export const cellConsoleUnmapped: FileRule = {
  id: 'cell-console-unmapped',
  title: 'Console of the cell lies in none of its regions',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['CON-cell-unmapped'],
  prose: {
    meaning:
      'The inmate library prints to the UART that `console.address` names, before anything else. The cell needs a region with READ and WRITE there. In a cell that is shaped for Linux, which takes its console from the device tree, it is information.',
    onTheBoard: '"Unhandled data write at ..." right after the start, and the cell is failed (inmates/lib/printk.c; observed).',
    remedy: 'Add a region for the UART, or correct the address. It is an address as the cell sees it.',
  },
  bad: '.console = { .address = 0x9000000, .type = JAILHOUSE_CON_TYPE_PL011, /* ... */ },\n/* UART */ { .phys_start = 0x9000004, .virt_start = 0x9000004, .size = 0x100, /* ... */ },',
  good: '/* UART */ { .phys_start = 0x9000000, .virt_start = 0x9000000, .size = 0x1000, /* ... */ },',
  check(config, report) {
    const console = config.kind === 'cell' ? config.cell.console : undefined;
    if (console === undefined || !hasDriver(config.arch, console.type.value) || console.address.value === 0n) return;
    if (mayBeX86(config)) return;
    const registers = { start: console.address.value, size: registerBlock };
    const here = config.memoryRegions.filter((region) => overlaps(virtRange(region), registers));
    if (here.some((region) => hasFlag(region, 'READ') && hasFlag(region, 'WRITE') && region.virtStart.value <= registers.start)) return;
    const [near] = here;
    const linux = isForLinux(config);
    const outcome = linux ? 'programs of the inmate library could not print' : 'the cell would die at its first output';
    report({
      span: console.address.span,
      severity: linux ? 'information' : 'error',
      message:
        near === undefined || near.virtStart.value > registers.start
          ? `The console at ${hex(console.address.value)} lies in no region of the cell: ${outcome} ("Unhandled data write"). Add a region for the UART, or correct the address.`
          : `The console at ${hex(console.address.value)} lies in ${regionByVirt(near)}, which lacks ${hasFlag(near, 'READ') ? 'WRITE' : hasFlag(near, 'WRITE') ? 'READ' : 'READ and WRITE'}: ${outcome}. Add the flag.`,
      related: near === undefined ? [] : [{ span: near.flags.span, message: `${regionByVirt(near)}` }],
    });
  },
};
