import type { FileRule } from '../rule.ts';
import { consoleType } from './console-kinds.ts';

/** Their drivers write no divider (hypervisor/arch/arm-common/uart-{scifa,mvebu,imx}.c). */
const withoutDivider: readonly number[] = [consoleType.SCIF, consoleType.MVEBU, consoleType.IMX, consoleType.EFIFB];

export const consoleDivider: FileRule = {
  id: 'console-divider',
  title: 'Debug console sets the baud rate again',
  severity: 'information',
  scope: 'file',
  catalogue: ['CON-divider'],
  prose: {
    meaning:
      'With a divider other than 0 the hypervisor programs the baud rate of its UART. When Linux uses the same UART it has done so already.',
    onTheBoard:
      'A divider that does not fit the clock garbles the output of both. The drivers of SCIF, MVEBU and IMX ignore it (uart-*.c).',
    remedy: 'Set `.divider = 0` when the firmware or Linux sets up the UART.',
  },
  bad: '.debug_console = {\n\t.address = 0xfe215040,\n\t.divider = 1,',
  good: '.debug_console = {\n\t.address = 0xfe215040,',
  check(config, report) {
    const console = config.system?.debugConsole;
    if (console === undefined || console.divider.value === 0 || console.type.value === consoleType.NONE) return;
    report({
      span: console.divider.span,
      message: withoutDivider.includes(console.type.value)
        ? `The divider ${console.divider.value} of the debug console is ignored by the driver of this type.`
        : `The divider ${console.divider.value} changes the baud rate of the UART at enable. Leave it 0 when the firmware or Linux has set it up.`,
    });
  },
};
