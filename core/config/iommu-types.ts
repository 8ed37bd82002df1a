import type { Config, IommuUnit } from './model.ts';

/** Types of IOMMU units (JAILHOUSE_IOMMU_*, include/jailhouse/cell-config.h). */
export const iommuType = { amd: 1, intel: 2, smmuV3: 3, pvu: 4, armMmu500: 5 } as const;

const names: Readonly<Record<number, string>> = { 1: 'AMD', 2: 'INTEL', 3: 'SMMUV3', 4: 'PVU', 5: 'ARM_MMU500' };

export function iommuTypeName(type: number): string {
  return names[type] ?? String(type);
}

/** The units that the hypervisor uses: those before the first entry without a base (iommu_count_units). */
export function usedIommuUnits(system: Config): readonly IommuUnit[] {
  const units = system.system?.iommuUnits ?? [];
  const end = units.findIndex((unit) => unit.base.value === 0n);
  return end < 0 ? units : units.slice(0, end);
}

export function hasIommu(system: Config, type: number): boolean {
  return usedIommuUnits(system).some((unit) => unit.type?.value === type);
}

/** Whether the system has IOMMU units, and all of them are of this type. */
export function hasOnlyIommu(system: Config, type: number): boolean {
  const units = usedIommuUnits(system);
  return units.length > 0 && units.every((unit) => unit.type?.value === type);
}
