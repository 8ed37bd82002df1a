import type { FileRule } from '../rule.ts';

export const iommuUnitGap: FileRule = {
  id: 'iommu-unit-gap',
  title: 'IOMMU unit behind an empty entry',
  severity: 'warning',
  scope: 'file',
  catalogue: ['IOM-gap'],
  prose: {
    meaning: 'The hypervisor counts IOMMU units up to the first entry whose base is 0.',
    onTheBoard: 'Units behind the gap are never used, without a message: devices behind them are not confined (iommu_count_units).',
    remedy: 'Move the unit to the first free entry.',
  },
  bad: '.iommu_units[1] = { .type = JAILHOUSE_IOMMU_SMMUV3, .base = 0x36600000, .size = 0x100000 },',
  good: '.iommu_units[0] = { .type = JAILHOUSE_IOMMU_SMMUV3, .base = 0x36600000, .size = 0x100000 },',
  check(config, report) {
    const units = config.system?.iommuUnits ?? [];
    const gap = units.findIndex((unit) => unit.base.value === 0n);
    if (gap < 0) return;
    for (const unit of units.slice(gap + 1)) {
      if (unit.base.value === 0n) continue;
      report({
        span: unit.base.span,
        message: `${unit.path} stands behind iommu_units[${gap}], whose base is 0: the hypervisor stops there and never uses this unit. Move it to entry ${gap}.`,
      });
    }
  },
};
