import { type AddressRange, Coverage, virtRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage, pageSize, widthFlags } from '../../config/memory-flags.ts';
import type { MemoryRegion } from '../../config/model.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';

export const subpageWithoutWidth: FileRule = {
  id: 'subpage-without-width',
  title: 'Sub-page region without access widths',
  severity: 'error',
  scope: 'file',
  catalogue: ['SUB-width'],
  prose: {
    meaning:
      'A region smaller than a page is trapped access by access, and the hypervisor lets through only the widths that IO_8, IO_16, IO_32 and IO_64 name. None of them: nothing gets through. Where a mapped region covers the whole window the flags do not matter. The root cell lists much that Linux never touches: a warning there.',
    onTheBoard: 'The first access ends the cell: "FATAL: Invalid MMIO read, address: ..., size: ..." (mmio.c:mmio_handle_subpage).',
    remedy: 'Add the widths that the driver uses: JAILHOUSE_MEM_IO_32 for most devices, also IO_8 for a UART of 8250 kind.',
  },
  bad: '.size = 0x40,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,',
  good: '.size = 0x40,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO |\n\t JAILHOUSE_MEM_IO_8 | JAILHOUSE_MEM_IO_32,',
  check(config, report) {
    const mapped = new Coverage(config.memoryRegions.filter((region) => !isSubPage(region)).map(virtRange));
    for (const region of config.memoryRegions) {
      if (isEmpty(region) || !isSubPage(region) || isCommRegion(region) || (region.flags.value & widthFlags) !== 0n) continue;
      // RAM of odd size is one mistake, told of by ram-not-page-aligned.
      if (isExecutableOrLoadable(region) || mapped.covers(pagesOf(region))) continue;
      report({
        span: region.flags.span,
        severity: config.kind === 'system' ? 'warning' : 'error',
        message: `${regionByVirt(region)} is no whole page, so each access is trapped, and its flags allow no width: the first access would end the cell with "Invalid MMIO". Add JAILHOUSE_MEM_IO_32, or whatever the driver uses.`,
        fixes: () => addMemoryFlags(config, region, 'IO_32'),
      });
    }
  },
};

function isExecutableOrLoadable(region: MemoryRegion): boolean {
  return hasFlag(region, 'EXECUTE') || hasFlag(region, 'LOADABLE');
}

/** The pages that a trapped window touches. */
function pagesOf(region: MemoryRegion): AddressRange {
  const start = region.virtStart.value - (region.virtStart.value % pageSize);
  return { start, size: region.virtStart.value + region.size.value - start };
}
