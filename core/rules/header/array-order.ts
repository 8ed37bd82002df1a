import { hasForeignMembers } from '../../config/array-layout.ts';
import { reorderMembers } from '../../fixes/member-order.ts';
import type { FileRule } from '../rule.ts';

export const arrayOrder: FileRule = {
  id: 'array-order',
  title: 'Arrays in the wrong order',
  severity: 'error',
  scope: 'file',
  catalogue: ['HDR-struct-order'],
  prose: {
    meaning:
      'The file carries no names, only bytes: behind the descriptor come the CPU set, memory regions, cache regions, irqchips, PIO regions, PCI devices, PCI capabilities and stream ids, in this order.',
    onTheBoard:
      'Entries of one kind are read as entries of another: memory regions and PCI devices that nobody wrote. The outcome ranges from devices that are missing without a message to a dead board (include/jailhouse/cell-config.h).',
    remedy: 'Declare the members of the struct in the order of the hypervisor. The order inside the initialiser does not matter.',
  },
  bad: 'struct jailhouse_cell_desc cell;\n__u64 cpus[1];\nstruct jailhouse_irqchip irqchips[1];\nstruct jailhouse_memory mem_regions[8];',
  good: 'struct jailhouse_cell_desc cell;\n__u64 cpus[1];\nstruct jailhouse_memory mem_regions[8];\nstruct jailhouse_irqchip irqchips[1];',
  check(config, report) {
    if (config.shape === undefined || hasForeignMembers(config)) return;
    const rank = (kind: string | undefined) => config.arrays.findIndex((array) => array.kind === kind);
    const members = config.shape.members.filter((member) => member.kind !== undefined && member.size > 0);
    for (const [at, member] of members.entries()) {
      const before = members[at - 1];
      if (before === undefined || rank(before.kind) <= rank(member.kind)) continue;
      report({
        span: member.span,
        message: `${member.name} stands behind ${before.name}, but the hypervisor reads it first: both arrays would be misread. Declare ${member.name} before ${before.name}.`,
        related: [{ span: before.span, message: `${before.name} is declared before it` }],
        fixes: () => reorderMembers(config),
      });
      // One misplaced member makes its neighbours look misplaced too.
      return;
    }
  },
};
