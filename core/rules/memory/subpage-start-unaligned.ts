import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';

const widths = [
  ['IO_64', 8n],
  ['IO_32', 4n],
  ['IO_16', 2n],
] as const;

export const subpageStartUnaligned: FileRule = {
  id: 'subpage-start-unaligned',
  title: 'Sub-page region starts off the width it allows',
  severity: 'warning',
  scope: 'file',
  catalogue: ['SUB-unaligned'],
  prose: {
    meaning:
      'In a trapped window the hypervisor looks whether an access is aligned by its distance from the start of the region. A start that is no multiple of the access width makes every aligned access look unaligned, unless IO_UNALIGNED is set.',
    onTheBoard: '"FATAL: Invalid MMIO read, address: ..., size: 4" at accesses that are fine on the device (mmio.c:mmio_handle_subpage).',
    remedy: 'Start the region at a multiple of the widest access, or add JAILHOUSE_MEM_IO_UNALIGNED.',
  },
  bad: '.virt_start = 0xfe215042,\n.size = 0x3e,\n.flags = /* ... */ JAILHOUSE_MEM_IO_32,',
  good: '.virt_start = 0xfe215040,\n.size = 0x40,\n.flags = /* ... */ JAILHOUSE_MEM_IO_32,',
  check(config, report) {
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || !isSubPage(region) || isCommRegion(region) || hasFlag(region, 'IO_UNALIGNED')) continue;
      // Before v0.12 this bit was IO_UNALIGNED; on a trapped region nothing else can be meant.
      if (hasFlag(region, 'NO_HUGEPAGES')) continue;
      const bad = widths.find(([flag, bytes]) => hasFlag(region, flag) && region.virtStart.value % bytes !== 0n);
      if (bad === undefined) continue;
      report({
        span: region.virtStart.span,
        fixes: () => addMemoryFlags(config, region, 'IO_UNALIGNED').map((one) => ({ ...one, needsChoice: true })),
        message: `${regionByVirt(region)} allows ${bad[0]}, but starts at ${hex(region.virtStart.value)}, no multiple of ${bad[1]}: aligned accesses would be refused as unaligned ("Invalid MMIO"). Align the start, or add JAILHOUSE_MEM_IO_UNALIGNED.`,
        related: [{ span: region.flags.span, message: `flags with ${bad[0]}` }],
      });
    }
  },
};
