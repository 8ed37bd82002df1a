import type { AddressWindow } from './address-window.ts';
import { highestCpu } from './cpu-list.ts';
import { gicOf } from './gic.ts';
import { ivshmemDevices } from './ivshmem.ts';
import { pageSize } from './memory-flags.ts';
import type { Config } from './model.ts';

/** Configuration space per PCI bus: 32 devices, 8 functions, 4 KiB each. */
export const configSpacePerBus = 0x100000n;

/** [pci_mmconfig_base, + (end_bus + 1) MiB) (hypervisor/pci.c:pci_init); undefined when the base is 0: no MMCONFIG. */
export function mmconfigWindow(system: Config): AddressWindow | undefined {
  const header = system.system;
  if (header === undefined || header.pciMmconfigBase.value === 0n) return undefined;
  return {
    name: 'the PCI configuration window',
    start: header.pciMmconfigBase.value,
    size: BigInt(header.pciMmconfigEndBus.value + 1) * configSpacePerBus,
    span: header.pciMmconfigBase.span,
  };
}

/**
 * With a virtual host bridge the driver's device-tree overlay puts a 32-bit memory window right behind the first MiB, two
 * pages for each ivshmem device of the root cell (driver/pci.c:create_vpci_of_overlay). Counted with 4 KiB pages: a root
 * kernel with larger pages needs more. Undefined without a virtual host or without such devices.
 */
export function ivshmemBarWindow(system: Config): AddressWindow | undefined {
  const header = system.system;
  const devices = ivshmemDevices(system).length;
  if (header === undefined || header.pciMmconfigBase.value === 0n || header.pciIsVirtual.value === 0 || devices === 0) return undefined;
  return {
    name: 'the BAR window of the virtual PCI devices',
    start: header.pciMmconfigBase.value + configSpacePerBus,
    size: BigInt(devices) * 2n * pageSize,
    span: header.pciMmconfigBase.span,
  };
}

export interface GicWindow extends AddressWindow {
  readonly unit: 'GICD' | 'GICC' | 'GICH' | 'GICV' | 'GICR';
}

/**
 * Register pages of the interrupt controller. GICv2: GICD 4 KiB, the others 8 KiB (hypervisor/arch/arm-common/gic-v2.c).
 * GICv3: GICD 64 KiB, GICR 128 KiB for each CPU up to the highest one of the root cell (gic-v3.c). Units without an address
 * and GIC versions other than 2 and 3 give nothing.
 */
export function gicWindows(system: Config): readonly GicWindow[] {
  const gic = gicOf(system);
  if (gic === undefined) return [];
  const version = gic.gicVersion?.value;
  const cpus = BigInt((highestCpu(system.cpus) ?? 0) + 1);
  const units: readonly (readonly [GicWindow['unit'], bigint, { readonly value: bigint; readonly span: AddressWindow['span'] }])[] =
    version === 2
      ? [
          ['GICD', 0x1000n, gic.gicdBase],
          ['GICC', 0x2000n, gic.giccBase],
          ['GICH', 0x2000n, gic.gichBase],
          ['GICV', 0x2000n, gic.gicvBase],
        ]
      : version === 3
        ? [
            ['GICD', 0x10000n, gic.gicdBase],
            ['GICR', 0x20000n * cpus, gic.gicrBase],
          ]
        : [];
  return units
    .filter(([, , base]) => base.value !== 0n)
    .map(([unit, size, base]) => ({ unit, name: unit, start: base.value, size, span: base.span }));
}

/** Register pages of the IOMMU units that the config lists. */
export function iommuWindows(system: Config): readonly AddressWindow[] {
  return (system.system?.iommuUnits ?? [])
    .filter((unit) => unit.base.value !== 0n && unit.size.value > 0)
    .map((unit) => ({ name: `the IOMMU unit ${unit.path}`, start: unit.base.value, size: BigInt(unit.size.value), span: unit.base.span }));
}

/** The xAPIC page (where it stands after reset) and the page of each IOAPIC that the root cell lists. */
export function x86InterruptWindows(system: Config): readonly AddressWindow[] {
  if (system.arch !== 'x86') return [];
  return [
    { name: 'the local APIC page', start: 0xfee00000n, size: pageSize, span: system.system?.x86?.apicMode?.span ?? system.span },
    ...system.irqchips
      .filter((chip) => chip.address.value !== 0n)
      .map((chip) => ({ name: `the IOAPIC ${chip.path}`, start: chip.address.value, size: pageSize, span: chip.address.span })),
  ];
}
