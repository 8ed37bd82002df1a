import { architectureField, evidenceOfArm } from '../../config/architecture-evidence.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { consoleType, consoleTypeName, hasDriver } from './console-kinds.ts';

export const consoleTypeUnknown: FileRule = {
  id: 'console-type',
  title: 'Console type without a driver',
  severity: 'error',
  scope: 'file',
  catalogue: ['CON-type-arch'],
  prose: {
    meaning:
      'On ARM the hypervisor and the inmate library drive the types 8250 to SCIF, on x86 8250 and, for the hypervisor, EFIFB. Another type, or an address with the type left out, gives no console.',
    onTheBoard:
      'No output at all, without a message: neither of the hypervisor, nor of a cell (dbg-write.c, inmates/lib/printk.c; observed with types 0 and 99).',
    remedy: 'Set `.type` to the JAILHOUSE_CON_TYPE_* of the UART, or leave the console out as a whole.',
  },
  bad: '.console = {\n\t.address = 0xfe215040,\n\t.flags = JAILHOUSE_CON_ACCESS_MMIO,\n},',
  good: '.console = {\n\t.address = 0xfe215040,\n\t.type = JAILHOUSE_CON_TYPE_8250,\n\t.flags = JAILHOUSE_CON_ACCESS_MMIO,\n},',
  check(config, report) {
    const console = config.kind === 'system' ? config.system?.debugConsole : config.cell.console;
    if (console === undefined) return;
    const type = console.type.value;
    if (hasDriver(config.arch, type)) return;
    if (type === consoleType.NONE && console.address.value === 0n) return;
    // Before revision 14 the architecture is not written down, and this type is fine on x86.
    if (type === consoleType.EFIFB && architectureField(config) === undefined && evidenceOfArm(config) === undefined) return;
    const whose = config.kind === 'system' ? 'the hypervisor' : 'the cell';
    report({
      span: console.type.span,
      message:
        type === consoleType.NONE
          ? `The console has an address ${hex(console.address.value)} but no type: ${whose} would print nothing. Set .type to the JAILHOUSE_CON_TYPE_* of the UART.`
          : `Console type ${consoleTypeName(type)} has no driver on ${config.arch}: ${whose} would print nothing. Set .type to the JAILHOUSE_CON_TYPE_* of the UART.`,
      related: [{ span: console.address.span, message: `console at ${hex(console.address.value)}` }],
    });
  },
};
