import { hasFlag, isCommRegion, isSubPage, pageSize } from '../../config/memory-flags.ts';
import type { MemoryRegion } from '../../config/model.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';
import { regionAt, resetAddress } from './linux-shape.ts';

export const resetAddressUnmapped: FileRule = {
  id: 'reset-address-unmapped',
  title: 'Cell starts where it has no memory',
  severity: 'error',
  scope: 'file',
  catalogue: ['LOAD-reset-mapped', 'MEM-exec-arm'],
  prose: {
    meaning:
      'The first CPU of the cell starts at `cpu_reset_address`, 0 when left out. A mapped region with READ has to lie there; on x86 it needs EXECUTE as well.',
    onTheBoard:
      '"FATAL: instruction abort at ..." right after `jailhouse cell start`, and the cell is failed (arm-common/control.c, traps.c; observed).',
    remedy: 'Give the cell RAM at that address, or set `cpu_reset_address` to the entry point of the image.',
  },
  bad: '.cpu_reset_address = 0x40000000,\n/* RAM */ { .virt_start = 0x0, .size = 0x10000, /* ... */ },',
  good: '.cpu_reset_address = 0x0,\n/* RAM */ { .virt_start = 0x0, .size = 0x10000, /* ... */ },',
  check(config, report) {
    // With no region at all the counter is the mistake.
    if (config.kind !== 'cell' || config.memoryRegions.length === 0) return;
    const address = resetAddress(config);
    const span = config.cell.cpuResetAddress?.span ?? config.cell.span;
    const here = config.memoryRegions.filter((region) => {
      const start = region.virtStart.value;
      return start <= address && address < start + region.size.value && !isSubPage(region);
    });
    const usable = here.some(
      (region) => hasFlag(region, 'READ') && !isCommRegion(region) && (config.arch !== 'x86' || hasFlag(region, 'EXECUTE')),
    );
    if (usable) return;
    // RAM of odd size, and RAM without READ, are told of by ram-not-page-aligned, region-write-only and region-without-access.
    const covering = regionAt(config, address);
    if (config.memoryRegions.some((region) => hasFlag(region, 'LOADABLE') && isSubPage(region) && startsInPageOf(region, address))) return;
    if (covering !== undefined && (isSubPage(covering) || !hasFlag(covering, 'READ'))) return;
    const [region] = here;
    report({
      span,
      message:
        region === undefined
          ? `The cell starts at ${hex(address)}, where it has no memory: it would die at its first instruction ("instruction abort"). Set cpu_reset_address to its entry point, or give it RAM there.`
          : `The cell starts at ${hex(address)} in ${regionByVirt(region)}, which ${isCommRegion(region) ? 'is its communication region' : 'lacks EXECUTE'}: it would die at its first instruction. ${isCommRegion(region) ? 'Set cpu_reset_address to its entry point.' : 'Add JAILHOUSE_MEM_EXECUTE.'}`,
      related: region === undefined ? [] : [{ span: region.flags.span, message: regionByVirt(region) }],
    });
  },
};

/** RAM that is meant for the address, but starts a little above it. */
function startsInPageOf(region: MemoryRegion, address: bigint): boolean {
  return region.virtStart.value / pageSize === address / pageSize;
}
