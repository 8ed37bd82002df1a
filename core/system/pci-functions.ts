import { pciType } from '../config/ivshmem.ts';
import type { Config, PciDevice } from '../config/model.ts';

/** The PCI functions that a cell reaches, as its config lists them. */
export type PciFunctions = readonly PciDevice[];

/** A device that the hypervisor makes up: each cell has its own, whatever another one has at that place. */
export function isVirtual(device: PciDevice): boolean {
  return device.type.value === pciType.ivshmem;
}

/** The root cell's functions that a new cell takes: physical ones, by bus, device and function alone (pci.c:pci_cell_init). */
export function functionsTaken(root: PciFunctions, cell: Config): PciFunctions {
  const wanted = new Set(cell.pciDevices.filter((device) => !isVirtual(device)).map((device) => device.bdf.value));
  return root.filter((device) => !isVirtual(device) && wanted.has(device.bdf.value));
}

/** What the root cell gets when the cell is destroyed: what its config lists at the same domain and bdf (pci.c:pci_return_device_to_root_cell). */
export function functionsReturned(system: Config, root: PciFunctions, cell: Config): PciFunctions {
  const key = (device: PciDevice) => device.domain.value * 0x10000 + device.bdf.value;
  const given = new Set(cell.pciDevices.filter((device) => !isVirtual(device)).map(key));
  const held = new Set(root);
  return system.pciDevices.filter((device) => given.has(key(device)) && !held.has(device));
}
