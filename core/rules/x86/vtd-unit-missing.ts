import { usedIommuUnits } from '../../config/iommu-types.ts';
import type { FileRule } from '../rule.ts';

export const vtdUnitMissing: FileRule = {
  id: 'vtd-unit-missing',
  title: 'No IOMMU unit in a config for x86',
  severity: 'information',
  scope: 'file',
  arch: ['x86'],
  catalogue: ['X86-vtd-none'],
  prose: {
    meaning:
      'On an Intel CPU the hypervisor needs at least one VT-d unit. A config does not say for which CPU it is, and on AMD it may go without.',
    onTheBoard: 'Intel: `jailhouse enable` fails with "Invalid argument" (vtd.c:vtd_init). AMD: devices of a cell can reach all memory.',
    remedy: 'Copy the units from the output of `jailhouse config create`.',
  },
  bad: '.platform_info = {\n\t/* no .iommu_units */',
  good: '.iommu_units = {\n\t{ .type = JAILHOUSE_IOMMU_INTEL, .base = 0xfed90000, .size = 0x1000 },\n},',
  check(config, report) {
    const header = config.system;
    if (header === undefined || usedIommuUnits(config).length > 0) return;
    report({
      span: header.iommuUnits[0]?.base.span ?? header.span,
      message:
        'The first IOMMU unit has no base: on an Intel CPU jailhouse enable would answer "Invalid argument", on AMD devices are not confined. List the units of the machine.',
    });
  },
};
