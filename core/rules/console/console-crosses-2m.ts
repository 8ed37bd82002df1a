import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { consoleType, isMmio } from './console-kinds.ts';

const window = 0x200000n;

export const consoleCrosses2m: FileRule = {
  id: 'console-crosses-2m',
  title: 'Debug console crosses a 2 MiB boundary',
  severity: 'error',
  scope: 'file',
  arch: ['arm64'],
  catalogue: ['CON-2m-window'],
  prose: {
    meaning:
      'On arm64 the hypervisor has 2 MiB of its address space for the registers of its console, at the same distance from a 2 MiB boundary as their physical address. Its image follows behind.',
    onTheBoard:
      'The board freezes at `jailhouse enable` without a message (arm64/entry.S, paging.c:paging_init; observed with 0x91ff000 and 0x2000).',
    remedy: 'Reduce `size` to the registers of the UART; 0x1000 is enough for all of them.',
  },
  bad: '.address = 0x91ff000,\n.size = 0x2000,',
  good: '.address = 0x91ff000,\n.size = 0x1000,',
  check(config, report) {
    const console = config.system?.debugConsole;
    if (console === undefined || !isMmio(console) || console.type.value === consoleType.NONE) return;
    const size = BigInt(console.size.value);
    const boundary = (console.address.value / window + 1n) * window;
    if (console.address.value + size <= boundary) return;
    report({
      span: console.size.span,
      message: `The debug console at ${hex(console.address.value)} with ${hex(size)} (${humanSize(size)}) crosses the 2 MiB boundary ${hex(boundary)}: its mapping would cover the hypervisor's image and jailhouse enable would freeze the board. Reduce .size to 0x1000.`,
      related: [{ span: console.address.span, message: `address ${hex(console.address.value)}` }],
    });
  },
};
