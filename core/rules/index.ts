import { cellCpuNotInRoot } from './cpu/cell-cpu-not-in-root.ts';
import { cellCpuSetEmpty } from './cpu/cell-cpu-set-empty.ts';
import { cellTakesAllCpus } from './cpu/cell-takes-all-cpus.ts';
import { cellsShareCpus } from './cpu/cells-share-cpus.ts';
import { cellsStarveRoot } from './cpu/cells-starve-root.ts';
import { cpuSetPartialWord } from './cpu/cpu-set-partial-word.ts';
import { cpuSetSizeZero } from './cpu/cpu-set-size-zero.ts';
import { cpuSetTooLarge } from './cpu/cpu-set-too-large.ts';
import { gicv2CpuLimit } from './cpu/gicv2-cpu-limit.ts';
import { rootCpuSetEmpty } from './cpu/root-cpu-set-empty.ts';
import { x86CellTakesCpu0 } from './cpu/x86-cell-takes-cpu0.ts';
import { cellsShareInterrupts } from './gic/cells-share-interrupts.ts';
import { gicBaseAlignment } from './gic/gic-base-alignment.ts';
import { gicBaseMissing } from './gic/gic-base-missing.ts';
import { gicMaintenanceIrq } from './gic/gic-maintenance-irq.ts';
import { gicVersion } from './gic/gic-version.ts';
import { irqchipPinBase } from './gic/irqchip-pin-base.ts';
import { irqchipWrongAddress } from './gic/irqchip-wrong-address.ts';
import { regionCoversGic } from './gic/region-covers-gic.ts';
import { rootIrqchipsOverlap } from './gic/root-irqchips-overlap.ts';
import { architectureMismatch } from './header/architecture-mismatch.ts';
import { architectureMissing } from './header/architecture-missing.ts';
import { arrayCounterMismatch } from './header/array-counter-mismatch.ts';
import { arrayCounterMissing } from './header/array-counter-missing.ts';
import { arrayOrder } from './header/array-order.ts';
import { arrayPartlyFilled } from './header/array-partly-filled.ts';
import { cellSignature } from './header/cell-signature.ts';
import { cellsShareName } from './header/cells-share-name.ts';
import { configFileSize } from './header/config-file-size.ts';
import { configRevision } from './header/config-revision.ts';
import { configTooLarge } from './header/config-too-large.ts';
import { messageTimeoutUnit } from './header/message-timeout-unit.ts';
import { nameEmpty } from './header/name-empty.ts';
import { nameIsNumber } from './header/name-is-number.ts';
import { nameTakenByRoot } from './header/name-taken-by-root.ts';
import { nameTooLong } from './header/name-too-long.ts';
import { nameTooWide } from './header/name-too-wide.ts';
import { severalObjects } from './header/several-objects.ts';
import { structNotPacked } from './header/struct-not-packed.ts';
import { systemSignature } from './header/system-signature.ts';
import { hypervisorMemoryAlignment } from './hypervisor/hypervisor-memory-alignment.ts';
import { hypervisorMemoryTooLarge } from './hypervisor/hypervisor-memory-too-large.ts';
import { hypervisorMemoryTooSmall } from './hypervisor/hypervisor-memory-too-small.ts';
import { mmconfigOverlapsHypervisor } from './hypervisor/mmconfig-overlaps-hypervisor.ts';
import { regionOverlapsHypervisor } from './hypervisor/region-overlaps-hypervisor.ts';
import { iommuUnitGap } from './iommu/iommu-unit-gap.ts';
import { regionCoversIommu } from './iommu/region-covers-iommu.ts';
import { cellsShareIvshmemId } from './ivshmem/cells-share-ivshmem-id.ts';
import { ivshmemBarMask } from './ivshmem/ivshmem-bar-mask.ts';
import { ivshmemBus } from './ivshmem/ivshmem-bus.ts';
import { ivshmemIdLimit } from './ivshmem/ivshmem-id-limit.ts';
import { ivshmemIdNotAPeer } from './ivshmem/ivshmem-id-not-a-peer.ts';
import { ivshmemIdTakenByRoot } from './ivshmem/ivshmem-id-taken-by-root.ts';
import { ivshmemInterruptNotOwned } from './ivshmem/ivshmem-interrupt-not-owned.ts';
import { ivshmemInterruptOfRoot } from './ivshmem/ivshmem-interrupt-of-root.ts';
import { ivshmemMemoryDiffers } from './ivshmem/ivshmem-memory-differs.ts';
import { ivshmemNotRootshared } from './ivshmem/ivshmem-not-rootshared.ts';
import { ivshmemOutputSize } from './ivshmem/ivshmem-output-size.ts';
import { ivshmemPeerCount } from './ivshmem/ivshmem-peer-count.ts';
import { ivshmemPeersDiffer } from './ivshmem/ivshmem-peers-differ.ts';
import { ivshmemRegionRange } from './ivshmem/ivshmem-region-range.ts';
import { ivshmemSectionAccess } from './ivshmem/ivshmem-section-access.ts';
import { ivshmemSectionsGap } from './ivshmem/ivshmem-sections-gap.ts';
import { ivshmemStateTable } from './ivshmem/ivshmem-state-table.ts';
import { ivshmemVectors } from './ivshmem/ivshmem-vectors.ts';
import { cellsShareMemory } from './memory/cells-share-memory.ts';
import { commRegionSize } from './memory/comm-region-size.ts';
import { ramNotPageAligned } from './memory/ram-not-page-aligned.ts';
import { regionPhysAlignment } from './memory/region-phys-alignment.ts';
import { regionUnknownFlags } from './memory/region-unknown-flags.ts';
import { regionWidthFlagsIgnored } from './memory/region-width-flags-ignored.ts';
import { regionWithoutAccess } from './memory/region-without-access.ts';
import { regionWraps } from './memory/region-wraps.ts';
import { regionWriteOnly } from './memory/region-write-only.ts';
import { regionsOverlapPhysically } from './memory/regions-overlap-physically.ts';
import { regionsOverlapVirtually } from './memory/regions-overlap-virtually.ts';
import { rootRegionNotIdentity } from './memory/root-region-not-identity.ts';
import { subpageCrossesPage } from './memory/subpage-crosses-page.ts';
import { subpageWithoutWidth } from './memory/subpage-without-width.ts';
import { mmconfigAbove4g } from './pci/mmconfig-above-4g.ts';
import { mmconfigEndBus } from './pci/mmconfig-end-bus.ts';
import { mmconfigMissing } from './pci/mmconfig-missing.ts';
import { pciCapsRange } from './pci/pci-caps-range.ts';
import { pciDeviceDuplicate } from './pci/pci-device-duplicate.ts';
import { pciDeviceIsRootIvshmem } from './pci/pci-device-is-root-ivshmem.ts';
import { pciDeviceOnVirtualHost } from './pci/pci-device-on-virtual-host.ts';
import { pciDeviceType } from './pci/pci-device-type.ts';
import { regionCoversBarWindow } from './pci/region-covers-bar-window.ts';
import { regionCoversMmconfig } from './pci/region-covers-mmconfig.ts';
import type { Rule } from './rule.ts';
import { ioapicPinBase } from './x86/ioapic-pin-base.ts';
import { regionCoversApic } from './x86/region-covers-apic.ts';

