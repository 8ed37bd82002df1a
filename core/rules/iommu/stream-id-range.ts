import { hasOnlyIommu, iommuType } from '../../config/iommu-types.ts';
import { hex } from '../../source/numbers.ts';
import type { CellRule } from '../rule.ts';

/** Highest virtual id of a PVU (MAX_VIRTID, hypervisor/arch/arm64/ti-pvu.c). */
const pvuMaxVirtid = 7;

export const streamIdRange: CellRule = {
  id: 'stream-id-range',
  title: 'Stream id that the IOMMU does not have',
  severity: 'warning',
  scope: 'cell',
  arch: ['arm64'],
  catalogue: ['IOM-sid-width', 'IOM-pvu-virtid'],
  prose: {
    meaning: 'An MMU-500 has stream ids and masks of 15 bits. A PVU has the virtual ids 0 to 7.',
    onTheBoard:
      'No message: bit 15 is cut off, and a virtual id above 7 is skipped. The device is not confined, or it cannot reach its memory (smmu.c, ti-pvu.c).',
    remedy: 'Copy the id from the `iommus` property of the device in the device tree.',
  },
  bad: '/* MMU-500 */ .stream_ids = { { .mmu500.id = 0x8860, .mmu500.mask_out = 0x0 } },',
  good: '/* MMU-500 */ .stream_ids = { { .mmu500.id = 0x860, .mmu500.mask_out = 0x0 } },',
  check(system, member, report) {
    const isMmu500 = hasOnlyIommu(system, iommuType.armMmu500);
    const isPvu = hasOnlyIommu(system, iommuType.pvu);
    for (const { id, path } of member.streamIds) {
      const tooWide = isMmu500 && (id.value & 0x80008000) !== 0;
      if (!tooWide && !(isPvu && id.value > pvuMaxVirtid)) continue;
      report({
        span: id.span,
        message: tooWide
          ? `${path} (id ${hex(id.value & 0xffff)}, mask ${hex(id.value >>> 16)}) has more than 15 bits: the MMU-500 would get id ${hex(id.value & 0x7fff)}, mask ${hex((id.value >>> 16) & 0x7fff)}, another device. Correct the number.`
          : `${path} is virtual id ${id.value}, a PVU has 0 to ${pvuMaxVirtid}: the hypervisor would skip it, and the device is not confined to the cell. Correct the number.`,
      });
    }
  },
};
