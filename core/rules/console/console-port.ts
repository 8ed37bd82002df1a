import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { consoleType, isMmio } from './console-kinds.ts';

export const consolePort: FileRule = {
  id: 'console-port',
  title: 'Console address does not fit its access',
  severity: 'warning',
  scope: 'file',
  arch: ['x86'],
  catalogue: ['CON-x86-pio'],
  prose: {
    meaning:
      'An 8250 console on x86 is reached by I/O ports, 0 to 0xffff, or with JAILHOUSE_CON_ACCESS_MMIO by memory addresses. An address above 0xffff is no port, and one below 0x10000 is hardly that of a register.',
    onTheBoard: 'No output, or a fault at the first character (x86/dbg-write.c).',
    remedy: 'Add or drop JAILHOUSE_CON_ACCESS_MMIO.',
  },
  bad: '.address = 0xfe030000,\n.type = JAILHOUSE_CON_TYPE_8250,\n.flags = JAILHOUSE_CON_ACCESS_PIO,',
  good: '.address = 0xfe030000,\n.type = JAILHOUSE_CON_TYPE_8250,\n.flags = JAILHOUSE_CON_ACCESS_MMIO,',
  check(config, report) {
    const console = config.kind === 'system' ? config.system?.debugConsole : config.cell.console;
    if (console === undefined || console.type.value !== consoleType['8250'] || isMmio(console) === console.address.value > 0xffffn) return;
    report({
      span: console.flags.span,
      message: isMmio(console)
        ? `The console at ${hex(console.address.value)} is said to be memory-mapped, but that looks like an I/O port. Drop JAILHOUSE_CON_ACCESS_MMIO.`
        : `The console at ${hex(console.address.value)} lacks JAILHOUSE_CON_ACCESS_MMIO, but I/O ports end at 0xffff: nothing would be printed. Add the flag.`,
      related: [{ span: console.address.span, message: `address ${hex(console.address.value)}` }],
    });
  },
};
