import { pageSize } from '../../config/memory-flags.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { consoleType, isMmio } from './console-kinds.ts';

export const consoleSizeShort: FileRule = {
  id: 'console-size-short',
  title: 'Debug console reaches behind the pages mapped for it',
  severity: 'error',
  scope: 'file',
  catalogue: ['CON-size-span'],
  prose: {
    meaning:
      'The hypervisor maps as many pages as `debug_console.size` needs when counted from a page boundary. A register block that starts inside a page and runs into the next one is mapped only up to the boundary.',
    onTheBoard:
      'An access to the registers behind the boundary aborts in the hypervisor, and the board is dead (paging.c:paging_create masks start and size separately).',
    remedy: 'Enlarge `size` so that it counts from the page boundary.',
  },
  bad: '.address = 0x9000f00,\n.size = 0x200,',
  good: '.address = 0x9000f00,\n.size = 0x1100,',
  check(config, report) {
    const console = config.system?.debugConsole;
    if (console === undefined || !isMmio(console) || console.type.value === consoleType.NONE) return;
    const off = console.address.value % pageSize;
    const size = BigInt(console.size.value);
    const mapped = ((size + pageSize - 1n) / pageSize) * pageSize;
    if (size === 0n || off + size <= mapped) return;
    report({
      span: console.size.span,
      message: `The debug console at ${hex(console.address.value)} with ${hex(size)} (${humanSize(size)}) crosses into a page that is not mapped: ${humanSize(mapped)} are mapped from ${hex(console.address.value - off)}. An access behind them stops the board. Set .size = ${hex(off + size)}.`,
      related: [{ span: console.address.span, message: `address ${hex(console.address.value)}, ${hex(off)} above a page boundary` }],
    });
  },
};
