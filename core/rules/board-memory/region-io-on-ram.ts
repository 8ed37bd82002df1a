import { overlaps, physRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import { removeMemoryFlags } from '../../fixes/flags.ts';
import type { BoardRule } from '../rule.ts';
import { variantsWhere } from '../variants.ts';
import { cellName, rangeText, regionByPhys } from '../wording.ts';
import { isProgramMemory, sectionIndices } from './claims.ts';

export const regionIoOnRam: BoardRule = {
  id: 'region-io-on-ram',
  title: 'RAM of the board mapped as a device',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['MEM-io-on-ram'],
  prose: {
    meaning:
      'JAILHOUSE_MEM_IO maps a region as device memory, and the region lies in RAM of the board. Regions with EXECUTE or LOADABLE are the matter of io-on-memory, which needs no board; sections of an ivshmem link have a rule of their own.',
    onTheBoard:
      'Accesses are slow, unaligned ones fault in the guest, and `jailhouse cell linux` does not take the region for RAM. Linux that maps the same RAM through its caches sees old data (arm-common/mmu_cell.c). An emulator shows none of it.',
    remedy: 'Drop JAILHOUSE_MEM_IO, or correct the address where a device was meant.',
  },
  bad: '/* 0x20000000 is RAM */\n.phys_start = 0x20000000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,',
  good: '.phys_start = 0xfe200000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,',
  check({ board, member }, report) {
    const sections = sectionIndices(member);
    for (const region of member.memoryRegions) {
      if (isEmpty(region) || isSubPage(region) || isCommRegion(region) || !hasFlag(region, 'IO')) continue;
      if (isProgramMemory(region) || sections.has(region.index)) continue;
      const on = variantsWhere(board, ({ ram }) => ram.some((bank) => overlaps(bank, physRange(region))));
      if (on === undefined) continue;
      const bank = on.variants.flatMap(({ ram }) => ram).find((candidate) => overlaps(candidate, physRange(region)));
      report({
        span: region.flags.span,
        message: `${regionByPhys(region)} of ${cellName(member)} has IO but lies in RAM${on.text}: it would be mapped as a device, slow, without unaligned accesses and out of step with caches. Drop JAILHOUSE_MEM_IO, or correct the address.`,
        related: bank === undefined ? [] : [{ span: bank.span, message: `RAM ${rangeText(bank)}${on.text}` }],
        fixes: () => removeMemoryFlags(member, region, 'IO').map((fix) => ({ ...fix, needsChoice: true })),
      });
    }
  },
};
