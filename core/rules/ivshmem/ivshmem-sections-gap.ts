import { bdfName, type IvshmemSection, ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { isEmpty, pageSize } from '../../config/memory-flags.ts';
import type { Config } from '../../config/model.ts';
import { hasRoom } from '../../fixes/room.ts';
import { fix, together } from '../../fixes/source-text.ts';
import { writeNumber } from '../../fixes/values.ts';
import type { Fix } from '../../source/finding.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';
import { haveEqualOutputSizes } from './output-sizes.ts';

export const ivshmemSectionsGap: FileRule = {
  id: 'ivshmem-sections-gap',
  title: 'Ivshmem sections do not follow each other',
  severity: 'error',
  scope: 'file',
  catalogue: ['IVS-virt-contiguous'],
  prose: {
    meaning:
      'The guest learns the address of the state table and three sizes, and adds up the rest. So each section starts, at guest addresses, where the one before ends; sections of size 0 take no room.',
    onTheBoard:
      'The guest writes at an address where there is nothing: "Unhandled data write at ..." ends the cell (ivshmem.c:ivshmem_reset; observed).',
    remedy: 'Set `virt_start` of each section to the end of the one before.',
  },
  bad: '/* state */ { .virt_start = 0x1faf0000, .size = 0x1000, /* ... */ },\n/* common */ { .virt_start = 0x1faf2000, .size = 0x9000, /* ... */ },',
  good: '/* common */ { .virt_start = 0x1faf1000, .size = 0x9000, /* ... */ },',
  check(config, report) {
    for (const device of ivshmemDevices(config)) {
      const sections = sectionsOf(config, device);
      if (sections === undefined) continue;
      const equalOutputs = haveEqualOutputSizes(sections);
      const filled = sections.filter(({ region }) => !isEmpty(region));
      for (const [at, section] of filled.entries()) {
        const before = filled[at - 1];
        if (before === undefined) continue;
        // Outputs of different size cannot lie where the guest looks: told of by ivshmem-output-size.
        if (before.role === 'output section' && !equalOutputs) break;
        const end = before.region.virtStart.value + before.region.size.value;
        if (section.region.virtStart.value === end) continue;
        report({
          span: section.region.virtStart.span,
          message: `The ${section.role} ${regionByVirt(section.region)} of the ivshmem device ${bdfName(device.bdf.value)} does not start at ${hex(end)}, where the ${before.role} ends: the guest would look for it there and die. Set virt_start = ${hex(end)}.`,
          related: [{ span: before.region.virtStart.span, message: `${before.role} ${regionByVirt(before.region)}` }],
          fixes: () => rebase(config, filled.slice(at), end),
        });
        // What follows is shifted by the same mistake.
        break;
      }
    }
  },
};

/** Lays the sections one behind the other from `start` on. The root cell sees memory where it is, so there only the author can mend it. */
function rebase(config: Config, sections: readonly IvshmemSection[], start: bigint): readonly Fix[] {
  if (config.kind === 'system' || start % pageSize !== 0n) return [];
  const edits = [];
  let virt = start;
  for (const { region } of sections) {
    if (region.size.value % pageSize !== 0n || !hasRoom(config, region, { virt })) return [];
    if (region.virtStart.value !== virt) edits.push(writeNumber(config, region, region.virtStart, virt));
    virt += region.size.value;
  }
  const first = sections[0]?.region.path ?? '';
  return fix(
    edits.length === 1
      ? `Set virt_start of ${first} to ${hex(start)}`
      : `Set virt_start of ${first} to ${hex(start)} and move what follows`,
    together(...edits),
  );
}
