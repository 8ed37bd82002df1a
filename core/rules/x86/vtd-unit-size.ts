import { iommuType, usedIommuUnits } from '../../config/iommu-types.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';

/** Bytes that the hypervisor reserves for the registers of a unit (DMAR_MMIO_SIZE, hypervisor/arch/x86/vtd.c). */
const reserved = 0x4000;

export const vtdUnitSize: FileRule = {
  id: 'vtd-unit-size',
  title: 'VT-d unit is too large',
  severity: 'error',
  scope: 'file',
  arch: ['x86'],
  catalogue: ['X86-vtd-unit-size'],
  prose: {
    meaning: 'The hypervisor reserves 16 KiB of its addresses for the registers of each VT-d unit.',
    onTheBoard:
      'A larger unit is mapped over the registers of the next one, or over other mappings: the machine hangs or misbehaves (vtd.c:vtd_init).',
    remedy: 'Set the size of the register block, nearly always 0x1000.',
  },
  bad: '{ .type = JAILHOUSE_IOMMU_INTEL, .base = 0xfed90000, .size = 0x10000 },',
  good: '{ .type = JAILHOUSE_IOMMU_INTEL, .base = 0xfed90000, .size = 0x1000 },',
  check(config, report) {
    for (const unit of usedIommuUnits(config)) {
      if (unit.type?.value !== iommuType.intel || unit.size.value <= reserved) continue;
      report({
        span: unit.size.span,
        message: `${unit.path} has ${hex(unit.size.value)} (${humanSize(unit.size.value)}), the hypervisor reserves 0x4000 (16 KiB) for a VT-d unit: it would be mapped over the next one. Write the size of its registers, nearly always 0x1000.`,
      });
    }
  },
};
