import { removeField } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const x86ResetAddress: FileRule = {
  id: 'x86-reset-address',
  title: 'Reset address on x86',
  severity: 'information',
  scope: 'file',
  arch: ['x86'],
  catalogue: ['X86-reset'],
  prose: {
    meaning:
      'A CPU of x86 starts a cell in real mode: the low 16 bits of `cpu_reset_address` are the instruction pointer, the rest is the base of the code segment. `jailhouse cell linux` works with 0 only.',
    onTheBoard:
      'Programs that are built for the address work. `jailhouse cell linux` stops with "x86 requires cpu_reset_address=0" (vmx.c, jailhouse-cell-linux).',
    remedy: 'Leave it out for Linux and for programs of the inmate library.',
  },
  bad: '.cpu_reset_address = 0x100000,',
  good: '/* no .cpu_reset_address */',
  check(config, report) {
    const address = config.cell.cpuResetAddress;
    if (config.kind === 'system' || address === undefined || address.value === 0n) return;
    report({
      span: address.span,
      fixes: () => removeField(config, config.cell, address).map((one) => ({ ...one, needsChoice: true })),
      message: `cpu_reset_address ${hex(address.value)} starts the cell in real mode at ${hex(address.value & ~0xffffn)} + ${hex(address.value & 0xffffn)}; jailhouse cell linux accepts 0 only. Leave it out unless the program is built for it.`,
    });
  },
};
