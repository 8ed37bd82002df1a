import { addNames } from '../../fixes/flags.ts';
import { fix } from '../../fixes/source-text.ts';
import { hex } from '../../source/numbers.ts';
import { mayBeX86 } from '../comm/inmate-evidence.ts';
import type { FileRule } from '../rule.ts';
import { hasDriver, isMmio } from './console-kinds.ts';

export const consoleNotMmio: FileRule = {
  id: 'console-not-mmio',
  title: 'Console without memory-mapped access',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['CON-arm-mmio'],
  prose: {
    meaning:
      'Console flags without JAILHOUSE_CON_ACCESS_MMIO ask for I/O ports, which ARM does not have. The inmate library does not look at the flag: information in a cell config.',
    onTheBoard:
      'The hypervisor prints nothing on the UART, without a message (arm-common/dbg-write.c). Cells print nevertheless (observed).',
    remedy: 'Add JAILHOUSE_CON_ACCESS_MMIO.',
  },
  bad: '.flags = JAILHOUSE_CON_REGDIST_4,',
  good: '.flags = JAILHOUSE_CON_ACCESS_MMIO | JAILHOUSE_CON_REGDIST_4,',
  check(config, report) {
    const root = config.kind === 'system';
    const console = root ? config.system?.debugConsole : config.cell.console;
    if (console === undefined || !hasDriver(config.arch, console.type.value) || isMmio(console)) return;
    if (mayBeX86(config)) return;
    report({
      span: console.flags.span,
      fixes: () => fix('Add JAILHOUSE_CON_ACCESS_MMIO', addNames(config, console, console.flags, ['JAILHOUSE_CON_ACCESS_MMIO'])),
      severity: root ? 'error' : 'information',
      message: root
        ? `The debug console at ${hex(console.address.value)} lacks JAILHOUSE_CON_ACCESS_MMIO, so it means an I/O port, which ${config.arch} does not have: the hypervisor would print nothing. Add the flag.`
        : `The console at ${hex(console.address.value)} lacks JAILHOUSE_CON_ACCESS_MMIO. The inmate library does not look at it on ${config.arch}; add the flag all the same.`,
    });
  },
};
