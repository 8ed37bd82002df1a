import { commRegionAddress } from './comm/comm-region-address.ts';
import { commRegionFlags } from './comm/comm-region-flags.ts';
import { commRegionHidden } from './comm/comm-region-hidden.ts';
import { commRegionMissing } from './comm/comm-region-missing.ts';
import { commRegionRepeated } from './comm/comm-region-repeated.ts';
import { commReplyAwaitedForever } from './comm/comm-reply-awaited-forever.ts';
import { cellConsoleUnmapped } from './console/cell-console-unmapped.ts';
import { cellConsoleWidth } from './console/cell-console-width.ts';
import { consoleClockGate } from './console/console-clock-gate.ts';
import { consoleCrosses2m } from './console/console-crosses-2m.ts';
import { consoleDivider } from './console/console-divider.ts';
import { consoleNotMmio } from './console/console-not-mmio.ts';
import { consolePort } from './console/console-port.ts';
import { consoleSizeMissing } from './console/console-size-missing.ts';
import { consoleSizeShort } from './console/console-size-short.ts';
import { consoleTypeUnknown } from './console/console-type.ts';
import { virtualConsoleActive } from './console/virtual-console-active.ts';
import { virtualConsoleMissing } from './console/virtual-console-missing.ts';
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
import { irqchipIdIgnored } from './gic/irqchip-id-ignored.ts';
import { irqchipPinBase } from './gic/irqchip-pin-base.ts';
import { irqchipPinRange } from './gic/irqchip-pin-range.ts';
import { irqchipPinsNotInRoot } from './gic/irqchip-pins-not-in-root.ts';
import { irqchipPrivateInterrupts } from './gic/irqchip-private-interrupts.ts';
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
import { cellIdSet } from './hypervisor/cell-id-set.ts';
import { hypervisorMemoryAlignment } from './hypervisor/hypervisor-memory-alignment.ts';
import { hypervisorMemoryFieldsIgnored } from './hypervisor/hypervisor-memory-fields-ignored.ts';
import { hypervisorMemoryFirstBlock } from './hypervisor/hypervisor-memory-first-block.ts';
import { hypervisorMemoryNoRoomForCell } from './hypervisor/hypervisor-memory-no-room-for-cell.ts';
import { hypervisorMemoryTooLarge } from './hypervisor/hypervisor-memory-too-large.ts';
import { hypervisorMemoryTooSmall } from './hypervisor/hypervisor-memory-too-small.ts';
import { mmconfigOverlapsHypervisor } from './hypervisor/mmconfig-overlaps-hypervisor.ts';
import { regionOverlapsHypervisor } from './hypervisor/region-overlaps-hypervisor.ts';
import { cellsShareStreamId } from './iommu/cells-share-stream-id.ts';
import { iommuUnitGap } from './iommu/iommu-unit-gap.ts';
import { iommuUnitType } from './iommu/iommu-unit-type.ts';
import { regionCoversIommu } from './iommu/region-covers-iommu.ts';
import { streamIdRange } from './iommu/stream-id-range.ts';
import { streamIdsConflict } from './iommu/stream-ids-conflict.ts';
import { cellsIvshmemEndsDiffer } from './ivshmem/cells-ivshmem-ends-differ.ts';
import { cellsShareIvshmemId } from './ivshmem/cells-share-ivshmem-id.ts';
import { ivshmemBarMask } from './ivshmem/ivshmem-bar-mask.ts';
import { ivshmemBus } from './ivshmem/ivshmem-bus.ts';
import { ivshmemFunction } from './ivshmem/ivshmem-function.ts';
import { ivshmemIdLimit } from './ivshmem/ivshmem-id-limit.ts';
import { ivshmemIdNotAPeer } from './ivshmem/ivshmem-id-not-a-peer.ts';
import { ivshmemIdTakenByRoot } from './ivshmem/ivshmem-id-taken-by-root.ts';
import { ivshmemInterruptBaseMissing } from './ivshmem/ivshmem-interrupt-base-missing.ts';
import { ivshmemInterruptNotOwned } from './ivshmem/ivshmem-interrupt-not-owned.ts';
import { ivshmemInterruptOfRoot } from './ivshmem/ivshmem-interrupt-of-root.ts';
import { ivshmemInterruptShared } from './ivshmem/ivshmem-interrupt-shared.ts';
import { ivshmemLinkApart } from './ivshmem/ivshmem-link-apart.ts';
import { ivshmemMemoryDiffers } from './ivshmem/ivshmem-memory-differs.ts';
import { ivshmemNotRootshared } from './ivshmem/ivshmem-not-rootshared.ts';
import { ivshmemOutputSize } from './ivshmem/ivshmem-output-size.ts';
import { ivshmemPeerCount } from './ivshmem/ivshmem-peer-count.ts';
import { ivshmemPeersDiffer } from './ivshmem/ivshmem-peers-differ.ts';
import { ivshmemProtocol } from './ivshmem/ivshmem-protocol.ts';
import { ivshmemProtocolsDiffer } from './ivshmem/ivshmem-protocols-differ.ts';
import { ivshmemRegionRange } from './ivshmem/ivshmem-region-range.ts';
import { ivshmemRootsharedUnneeded } from './ivshmem/ivshmem-rootshared-unneeded.ts';
import { ivshmemSectionAccess } from './ivshmem/ivshmem-section-access.ts';
import { ivshmemSectionsGap } from './ivshmem/ivshmem-sections-gap.ts';
import { ivshmemStateTable } from './ivshmem/ivshmem-state-table.ts';
import { ivshmemVectors } from './ivshmem/ivshmem-vectors.ts';
import { ivshmemVectorsDiffer } from './ivshmem/ivshmem-vectors-differ.ts';
import { aarch32Above4g } from './loading/aarch32-above-4g.ts';
import { aarch32SeveralCpus } from './loading/aarch32-several-cpus.ts';
import { inmateRamTooSmall } from './loading/inmate-ram-too-small.ts';
import { linuxRamAlignment } from './loading/linux-ram-alignment.ts';
import { linuxRamAtZero } from './loading/linux-ram-at-zero.ts';
import { linuxRamFlags } from './loading/linux-ram-flags.ts';
import { loadRegionShadowed } from './loading/load-region-shadowed.ts';
import { resetAddressUnmapped } from './loading/reset-address-unmapped.ts';
import { resetRegionNotLoadable } from './loading/reset-region-not-loadable.ts';
import { cellsShareMemory } from './memory/cells-share-memory.ts';
import { commRegionSize } from './memory/comm-region-size.ts';
import { consoleRegionWithoutIo } from './memory/console-region-without-io.ts';
import { ioOnMemory } from './memory/io-on-memory.ts';
import { largeCellRam } from './memory/large-cell-ram.ts';
import { ramNotPageAligned } from './memory/ram-not-page-aligned.ts';
import { regionBeyondAddressSpace } from './memory/region-beyond-address-space.ts';
import { regionIoDiffers } from './memory/region-io-differs.ts';
import { regionPhysAlignment } from './memory/region-phys-alignment.ts';
import { regionUnknownFlags } from './memory/region-unknown-flags.ts';
import { regionWidthFlagsIgnored } from './memory/region-width-flags-ignored.ts';
import { regionWithoutAccess } from './memory/region-without-access.ts';
import { regionWithoutSize } from './memory/region-without-size.ts';
import { regionWraps } from './memory/region-wraps.ts';
import { regionWriteOnly } from './memory/region-write-only.ts';
import { regionsOverlapPhysically } from './memory/regions-overlap-physically.ts';
import { regionsOverlapVirtually } from './memory/regions-overlap-virtually.ts';
import { rootRamReadOnly } from './memory/root-ram-read-only.ts';
import { rootRegionNotIdentity } from './memory/root-region-not-identity.ts';
import { subpageCrossesPage } from './memory/subpage-crosses-page.ts';
import { subpageFlagsIgnored } from './memory/subpage-flags-ignored.ts';
import { subpageStartUnaligned } from './memory/subpage-start-unaligned.ts';
import { subpageWithoutIo } from './memory/subpage-without-io.ts';
import { subpageWithoutWidth } from './memory/subpage-without-width.ts';
import { mmconfigAbove4g } from './pci/mmconfig-above-4g.ts';
import { mmconfigAlignment } from './pci/mmconfig-alignment.ts';
import { mmconfigEndBus } from './pci/mmconfig-end-bus.ts';
import { mmconfigMissing } from './pci/mmconfig-missing.ts';
import { pciBusBeyondWindow } from './pci/pci-bus-beyond-window.ts';
import { pciCapsRange } from './pci/pci-caps-range.ts';
import { pciDeviceDuplicate } from './pci/pci-device-duplicate.ts';
import { pciDeviceIsRootIvshmem } from './pci/pci-device-is-root-ivshmem.ts';
import { pciDeviceNotInRoot } from './pci/pci-device-not-in-root.ts';
import { pciDeviceOnVirtualHost } from './pci/pci-device-on-virtual-host.ts';
import { pciDeviceType } from './pci/pci-device-type.ts';
import { pciDomainDiffers } from './pci/pci-domain-differs.ts';
import { pciMsiUnfiltered } from './pci/pci-msi-unfiltered.ts';
import { pciMsixTable } from './pci/pci-msix-table.ts';
import { regionCoversBarWindow } from './pci/region-covers-bar-window.ts';
import { regionCoversMmconfig } from './pci/region-covers-mmconfig.ts';
import { regionCoversMsixTable } from './pci/region-covers-msix-table.ts';
import type { Rule } from './rule.ts';
import { dmaLeftToRoot } from './sharing/dma-left-to-root.ts';
import { loadableNotInRoot } from './sharing/loadable-not-in-root.ts';
import { loadableNotWritable } from './sharing/loadable-not-writable.ts';
import { loadableRootshared } from './sharing/loadable-rootshared.ts';
import { noLoadableRegion } from './sharing/no-loadable-region.ts';
import { pageOverRootSubpage } from './sharing/page-over-root-subpage.ts';
import { ramRootshared } from './sharing/ram-rootshared.ts';
import { rootRegionFlags } from './sharing/root-region-flags.ts';
import { subpageNotRootshared } from './sharing/subpage-not-rootshared.ts';
import { cacheOfRoot } from './x86/cache-of-root.ts';
import { cacheOnArm } from './x86/cache-on-arm.ts';
import { cacheRegion } from './x86/cache-region.ts';
import { ioapicPinBase } from './x86/ioapic-pin-base.ts';
import { noInterceptedRegion } from './x86/no-intercepted-region.ts';
import { pioNotInRoot } from './x86/pio-not-in-root.ts';
import { pioPciConfigPorts } from './x86/pio-pci-config-ports.ts';
import { pioRange } from './x86/pio-range.ts';
import { regionCoversApic } from './x86/region-covers-apic.ts';
import { testDeviceWithoutCommRegion } from './x86/test-device-without-comm-region.ts';
import { vtdInterruptLimit } from './x86/vtd-interrupt-limit.ts';
import { vtdUnitMissing } from './x86/vtd-unit-missing.ts';
import { vtdUnitSize } from './x86/vtd-unit-size.ts';
import { x86ResetAddress } from './x86/x86-reset-address.ts';

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
      cellIdSet,
      hypervisorMemoryAlignment,
      hypervisorMemoryFieldsIgnored,
      hypervisorMemoryFirstBlock,
      hypervisorMemoryNoRoomForCell,
      hypervisorMemoryTooLarge,
      hypervisorMemoryTooSmall,
      mmconfigOverlapsHypervisor,
      regionOverlapsHypervisor,
    ],
  },
  {
    name: 'console',
    title: 'Consoles',
    rules: [
      cellConsoleUnmapped,
      cellConsoleWidth,
      consoleClockGate,
      consoleCrosses2m,
      consoleDivider,
      consoleNotMmio,
      consolePort,
      consoleSizeMissing,
      consoleSizeShort,
      consoleTypeUnknown,
      virtualConsoleActive,
      virtualConsoleMissing,
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
      consoleRegionWithoutIo,
      ioOnMemory,
      largeCellRam,
      ramNotPageAligned,
      regionBeyondAddressSpace,
      regionIoDiffers,
      regionPhysAlignment,
      regionUnknownFlags,
      regionWidthFlagsIgnored,
      regionWithoutAccess,
      regionWithoutSize,
      regionWraps,
      regionWriteOnly,
      regionsOverlapPhysically,
      regionsOverlapVirtually,
      rootRamReadOnly,
      rootRegionNotIdentity,
      subpageCrossesPage,
      subpageFlagsIgnored,
      subpageStartUnaligned,
      subpageWithoutIo,
      subpageWithoutWidth,
    ],
  },
  {
    name: 'sharing',
    title: 'Sharing with the root cell',
    rules: [
      dmaLeftToRoot,
      loadableNotInRoot,
      loadableNotWritable,
      loadableRootshared,
      noLoadableRegion,
      pageOverRootSubpage,
      ramRootshared,
      rootRegionFlags,
      subpageNotRootshared,
    ],
  },
  {
    name: 'comm',
    title: 'Communication region',
    rules: [commRegionAddress, commRegionFlags, commRegionHidden, commRegionMissing, commRegionRepeated, commReplyAwaitedForever],
  },
  {
    name: 'loading',
    title: 'Loading and starting',
    rules: [
      aarch32Above4g,
      aarch32SeveralCpus,
      inmateRamTooSmall,
      linuxRamAlignment,
      linuxRamAtZero,
      linuxRamFlags,
      loadRegionShadowed,
      resetAddressUnmapped,
      resetRegionNotLoadable,
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
      irqchipIdIgnored,
      irqchipPinBase,
      irqchipPinRange,
      irqchipPinsNotInRoot,
      irqchipPrivateInterrupts,
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
      mmconfigAlignment,
      mmconfigEndBus,
      mmconfigMissing,
      pciBusBeyondWindow,
      pciCapsRange,
      pciDeviceDuplicate,
      pciDeviceIsRootIvshmem,
      pciDeviceNotInRoot,
      pciDeviceOnVirtualHost,
      pciDeviceType,
      pciDomainDiffers,
      pciMsiUnfiltered,
      pciMsixTable,
      regionCoversBarWindow,
      regionCoversMmconfig,
      regionCoversMsixTable,
    ],
  },
  {
    name: 'ivshmem',
    title: 'Shared memory devices (ivshmem)',
    rules: [
      cellsIvshmemEndsDiffer,
      cellsShareIvshmemId,
      ivshmemBarMask,
      ivshmemBus,
      ivshmemFunction,
      ivshmemIdLimit,
      ivshmemIdNotAPeer,
      ivshmemIdTakenByRoot,
      ivshmemInterruptBaseMissing,
      ivshmemInterruptNotOwned,
      ivshmemInterruptOfRoot,
      ivshmemInterruptShared,
      ivshmemLinkApart,
      ivshmemMemoryDiffers,
      ivshmemNotRootshared,
      ivshmemOutputSize,
      ivshmemPeerCount,
      ivshmemPeersDiffer,
      ivshmemProtocol,
      ivshmemProtocolsDiffer,
      ivshmemRegionRange,
      ivshmemRootsharedUnneeded,
      ivshmemSectionAccess,
      ivshmemSectionsGap,
      ivshmemStateTable,
      ivshmemVectors,
      ivshmemVectorsDiffer,
    ],
  },
  {
    name: 'iommu',
    title: 'IOMMU',
    rules: [cellsShareStreamId, iommuUnitGap, iommuUnitType, regionCoversIommu, streamIdRange, streamIdsConflict],
  },
  {
    name: 'x86',
    title: 'x86',
    rules: [
      cacheOfRoot,
      cacheOnArm,
      cacheRegion,
      ioapicPinBase,
      noInterceptedRegion,
      pioNotInRoot,
      pioPciConfigPorts,
      pioRange,
      regionCoversApic,
      testDeviceWithoutCommRegion,
      vtdInterruptLimit,
      vtdUnitMissing,
      vtdUnitSize,
      x86ResetAddress,
    ],
  },
];

/** Every rule, by family. */
export const rules: readonly Rule[] = ruleFamilies.flatMap((family) => family.rules);

const byId: ReadonlyMap<string, Rule> = new Map(rules.map((rule) => [rule.id, rule]));

export function findRule(id: string): Rule | undefined {
  return byId.get(id);
}
