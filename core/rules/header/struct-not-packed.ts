import { paddingBetweenMembers } from '../../config/array-layout.ts';
import type { FileRule } from '../rule.ts';
import { count } from '../wording.ts';

export const structNotPacked: FileRule = {
  id: 'struct-not-packed',
  title: 'Struct is not packed',
  severity: 'error',
  scope: 'file',
  catalogue: ['HDR-struct-packed'],
  prose: {
    meaning:
      'The hypervisor expects each array directly behind the one before. Without `__attribute__((packed))` the compiler aligns the members and inserts bytes between them: 4 behind a 132-byte descriptor, before `__u64 cpus[]`.',
    onTheBoard:
      'Everything behind the gap is read at the wrong place: the CPU set is taken from the gap, and memory regions are shifted (include/jailhouse/cell-config.h). The outcome ranges from "Device or resource busy" to a dead board.',
    remedy: 'Write `__attribute__((packed))` between the closing brace of the struct and the name of the object.',
  },
  bad: 'struct {\n\tstruct jailhouse_cell_desc cell;\n\t__u64 cpus[1];\n} config = {',
  good: 'struct {\n\tstruct jailhouse_cell_desc cell;\n\t__u64 cpus[1];\n} __attribute__((packed)) config = {',
  check(config, report) {
    const shape = config.shape;
    const padding = paddingBetweenMembers(config);
    if (shape === undefined || padding === 0) return;
    const at = shape.structEnd;
    report({
      span: shape.objectSpan,
      message: `The struct of ${shape.objectName} is not packed: the compiler puts ${count(padding, 'byte')} between its members, and the hypervisor would read everything behind them at the wrong place. Write __attribute__((packed)) before ${shape.objectName}.`,
      fixes:
        config.origin === 'source' && at.file === config.path
          ? [{ title: 'Add __attribute__((packed))', edits: [{ span: { ...at, start: at.end }, newText: ' __attribute__((packed))' }] }]
          : [],
    });
  },
};
