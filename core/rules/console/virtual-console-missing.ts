import type { CellRule } from '../rule.ts';
import { hasBit, virtualConsole } from './virtual-console.ts';

export const virtualConsoleMissing: CellRule = {
  id: 'virtual-console-missing',
  title: 'Cell prints to a virtual console that nobody can read',
  severity: 'warning',
  scope: 'cell',
  catalogue: ['CON-virt-flags'],
  prose: {
    meaning:
      'JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED and ACTIVE let a cell print through the hypervisor. `jailhouse console` shows that output only when the system config sets JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE.',
    onTheBoard:
      '`jailhouse console` answers "Operation not permitted"; the output appears on the UART of the hypervisor alone (control.c:hypercall, printk.c).',
    remedy: 'Set `.flags = JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE` in the header of the system config, or drop the flags of the cell.',
  },
  bad: '/* system config without the flag; cell: */\n.flags = JAILHOUSE_CELL_PASSIVE_COMMREG | JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED,',
  good: '/* system config: */\n.header = {\n\t.flags = JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE,',
  check(system, member, report) {
    const own = system.system?.flags;
    if (member === system || own === undefined || hasBit(own.value, virtualConsole.system)) return;
    const { flags } = member.cell;
    if (!hasBit(flags.value, virtualConsole.permitted) && !hasBit(flags.value, virtualConsole.active)) return;
    report({
      span: flags.span,
      message: `Cell "${member.cell.name.value}" may print to the virtual console, but the system config does not set JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE: jailhouse console would answer "Operation not permitted". Set the flag there.`,
      related: [{ span: own.span, message: 'flags of the system config' }],
    });
  },
};
