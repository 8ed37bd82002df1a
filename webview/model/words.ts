import type { MapBlockKind, MapCollision } from '@jailhouse-cells/protocol/map-messages.ts';

/** What each kind of block is called; its colour and pattern are in style/blocks.css under `.kind-NAME`. */
export const kindWords: Readonly<Record<MapBlockKind, string>> = {
  ram: 'RAM',
  gpu: 'GPU memory',
  reserved: 'Reserved memory',
  device: 'Device',
  pci: 'PCI window',
  gic: 'Interrupt controller',
  hypervisor: 'Hypervisor memory',
  'cell-ram': 'RAM of a cell',
  loadable: 'Loadable RAM',
  mmio: 'Device registers (MMIO)',
  shared: 'Shared memory',
  comm: 'Communication region',
  ecam: 'Virtual PCI configuration space',
  'ecam-mmio': 'Virtual PCI MMIO',
  empty: 'Region of size 0',
};

const flagWords: Readonly<Record<string, string>> = {
  READ: 'readable',
  WRITE: 'writable',
  EXECUTE: 'executable',
  DMA: 'reachable for devices (DMA)',
  IO: 'access is trapped',
  COMM_REGION: 'communication region of the cell',
  LOADABLE: 'the root cell may fill it before the cell starts',
  ROOTSHARED: 'stays accessible to the root cell',
  NO_HUGEPAGES: 'mapped with small pages',
  IO_UNALIGNED: 'unaligned access allowed',
  IO_8: 'access of 8 bits',
  IO_16: 'access of 16 bits',
  IO_32: 'access of 32 bits',
  IO_64: 'access of 64 bits',
};

/** A flag of a region in words; its name where there are none. */
export function flagInWords(flag: string): string {
  return flagWords[flag] ?? flag;
}

/** A sign for each severity, so that it is not told by colour alone. */
export const severitySigns: Readonly<Record<MapCollision['severity'], string>> = { error: '✕', warning: '⚠', information: 'ℹ', hint: '·' };

/** The last part of a file's URI, decoded where it can be. */
export function fileName(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
