import { iommuType, iommuTypeName, usedIommuUnits } from '../../config/iommu-types.ts';
import type { FileRule } from '../rule.ts';

const ofX86: readonly number[] = [iommuType.amd, iommuType.intel];
const ofArm64: readonly number[] = [iommuType.smmuV3, iommuType.pvu, iommuType.armMmu500];

export const iommuUnitType: FileRule = {
  id: 'iommu-unit-type',
  title: 'IOMMU of another architecture',
  severity: 'error',
  scope: 'file',
  catalogue: ['IOM-type-arch', 'IOM-arm32'],
  prose: {
    meaning:
      'x86 knows AMD and Intel units, and all units of a system are of one kind. arm64 knows SMMUv3, PVU and MMU-500; other types are ignored there: warning. On 32-bit ARM no IOMMU is served: information.',
    onTheBoard:
      'x86: `jailhouse enable` fails with "Invalid argument" (vtd.c, amd_iommu.c). ARM: the unit is skipped without a message, and devices of a cell can write into all memory.',
    remedy: 'Set `.type` to the unit that the board has.',
  },
  bad: '/* arm64 */ .iommu_units[0] = { .type = JAILHOUSE_IOMMU_INTEL, .base = 0x36600000, .size = 0x100000 },',
  good: '/* arm64 */ .iommu_units[0] = { .type = JAILHOUSE_IOMMU_SMMUV3, .base = 0x36600000, .size = 0x100000 },',
  check(config, report) {
    const units = usedIommuUnits(config);
    const first = units[0];
    for (const unit of units) {
      if (unit.type === undefined) continue;
      const name = unit.type.explicit ? `type ${iommuTypeName(unit.type.value)}` : 'no type';
      if (config.arch === 'arm')
        report({
          span: unit.base.span,
          severity: 'information',
          message: `${unit.path} means nothing on 32-bit ARM: the hypervisor serves no IOMMU there, and devices of a cell reach all memory.`,
        });
      else if (config.arch === 'arm64' && !ofArm64.includes(unit.type.value))
        report({
          span: unit.type.span,
          severity: 'warning',
          message: `${unit.path} has ${name}, which arm64 does not serve: the unit would be skipped, and devices of a cell could reach all memory. Use SMMUV3, PVU or ARM_MMU500.`,
        });
      else if (config.arch === 'x86' && !ofX86.includes(unit.type.value))
        report({
          span: unit.type.span,
          message: `${unit.path} has ${name}, x86 serves AMD and INTEL: jailhouse enable would answer "Invalid argument".`,
        });
      else if (
        config.arch === 'x86' &&
        first?.type !== undefined &&
        ofX86.includes(first.type.value) &&
        unit.type.value !== first.type.value
      )
        report({
          span: unit.type.span,
          message: `${unit.path} is of type ${iommuTypeName(unit.type.value)}, ${first.path} of type ${iommuTypeName(first.type.value)}; no hypervisor serves both: jailhouse enable would answer "Invalid argument".`,
          related: [{ span: first.type.span, message: `${first.path} is of type ${iommuTypeName(first.type.value)}` }],
        });
    }
  },
};
