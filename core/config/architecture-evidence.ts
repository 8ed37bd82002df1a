import { isCommRegion } from './memory-flags.ts';
import { architectureNumbers, type Config, type Field } from './model.ts';

/** The `.architecture` that counts: of the system header, else of the cell. Undefined before revision 14. */
export function architectureField(config: Config): Field<number> | undefined {
  return config.system === undefined ? config.cell.architecture : config.system.architecture;
}

export function architectureLabel(number: number): string {
  const known = Object.entries(architectureNumbers).find(([, value]) => value === number);
  return known === undefined ? `${number} (unknown)` : `${number} (${known[0]})`;
}

/**
 * What shows that a config without `.architecture`, which reads as 0 and so as x86, is one for ARM; undefined when nothing does.
 * Used only where the author wrote none: an explicit value is believed.
 */
export function evidenceOfArm(config: Config): string | undefined {
  if ((config.system?.gic?.gicdBase.value ?? 0n) !== 0n) return 'it sets gicd_base';
  if (config.cell.vpciIrqBase.value !== 0) return 'it sets vpci_irq_base';
  if (config.irqchips.some((chip) => chip.pinBase.value >= 32)) return 'its irqchips start at INTID 32 or above';
  // COMM_REGION_BASE of the inmate library: 0x80000000 on arm and arm64, 0x100000 on x86.
  if (config.memoryRegions.some((region) => isCommRegion(region) && region.virtStart.value === 0x80000000n))
    return 'its communication region stands at 0x80000000';
  return undefined;
}

/** True when `.architecture` was left out of a config for ARM. */
export function isArchitectureForgotten(config: Config): boolean {
  const field = architectureField(config);
  return field !== undefined && !field.explicit && field.value === 0 && evidenceOfArm(config) !== undefined;
}
