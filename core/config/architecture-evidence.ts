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
 * What shows that a config that says x86 (or nothing, which reads as 0 and so as x86) is one for ARM; undefined when nothing does.
 * IOAPICs start at pin 0 (hypervisor/arch/x86/ioapic.c), and x86 reads neither GIC addresses nor vpci_irq_base.
 */
export function evidenceOfArm(config: Config): string | undefined {
  const strong = strongEvidenceOfArm(config);
  if (strong !== undefined) return strong;
  if (config.cell.vpciIrqBase.value !== 0) return 'it sets vpci_irq_base';
  if (config.irqchips.some((chip) => chip.pinBase.value >= 32)) return 'its irqchips start at INTID 32 or above';
  return undefined;
}

/** What no config for x86 would say by a slip of its own. */
export function strongEvidenceOfArm(config: Config): string | undefined {
  const gicdBase = config.system?.gic?.gicdBase;
  // Unwritten it may show what was written into the x86 member of the same union.
  if (gicdBase?.explicit && gicdBase.value !== 0n) return 'it sets gicd_base';
  // COMM_REGION_BASE of the inmate library: 0x80000000 on arm and arm64, 0x100000 on x86.
  if (config.memoryRegions.some((region) => isCommRegion(region) && region.virtStart.value === 0x80000000n))
    return 'its communication region stands at 0x80000000';
  return undefined;
}

/** True when a config for ARM says x86, by leaving `.architecture` out or by typing it. */
export function isArchitectureForgotten(config: Config): boolean {
  const field = architectureField(config);
  if (field === undefined || field.value !== architectureNumbers.x86) return false;
  return (!field.explicit || config.arch !== 'x86') && evidenceOfArm(config) !== undefined;
}
