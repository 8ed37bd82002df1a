import type { AddressWindow } from '@jailhouse-cells/core/config/address-window.ts';
import type { SystemHeader } from '@jailhouse-cells/core/config/model.ts';
import { type DescribedConsole, describeConsole } from './console-description.ts';
import type { Names } from './names.ts';

/** The parts of a system config that belong to no cell. Addresses are physical, sizes in bytes. */
export interface DescribedPlatform {
  readonly flags: readonly string[];
  readonly hypervisorMemory: { readonly phys: bigint; readonly size: bigint };
  readonly debugConsole: DescribedConsole | null;
  /** Null without a PCI configuration window. `domain` is null before revision 9; 0xffff lets Linux choose. */
  readonly pci: {
    readonly mmconfigBase: bigint;
    readonly mmconfigSize: bigint;
    readonly endBus: number;
    readonly virtual: boolean;
    readonly domain: number | null;
  } | null;
  readonly gic: {
    readonly version: number | null;
    /** INTID. */
    readonly maintenanceIrq: number;
    readonly gicd: bigint;
    readonly gicc: bigint;
    readonly gich: bigint;
    readonly gicv: bigint;
    readonly gicr: bigint;
  } | null;
  readonly x86: {
    readonly pmTimerAddress: number;
    readonly apicMode: string | null;
    readonly vtdInterruptLimit: number | null;
  } | null;
  /** Units with an address. */
  readonly iommuUnits: readonly { readonly index: number; readonly type: string | null; readonly base: bigint; readonly size: number }[];
}

export function describePlatform(system: SystemHeader, mmconfig: AddressWindow | undefined, names: Names): DescribedPlatform {
  const { gic, x86 } = system;
  return {
    flags: names.flags('JAILHOUSE_SYS_', system.flags?.value ?? 0),
    hypervisorMemory: { phys: system.hypervisorMemory.physStart.value, size: system.hypervisorMemory.size.value },
    debugConsole: describeConsole(system.debugConsole, names),
    pci:
      mmconfig === undefined
        ? null
        : {
            mmconfigBase: mmconfig.start,
            mmconfigSize: mmconfig.size,
            endBus: system.pciMmconfigEndBus.value,
            virtual: system.pciIsVirtual.value !== 0,
            domain: system.pciDomain?.value ?? null,
          },
    gic:
      gic === undefined
        ? null
        : {
            version: gic.gicVersion?.value ?? null,
            maintenanceIrq: gic.maintenanceIrq.value,
            gicd: gic.gicdBase.value,
            gicc: gic.giccBase.value,
            gich: gic.gichBase.value,
            gicv: gic.gicvBase.value,
            gicr: gic.gicrBase.value,
          },
    x86:
      x86 === undefined
        ? null
        : {
            pmTimerAddress: x86.pmTimerAddress.value,
            apicMode: x86.apicMode === undefined ? null : names.name('JAILHOUSE_APIC_MODE_', x86.apicMode.value),
            vtdInterruptLimit: x86.vtdInterruptLimit?.value ?? null,
          },
    iommuUnits: system.iommuUnits
      .filter((unit) => unit.base.value !== 0n)
      .map((unit) => ({
        index: unit.index,
        type: unit.type === undefined ? null : names.name('JAILHOUSE_IOMMU_', unit.type.value),
        base: unit.base.value,
        size: unit.size.value,
      })),
  };
}
