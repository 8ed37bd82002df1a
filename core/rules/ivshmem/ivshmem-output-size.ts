import { bdfName, ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemOutputSize: FileRule = {
  id: 'ivshmem-output-size',
  title: 'Ivshmem output sections differ in size',
  severity: 'warning',
  scope: 'file',
  catalogue: ['IVS-out-size'],
  prose: {
    meaning: 'The guest is told one size for all output sections, that of the first.',
    onTheBoard:
      'Nothing checks it. From the second section on the guest computes wrong addresses and reads or writes another section (ivshmem.c:ivshmem_reset; observed to be accepted).',
    remedy: 'Give all output sections of a device the same size.',
  },
  bad: '/* output 0 */ { .size = 0x1000, /* ... */ },\n/* output 1 */ { .size = 0x2000, /* ... */ },',
  good: '/* output 0 */ { .size = 0x2000, /* ... */ },\n/* output 1 */ { .size = 0x2000, /* ... */ },',
  check(config, report) {
    for (const device of ivshmemDevices(config)) {
      const outputs = (sectionsOf(config, device) ?? []).filter((section) => section.role === 'output section');
      const first = outputs[0]?.region;
      const other = outputs.find(({ region }) => region.size.value !== first?.size.value);
      if (first === undefined || other === undefined) continue;
      const sizes = [other.region.size.value, first.size.value].map((size) => `${hex(size)} (${humanSize(size)})`);
      report({
        span: other.region.size.span,
        message: `Output section ${other.peer} of the ivshmem device ${bdfName(device.bdf.value)} has ${sizes[0]}, output section 0 has ${sizes[1]}, and the guest is told only the latter: it would compute wrong addresses. Make them equal.`,
        related: [{ span: first.size.span, message: `output section 0 has ${sizes[1]}` }],
      });
    }
  },
};