/** A group of rules as the index page shows them; the folder of the same name holds them. */
export interface RuleFamily {
  readonly name: string;
  readonly title: string;
  readonly rules: readonly Rule[];
}

export const ruleFamilies: readonly RuleFamily[] = [
  {
    name: 'header',
    title: 'Header, counters and shape of the source',
    rules: [
      architectureMismatch,
      architectureMissing,
      arrayCounterMismatch,
      arrayCounterMissing,
      arrayOrder,
      arrayPartlyFilled,
      cellSignature,
      cellsShareName,
      configFileSize,
      configRevision,
      configTooLarge,
      messageTimeoutUnit,
      nameEmpty,
      nameIsNumber,
      nameTakenByRoot,
      nameTooLong,
      nameTooWide,
      severalObjects,
      structNotPacked,
      systemSignature,
    ],
  },
  {
    name: 'hypervisor',
    title: 'Hypervisor memory',
    rules: [
      hypervisorMemoryAlignment,
      hypervisorMemoryTooLarge,
      hypervisorMemoryTooSmall,
      mmconfigOverlapsHypervisor,
      regionOverlapsHypervisor,
    ],
  },
  {
    name: 'cpu',
    title: 'CPUs',
    rules: [
      cellCpuNotInRoot,
      cellCpuSetEmpty,
      cellTakesAllCpus,
      cellsShareCpus,
      cellsStarveRoot,
      cpuSetPartialWord,
      cpuSetSizeZero,
      cpuSetTooLarge,
      gicv2CpuLimit,
      rootCpuSetEmpty,
      x86CellTakesCpu0,
    ],
  },
  {
    name: 'memory',
    title: 'Memory regions',
    rules: [
      cellsShareMemory,
      commRegionSize,
      ramNotPageAligned,
      regionPhysAlignment,
      regionUnknownFlags,
      regionWidthFlagsIgnored,
      regionWithoutAccess,
      regionWraps,
      regionWriteOnly,
      regionsOverlapPhysically,
      regionsOverlapVirtually,
      rootRegionNotIdentity,
      subpageCrossesPage,
      subpageWithoutWidth,
    ],
  },
  {
    name: 'gic',
    title: 'Interrupts on ARM',
    rules: [
      cellsShareInterrupts,
      gicBaseAlignment,
      gicBaseMissing,
      gicMaintenanceIrq,
      gicVersion,
      irqchipPinBase,
      irqchipWrongAddress,
      regionCoversGic,
      rootIrqchipsOverlap,
    ],
  },
  {
    name: 'pci',
    title: 'PCI',
    rules: [
      mmconfigAbove4g,
      mmconfigEndBus,
      mmconfigMissing,
      pciCapsRange,
      pciDeviceDuplicate,
      pciDeviceIsRootIvshmem,
      pciDeviceOnVirtualHost,
      pciDeviceType,
      regionCoversBarWindow,
      regionCoversMmconfig,
    ],
  },
  {
    name: 'ivshmem',
    title: 'Shared memory devices (ivshmem)',
    rules: [
      cellsShareIvshmemId,
      ivshmemBarMask,
      ivshmemBus,
      ivshmemIdLimit,
      ivshmemIdNotAPeer,
      ivshmemIdTakenByRoot,
      ivshmemInterruptNotOwned,
      ivshmemInterruptOfRoot,
      ivshmemMemoryDiffers,
      ivshmemNotRootshared,
      ivshmemOutputSize,
      ivshmemPeerCount,
      ivshmemPeersDiffer,
      ivshmemRegionRange,
      ivshmemSectionAccess,
      ivshmemSectionsGap,
      ivshmemStateTable,
      ivshmemVectors,
    ],
  },
  {
    name: 'iommu',
    title: 'IOMMU',
    rules: [iommuUnitGap, regionCoversIommu],
  },
  {
    name: 'x86',
    title: 'x86',
    rules: [ioapicPinBase, regionCoversApic],
  },
];

/** Every rule, by family. */
export const rules: readonly Rule[] = ruleFamilies.flatMap((family) => family.rules);

const byId: ReadonlyMap<string, Rule> = new Map(rules.map((rule) => [rule.id, rule]));

export function findRule(id: string): Rule | undefined {
  return byId.get(id);
}
