import { hasFlag, isCommRegion, isSubPage } from '../../config/memory-flags.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import { hex } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';
import { regionAt, resetAddress } from './linux-shape.ts';

export const resetRegionNotLoadable: FileRule = {
  id: 'reset-region-not-loadable',
  title: 'Cell starts in memory that takes no image',
  severity: 'warning',
  scope: 'file',
  catalogue: ['LOAD-reset-loadable'],
  prose: {
    meaning:
      'The region at `cpu_reset_address` lacks JAILHOUSE_MEM_LOADABLE, so `jailhouse cell load` cannot put code there. It works only when the code is in place already, in ROM for instance.',
    onTheBoard: 'The cell runs whatever stands in the memory and dies sooner or later (arm-common/control.c, driver/cell.c:load_image).',
    remedy: 'Add JAILHOUSE_MEM_LOADABLE, or correct `cpu_reset_address`.',
  },
  bad: '/* RAM at the reset address */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,',
  check(config, report) {
    if (config.kind !== 'cell') return;
    const address = resetAddress(config);
    const region = regionAt(config, address);
    if (region === undefined || !hasFlag(region, 'READ') || isSubPage(region) || isCommRegion(region) || hasFlag(region, 'LOADABLE'))
      return;
    // Where nothing can be loaded, or another region hides behind this one, other rules tell it.
    const loadable = config.memoryRegions.filter((other) => hasFlag(other, 'LOADABLE'));
    if (loadable.length === 0 || loadable.some((other) => regionHolds(other, address))) return;
    report({
      span: region.flags.span,
      fixes: () => addMemoryFlags(config, region, 'LOADABLE').map((one) => ({ ...one, needsChoice: true })),
      message: `The cell starts at ${hex(address)} in ${regionByVirt(region)}, which lacks LOADABLE: jailhouse cell load cannot put code there. Add JAILHOUSE_MEM_LOADABLE, or correct cpu_reset_address.`,
      related:
        config.cell.cpuResetAddress === undefined
          ? []
          : [{ span: config.cell.cpuResetAddress.span, message: `the cell starts at ${hex(address)}` }],
    });
  },
};

function regionHolds(
  region: { readonly virtStart: { readonly value: bigint }; readonly size: { readonly value: bigint } },
  address: bigint,
): boolean {
  return region.virtStart.value <= address && address < region.virtStart.value + region.size.value;
}
