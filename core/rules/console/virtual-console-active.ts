import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { hasDriver } from './console-kinds.ts';
import { hasBit, virtualConsole } from './virtual-console.ts';

export const virtualConsoleActive: FileRule = {
  id: 'virtual-console-active',
  title: 'Virtual console takes over from the UART',
  severity: 'warning',
  scope: 'file',
  catalogue: ['CON-virt-flags'],
  prose: {
    meaning:
      'JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE sends the output of the inmate library through the hypervisor. A UART in `.console` as well is then not where the output is to be looked for.',
    onTheBoard: 'Observed: the output appears in `jailhouse console`, and nothing of it on the UART.',
    remedy: 'Use JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED alone, or leave `.console` out when the virtual console is meant.',
  },
  bad: '.flags = JAILHOUSE_CELL_PASSIVE_COMMREG | JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE,\n.console = { .address = 0x9000000, .type = JAILHOUSE_CON_TYPE_PL011, /* ... */ },',
  good: '.flags = JAILHOUSE_CELL_PASSIVE_COMMREG | JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED,\n.console = { .address = 0x9000000, .type = JAILHOUSE_CON_TYPE_PL011, /* ... */ },',
  check(config, report) {
    const { console, flags } = config.cell;
    if (config.kind !== 'cell' || console === undefined || !hasDriver(config.arch, console.type.value)) return;
    if (!hasBit(flags.value, virtualConsole.active)) return;
    report({
      span: flags.span,
      message: `JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE sends the output of the cell to jailhouse console, and nothing appears on the UART at ${hex(console.address.value)}. Use PERMITTED alone, or leave .console out.`,
      related: [{ span: console.address.span, message: `console at ${hex(console.address.value)}` }],
    });
  },
};
