import { intersection, overlaps, physRange } from '../../config/address-window.ts';
import { ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../../config/model.ts';
import { paint, rangeAt } from '../../system/paint.ts';
import type { CellRule } from '../rule.ts';
import { cellName, rangeText, regionByPhys } from '../wording.ts';

export const regionIoDiffers: CellRule = {
  id: 'region-io-differs',
  title: 'Device for one cell, memory for the other',
  severity: 'warning',
  scope: 'cell',
  arch: ['arm64', 'arm'],
  catalogue: ['MEM-io-mismatch', 'MEM-io-missing'],
  prose: {
    meaning:
      'The same physical addresses carry JAILHOUSE_MEM_IO in the cell or in the root cell, but not in both: one of them maps a device as cached memory, or memory as a device. Later entries of the root cell win over earlier ones. Regions that io-on-memory or console-region-without-io tell of are left to these.',
    onTheBoard:
      'Stale data, or registers that are read and written out of order or from the cache. An emulator shows nothing (arm-common/mmu_cell.c).',
    remedy: 'Set the flag on both sides for a device, on neither for memory.',
  },
  bad: '/* root: */ { .phys_start = 0x09000000, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE, /* ... */ },\n/* cell: */ { .phys_start = 0x09000000, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO, /* ... */ },',
  good: '/* root: */ { .phys_start = 0x09000000, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO, /* ... */ },',
  check(system, member, report) {
    if (member === system) return;
    const roots = paint(
      [],
      system.memoryRegions.filter(isPlain).map((region) => {
        const { start, size } = physRange(region);
        return { start, end: start + size, value: region };
      }),
    );
    const sections = sectionRegions(member);
    const console = system.system?.debugConsole;
    for (const region of member.memoryRegions) {
      if (!isPlain(region) || (hasFlag(region, 'IO') && sections.has(region)) || marksMemory(region)) continue;
      // The entry that wins for the first byte.
      const root = rangeAt(roots, region.physStart.value)?.value;
      if (root === undefined || marksMemory(root) || hasFlag(root, 'IO') === hasFlag(region, 'IO')) continue;
      if (console !== undefined && !hasFlag(root, 'IO') && overlaps(physRange(root), { start: console.address.value, size: 1n })) continue;
      const [device, memory] = hasFlag(region, 'IO') ? [cellName(member), 'the root cell'] : ['the root cell', cellName(member)];
      report({
        span: region.flags.span,
        message: `${regionByPhys(region)} of ${cellName(member)} and ${root.path} of the root cell share ${rangeText(intersection(physRange(region), physRange(root)))}, but only the entry of ${device} has IO: ${memory} would access the same addresses through its cache. Set JAILHOUSE_MEM_IO on both sides for a device, on neither for memory.`,
        related: [{ span: root.flags.span, message: `${regionByPhys(root)} of the root cell` }],
      });
    }
  },
};

function isPlain(region: MemoryRegion): boolean {
  return !isEmpty(region) && !isSubPage(region) && !isCommRegion(region);
}

/** IO on memory, told of by io-on-memory. */
function marksMemory(region: MemoryRegion): boolean {
  return hasFlag(region, 'IO') && (hasFlag(region, 'EXECUTE') || hasFlag(region, 'LOADABLE'));
}

function sectionRegions(config: Config): ReadonlySet<MemoryRegion> {
  return new Set(
    ivshmemDevices(config)
      .flatMap((device) => sectionsOf(config, device) ?? [])
      .map(({ region }) => region),
  );
}
