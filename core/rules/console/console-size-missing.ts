import { setNumber } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { consoleType, isMmio } from './console-kinds.ts';

export const consoleSizeMissing: FileRule = {
  id: 'console-size-missing',
  title: 'Debug console without a size',
  severity: 'error',
  scope: 'file',
  catalogue: ['CON-size-zero'],
  prose: {
    meaning:
      'The hypervisor maps `debug_console.size` bytes of registers for its own output. With size 0 nothing is mapped. The console of a cell needs no size: the cell has a memory region for it.',
    onTheBoard:
      'On arm64 the board freezes at `jailhouse enable` as soon as the hypervisor uses its own page tables (observed). On arm and x86 enable answers "Invalid argument" and logs "jailhouse: Unable to map hypervisor debug console" (driver/main.c, paging.c:paging_init).',
    remedy: 'Set `.size = 0x1000`, or the length of the register block.',
  },
  bad: '.debug_console = {\n\t.address = 0xfe215040,\n\t.type = JAILHOUSE_CON_TYPE_8250,',
  good: '.debug_console = {\n\t.address = 0xfe215040,\n\t.size = 0x40,\n\t.type = JAILHOUSE_CON_TYPE_8250,',
  check(config, report) {
    const console = config.system?.debugConsole;
    if (console === undefined || console.size.value !== 0 || !isMmio(console) || console.type.value === consoleType.NONE) return;
    report({
      span: console.size.span,
      fixes: () => setNumber(config, console, console.size, 0x1000n),
      message: `The debug console at ${hex(console.address.value)} has no size, so its registers are not mapped: jailhouse enable would ${config.arch === 'arm64' ? 'freeze the board' : 'answer "Invalid argument"'}. Set .size = 0x1000.`,
      related: [{ span: console.address.span, message: `debug console at ${hex(console.address.value)}` }],
    });
  },
};
