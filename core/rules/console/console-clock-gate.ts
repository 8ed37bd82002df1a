import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const consoleClockGate: FileRule = {
  id: 'console-clock-gate',
  title: 'Clock gate of the console out of range',
  severity: 'warning',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['CON-clock-gate'],
  prose: {
    meaning:
      '`gate_nr` is a bit of the 32-bit register `clock_reg`: 0 to 31. A larger number belongs to another register of the clock unit.',
    onTheBoard:
      'Another bit is changed, so that the UART stays without a clock or another device changes its own (arm-common/dbg-write.c, inmates/lib/arm-common/printk.c). A UART without a clock never gets ready, and whoever prints waits for ever.',
    remedy: 'Add 4 to `clock_reg` for each 32 of `gate_nr`, and keep the rest.',
  },
  bad: '.clock_reg = 0x01c2006c,\n.gate_nr = 48,',
  good: '.clock_reg = 0x01c20070,\n.gate_nr = 16,',
  check(config, report) {
    const console = config.kind === 'system' ? config.system?.debugConsole : config.cell.console;
    if (console === undefined || console.clockReg.value === 0n || console.gateNr.value <= 31) return;
    report({
      span: console.gateNr.span,
      message: `gate_nr ${console.gateNr.value} is no bit of the 32-bit register ${hex(console.clockReg.value)}: another clock would be switched. Use a bit from 0 to 31 and the register that holds it.`,
      related: [{ span: console.clockReg.span, message: `clock_reg ${hex(console.clockReg.value)}` }],
    });
  },
};
