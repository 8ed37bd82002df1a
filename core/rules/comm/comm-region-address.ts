import { isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import { hasRoom } from '../../fixes/room.ts';
import { offerNumber } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import { isForLinux } from '../loading/linux-shape.ts';
import type { FileRule } from '../rule.ts';
import { commRegionBase, mayBeX86, readsCommRegion } from './inmate-evidence.ts';

export const commRegionAddress: FileRule = {
  id: 'comm-region-address',
  title: 'Communication region at an unusual address',
  severity: 'error',
  scope: 'file',
  catalogue: ['COMM-addr', 'LIN-commregion'],
  prose: {
    meaning:
      'Programs of the inmate library, and the loader of `jailhouse cell linux`, look for the communication region at 0x80000000 on ARM and at 0x100000 on x86. Elsewhere only a guest finds it that knows. A cell with a `.console`, which only they read, or of the shape of a Linux cell: error, otherwise information.',
    onTheBoard: '"Unhandled data read at 0x80000006" right after the start, and the cell is failed (inmates/lib/setup.c; observed).',
    remedy: 'Set `.virt_start = 0x80000000`, on x86 0x100000.',
  },
  bad: '.virt_start = 0x90000000,\n.size = 0x1000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION,',
  good: '.virt_start = 0x80000000,\n.size = 0x1000,\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION,',
  check(config, report) {
    if (mayBeX86(config)) return;
    if (config.kind !== 'cell') return;
    const base = commRegionBase(config);
    const regions = config.memoryRegions.filter((region) => isCommRegion(region) && !isEmpty(region) && !isSubPage(region));
    if (regions.some((region) => region.virtStart.value === base)) return;
    const needed = readsCommRegion(config);
    // The address of the other architecture: what the cell is for is not known for sure.
    if (!needed && regions[0]?.virtStart.value === (base === 0x100000n ? 0x80000000n : 0x100000n)) return;
    for (const region of regions.slice(0, 1))
      report({
        span: region.virtStart.span,
        fixes: () => (hasRoom(config, region, { virt: base }) ? offerNumber(config, region, region.virtStart, base) : []),
        severity: needed ? 'error' : 'information',
        message: `The communication region is at ${hex(region.virtStart.value)}; ${isForLinux(config) ? 'the loader of jailhouse cell linux' : 'a program of the inmate library'} looks for it at ${hex(base)}${needed ? ' and would die there ("Unhandled data read"). Set' : '. Unless the guest knows better, set'} .virt_start = ${hex(base)}.`,
      });
  },
};
