import { architectureField, architectureLabel, isArchitectureForgotten } from '../../config/architecture-evidence.ts';
import { offerText } from '../../fixes/values.ts';
import type { CellRule } from '../rule.ts';
import { cellName } from '../wording.ts';

export const architectureMismatch: CellRule = {
  id: 'architecture-mismatch',
  title: 'Cell is for another architecture than its system',
  severity: 'error',
  scope: 'cell',
  catalogue: ['HDR-arch-set', 'HDR-cell-arch'],
  prose: {
    meaning:
      'Cell and system config name the architecture of the hypervisor, also for a cell that runs 32-bit code on arm64: such a cell says JAILHOUSE_ARM64 and sets the flag JAILHOUSE_CELL_AARCH32.',
    onTheBoard:
      '`jailhouse cell create` exits with status 0 and creates nothing; the kernel log says "jailhouse: Configuration architecture mismatch" (driver/cell.c). `jailhouse config check` stops with "Cell architecture mismatch".',
    remedy: 'Give the cell the architecture of its system config.',
  },
  bad: '.architecture = JAILHOUSE_ARM, /* the system config says JAILHOUSE_ARM64 */\n.flags = JAILHOUSE_CELL_AARCH32,',
  good: '.architecture = JAILHOUSE_ARM64,\n.flags = JAILHOUSE_CELL_AARCH32,',
  check(system, member, report) {
    if (member === system || isArchitectureForgotten(system) || isArchitectureForgotten(member)) return;
    const own = architectureField(member);
    const expected = architectureField(system);
    if (own === undefined || expected === undefined || own.value === expected.value) return;
    report({
      span: own.span,
      message: `This cell is for architecture ${architectureLabel(own.value)}, ${cellName(system)} for ${architectureLabel(expected.value)}: jailhouse cell create would say nothing and create nothing. Give both the same architecture.`,
      related: [{ span: expected.span, message: `architecture ${architectureLabel(expected.value)} of the system config` }],
      fixes: () => offerText(member, member.cell, own, `JAILHOUSE_${system.arch.toUpperCase()}`),
    });
  },
};
