import { iommuWindows } from '../../config/intercepted-windows.ts';
import { reportCoveringRegions } from '../region-covers-window.ts';
import type { CellRule } from '../rule.ts';

export const regionCoversIommu: CellRule = {
  id: 'region-covers-iommu',
  title: 'Memory region covers an IOMMU',
  severity: 'warning',
  scope: 'cell',
  catalogue: ['IOM-mapped'],
  prose: {
    meaning:
      'The registers of an IOMMU decide which memory devices may reach. They belong to the hypervisor, so no region of a cell, also of the root cell, should cover them.',
    onTheBoard:
      'Nothing visible. The cell can reprogram the unit and let devices write into other cells or the hypervisor (`jailhouse config check`: "Missing IOMMU interceptions").',
    remedy: 'Cut the region around the unit.',
  },
  bad: '.iommu_units[0] = { .type = JAILHOUSE_IOMMU_SMMUV3, .base = 0x36600000, .size = 0x100000 },\n/* ... */\n{ .phys_start = 0x30800000, .virt_start = 0x30800000, .size = 0xbc00000, /* ... */ },',
  good: '{ .phys_start = 0x30800000, .virt_start = 0x30800000, .size = 0x5e00000, /* ... */ },\n{ .phys_start = 0x36700000, .virt_start = 0x36700000, .size = 0x5d00000, /* ... */ },',
  check(system, member, report) {
    const windows = iommuWindows(system);
    for (const window of windows)
      reportCoveringRegions(
        member,
        window,
        report,
        () => ({
          severity: 'warning',
          text: 'the cell could reprogram the unit and let devices write into other cells',
        }),
        windows,
      );
  },
};
