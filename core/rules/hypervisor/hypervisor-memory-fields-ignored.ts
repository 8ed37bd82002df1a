import { removeField } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const hypervisorMemoryFieldsIgnored: FileRule = {
  id: 'hypervisor-memory-fields-ignored',
  title: 'Hypervisor memory with a guest address or flags',
  severity: 'information',
  scope: 'file',
  catalogue: ['HV-virt-unused'],
  prose: {
    meaning: 'Of `hypervisor_memory` only `phys_start` and `size` are used. The hypervisor chooses its virtual address and rights itself.',
    onTheBoard: 'Nothing: both fields are ignored (setup.c, observed).',
    remedy: 'Leave out `virt_start` and `flags`.',
  },
  bad: '.hypervisor_memory = {\n\t.phys_start = 0x1fc00000,\n\t.virt_start = 0x1fc00000,\n\t.size       = 0x400000,\n},',
  good: '.hypervisor_memory = {\n\t.phys_start = 0x1fc00000,\n\t.size       = 0x400000,\n},',
  check(config, report) {
    const memory = config.system?.hypervisorMemory;
    if (memory === undefined) return;
    for (const [name, field] of [['virt_start', memory.virtStart] as const, ['flags', memory.flags] as const])
      if (field.value !== 0n)
        report({
          span: field.span,
          message: `${name} ${hex(field.value)} of hypervisor_memory has no effect. Leave it out.`,
          fixes: () => removeField(config, memory, field),
        });
  },
};
