import { physRange } from '../config/address-window.ts';
import { hasFlag, isCommRegion, isSubPage, memoryFlagNames, widthFlags } from '../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../config/model.ts';
import { cellName, regionByPhys } from '../rules/wording.ts';
import { hex, humanSize } from '../source/numbers.ts';
import { contains, place, regionsOf } from './access-causes.ts';
import type { Cause } from './explanation.ts';
import type { Access } from './incident.ts';

/** `Invalid MMIO read, address: PHYS, size: N`: refused by the flags of a sub-page region (mmio.c:mmio_handle_subpage). */
export function subPageCauses(access: Access, cell: Config): readonly Cause[] {
  const region = regionsOf(cell).find((candidate) => isSubPage(candidate) && contains(physRange(candidate), access.address));
  if (region === undefined) {
    return [
      {
        title: 'No sub-page region of this config holds the address',
        text: `The hypervisor printed the physical address ${hex(access.address)} of a region that is no whole number of pages, and ${cellName(cell)} has none there. The cell on the board was made from another config: build, copy, destroy and create it again.`,
        confidence: 'possible',
        places: [],
      },
    ];
  }
  if (isCommRegion(region)) {
    return [
      {
        title: 'The communication region is no whole page',
        text: `With a size of ${hex(region.size.value)} it is trapped, and accesses go to phys_start ${hex(region.physStart.value)} instead of the page of the hypervisor. Set .size = 0x1000.`,
        confidence: 'certain',
        places: [{ span: region.size.span, message: `size of the communication region ${place(region).message}` }],
        rule: 'comm-region-size',
      },
    ];
  }
  return refusals(access, cell, region);
}

function refusals(access: Access, cell: Config, region: MemoryRegion): readonly Cause[] {
  const causes: Cause[] = [];
  const size = access.size ?? 0;
  const name = `${regionByPhys(region)} of ${cellName(cell)}`;
  const flags = [
    { span: region.flags.span, message: `flags of ${regionByPhys(region)}: ${memoryFlagNames(region.flags.value).join(' ') || 'none'}` },
  ];
  const direction = access.direction === 'write' ? 'WRITE' : 'READ';
  if (!hasFlag(region, direction)) {
    causes.push({
      title: `The region lacks ${direction}`,
      text: `${name} may not be ${access.direction === 'write' ? 'written' : 'read'}. Add JAILHOUSE_MEM_${direction}, or keep the guest from it.`,
      confidence: 'certain',
      places: flags,
    });
  }
  const width = ([8, 16, 32, 64] as const).find((bits) => bits === size * 8);
  if (width !== undefined && !hasFlag(region, `IO_${width}`)) {
    const none = (region.flags.value & widthFlags) === 0n;
    causes.push({
      title: `The region lacks IO_${width}`,
      text: `${name} is part of a page, where each access width has to be allowed${none ? ', and none is' : ''}; the guest used ${width} bits at ${hex(access.address)}. Add JAILHOUSE_MEM_IO_${width} to its flags.`,
      confidence: 'certain',
      places: flags,
      ...(none && { rule: 'subpage-without-width' }),
    });
  }
  const offset = access.address - region.physStart.value;
  if (size > 0 && offset % BigInt(size) !== 0n && !hasFlag(region, 'IO_UNALIGNED')) {
    causes.push({
      title: 'The access is not aligned within the region',
      text: `${hex(access.address)} is ${humanSize(offset)} behind the start of ${name}, no multiple of the ${size} bytes accessed. Let the region start at a multiple of ${size}, or add JAILHOUSE_MEM_IO_UNALIGNED.`,
      confidence: 'certain',
      places: [{ span: region.physStart.span, message: regionByPhys(region) }],
    });
  }
  if (causes.length === 0) {
    causes.push({
      title: 'This config allows the access',
      text: `${name} allows it, so the cell on the board was made from another config: build, copy, destroy and create it again.`,
      confidence: 'possible',
      places: flags,
    });
  }
  return causes;
}
