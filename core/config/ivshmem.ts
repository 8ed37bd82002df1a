import type { Config, Field, MemoryRegion, PciDevice } from './model.ts';

/** PCI device types (JAILHOUSE_PCI_TYPE_*, include/jailhouse/cell-config.h). */
export const pciType = { device: 1, bridge: 2, ivshmem: 3 } as const;

/** IVSHMEM_MAX_PEERS (hypervisor/include/jailhouse/ivshmem.h). */
export const ivshmemMaxPeers = 12;

/** IVSHMEM_MSIX_VECTORS (hypervisor/include/jailhouse/ivshmem.h). */
export const ivshmemMaxVectors = 16;

/** A virtual shared-memory device as of v0.12, with the three fields that tie it to memory regions. */
export interface IvshmemDevice extends PciDevice {
  readonly shmemRegionsStart: Field<number>;
  readonly shmemDevId: Field<number>;
  readonly shmemPeers: Field<number>;
}

/** The ivshmem devices of a config; none in layouts before v0.12, where one region made the link. */
export function ivshmemDevices(config: Config): readonly IvshmemDevice[] {
  return config.pciDevices.filter(isIvshmem);
}

function isIvshmem(device: PciDevice): device is IvshmemDevice {
  return device.type.value === pciType.ivshmem && device.shmemRegionsStart !== undefined;
}

export interface IvshmemSection {
  readonly role: 'state table' | 'common section' | 'output section';
  /** Peer whose output section it is. */
  readonly peer: number | undefined;
  readonly region: MemoryRegion;
}

/** First index behind the regions of a device: state table, common section, one output section per peer (hypervisor/ivshmem.c). */
export function endOfSections(device: IvshmemDevice): number {
  return device.shmemRegionsStart.value + 2 + device.shmemPeers.value;
}

/** The regions of a device in order; undefined when they run past the array or the peer number is out of range. */
export function sectionsOf(config: Config, device: IvshmemDevice): readonly IvshmemSection[] | undefined {
  const start = device.shmemRegionsStart.value;
  const end = endOfSections(device);
  if (end > config.memoryRegions.length || device.shmemPeers.value > ivshmemMaxPeers) return undefined;
  return config.memoryRegions.slice(start, end).map((region, at) => ({
    role: at === 0 ? 'state table' : at === 1 ? 'common section' : 'output section',
    peer: at < 2 ? undefined : at - 2,
    region,
  }));
}

/** `00:0e.0`: bus, device, function. */
export function bdfName(bdf: number): string {
  const two = (value: number) => value.toString(16).padStart(2, '0');
  return `${two(bdf >> 8)}:${two((bdf >> 3) & 0x1f)}.${bdf & 7}`;
}

/**
 * INTID of the line that an ivshmem device raises on ARM: 32 + vpci_irq_base + the low two bits of its device number
 * (hypervisor/arch/arm-common/ivshmem.c). Undefined where it signals by MSI-X.
 */
export function ivshmemIntid(config: Config, device: PciDevice): number | undefined {
  if (config.arch === 'x86' || device.numMsixVectors.value > 0) return undefined;
  return 32 + config.cell.vpciIrqBase.value + ((device.bdf.value >> 3) & 3);
}
