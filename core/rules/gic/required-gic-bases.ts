import { gicOf } from '../../config/gic.ts';
import type { Config, Field } from '../../config/model.ts';

/** The register bases that the GIC version of a system config needs (hypervisor/arch/arm-common/gic-v2.c, gic-v3.c); none for another version. */
export function requiredGicBases(config: Config): readonly { readonly name: string; readonly field: Field<bigint> }[] {
  const gic = gicOf(config);
  if (gic?.gicVersion?.value === 2)
    return [
      { name: 'gicd_base', field: gic.gicdBase },
      { name: 'gicc_base', field: gic.giccBase },
      { name: 'gich_base', field: gic.gichBase },
      { name: 'gicv_base', field: gic.gicvBase },
    ];
  if (gic?.gicVersion?.value === 3)
    return [
      { name: 'gicd_base', field: gic.gicdBase },
      { name: 'gicr_base', field: gic.gicrBase },
    ];
  return [];
}
