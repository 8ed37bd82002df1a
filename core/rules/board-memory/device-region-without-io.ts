import type { BoardDevice, DeviceWindow } from '../../board/board.ts';
import { overlaps, physRange } from '../../config/address-window.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import type { BoardRule } from '../rule.ts';
import { cellName, rangeText, regionByPhys } from '../wording.ts';
import { isProgramMemory } from './claims.ts';

/** Nodes whose `reg` is memory that a cell may use as such. */
const memories: ReadonlySet<string> = new Set(['mmio-sram', 'cfi-flash', 'arm,sbsa-sram']);

/** Portals of NXP's queue and buffer managers: the first window is made for cached accesses (Linux bindings, soc/fsl/bman-portals.txt). */
const portals: ReadonlySet<string> = new Set(['fsl,qman-portal', 'fsl,bman-portal']);

/** Windows of a device that are registers. Behind those of a controller of serial flash stands the flash itself. */
function registersOf({ name, compatible, windows }: BoardDevice): readonly DeviceWindow[] {
  if (compatible.some((one) => memories.has(one))) return [];
  if (compatible.some((one) => portals.has(one))) return windows.slice(1);
  return /^(?:[a-z]*spi|flash-controller)@/.test(name) ? windows.slice(0, 1) : windows;
}

export const deviceRegionWithoutIo: BoardRule = {
  id: 'device-region-without-io',
  title: 'Device of the board mapped as memory',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['MEM-io-missing'],
  prose: {
    meaning:
      'A region holds registers of a device that the board has, and lacks JAILHOUSE_MEM_IO: the hypervisor maps it as cached memory. For the root cell it is information, since Linux maps devices as such itself and the stricter of the two counts.',
    onTheBoard:
      'A guest that does not map the registers as a device itself has its accesses delayed, merged or repeated; and the hypervisor cleans the range from the caches line by line when the cell is loaded or destroyed, which some devices answer with an SError (arm-common/mmu_cell.c:arm_cell_dcaches_flush). For the root cell observed to be harmless in an emulator.',
    remedy: 'Add JAILHOUSE_MEM_IO.',
  },
  bad: '/* the UART */\n.phys_start = 0xfe201000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE,',
  good: '/* the UART */\n.phys_start = 0xfe201000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,',
  check({ board, member, system }, report) {
    for (const region of member.memoryRegions) {
      const range = physRange(region);
      if (isEmpty(region) || isSubPage(region) || isCommRegion(region) || isProgramMemory(region) || hasFlag(region, 'IO')) continue;
      if (board.variants.some(({ ram }) => ram.some((bank) => overlaps(bank, range)))) continue;
      const [device, ...others] = board.devices.flatMap((candidate) =>
        registersOf(candidate)
          .filter((window) => overlaps(window, range))
          .map((window) => ({ name: candidate.name, window })),
      );
      if (device === undefined) continue;
      report({
        span: region.flags.span,
        severity: member === system ? 'information' : 'warning',
        message: `${regionByPhys(region)} of ${cellName(member)} holds ${device.name}${others.length === 0 ? '' : ` and ${others.length} more`}, but lacks IO: the hypervisor would map registers as cached memory. Add JAILHOUSE_MEM_IO.`,
        related: [device, ...others]
          .slice(0, 4)
          .map(({ name, window }) => ({ span: window.span, message: `${name} ${rangeText(window)}` })),
        fixes: () => addMemoryFlags(member, region, 'IO'),
      });
    }
  },
};
