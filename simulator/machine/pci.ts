import { mapDevice, unmapDevice } from './devices.ts';
import { pciDeviceSize } from './firmware.ts';
import { Halt } from './halt.ts';
import { bdfText, commandBits, exitEndpoint, initEndpoint, resetEndpoint, writeCommand } from './ivshmem.ts';
import { pciTypes } from './layout.ts';
import type { Errno } from './machine.ts';
import { pagesOf } from './page-tables.ts';
import { registerWindow } from './regions.ts';
import { type Cell, type Hypervisor, isPresent, type PciDevice, print, rootOf } from './state.ts';

const capIds = { msi: 5, msix: 0x11 } as const;

export function mmconfigSize({ system }: Hypervisor): bigint {
  return BigInt(system.mmconfigEndBus + 1) * 0x100000n;
}

export function countPciWindows({ system }: Hypervisor, { pci }: Cell['config']): number {
  const ofDevice = pci.map(({ type, msixAddress }) => (type === pciTypes.ivshmem ? 2 : msixAddress === 0n ? 0 : 1));
  return ofDevice.reduce<number>((sum, windows) => sum + windows, system.mmconfigBase === 0n ? 0 : 1);
}

/** The first device with this number that the cell's config lists; undefined when it has gone to another cell. */
export function assignedDevice(cell: Cell, bdf: number): PciDevice | undefined {
  const index = cell.config.pci.findIndex((info) => info.bdf === bdf);
  const device = cell.pci[index];
  return device?.cell === undefined ? undefined : device;
}

export function initPciOfCell(hypervisor: Hypervisor, cell: Cell): Errno | undefined {
  const { system } = hypervisor;
  if (system.mmconfigBase !== 0n) registerWindow(hypervisor, cell, system.mmconfigBase, mmconfigSize(hypervisor), { kind: 'mmconfig' });
  const { pci } = cell.config;
  if (pci.length === 0) return undefined;
  const pages = pagesOf(pci.length * pciDeviceSize);
  const page = hypervisor.pool.allocate(pages);
  if (page === undefined) return 'ENOMEM';
  cell.pciPages = { page, pages };
  for (const info of pci) cell.pci.push({ info, cell: undefined, endpoint: undefined, bars: [0, 0, 0, 0, 0, 0], msixMapping: undefined });
  for (const device of cell.pci) {
    const errno = device.info.type === pciTypes.ivshmem ? initEndpoint(hypervisor, cell, device) : takePhysical(hypervisor, cell, device);
    if (errno !== undefined) {
      exitPciOfCell(hypervisor, cell);
      return errno;
    }
  }
  return undefined;
}

function takePhysical(hypervisor: Hypervisor, cell: Cell, device: PciDevice): Errno | undefined {
  const root = rootOf(hypervisor) ?? cell;
  const ofRoot = assignedDevice(root, device.info.bdf);
  if (ofRoot !== undefined) removePhysical(hypervisor, ofRoot);
  const errno = addPhysical(hypervisor, cell, device);
  if (errno !== undefined) return errno;
  const ids = cell.config.capIdsOf(device.info);
  // Saves the MSI-X table of a device that has none mapped.
  if (ids.includes(capIds.msix) && device.info.msixVectors > 0 && device.msixMapping === undefined) throw new Halt('abort');
  return undefined;
}

function addPhysical(hypervisor: Hypervisor, cell: Cell, device: PciDevice): Errno | undefined {
  const { info } = device;
  print(hypervisor, `Adding PCI device ${bdfText(info.bdf)} to cell "${cell.config.name}"\n`);
  if (info.msixAddress !== 0n) {
    const page = mapDevice(hypervisor, info.msixAddress, BigInt(info.msixRegionSize));
    if (page === undefined) return 'ENOMEM';
    device.msixMapping = { page, pages: pagesOf(info.msixRegionSize) };
    registerWindow(hypervisor, cell, info.msixAddress, BigInt(info.msixRegionSize), { kind: 'physical-msix', device });
  }
  device.cell = cell;
  return undefined;
}

/** Takes a device from its cell as a physical one: the entry of an ivshmem link stays behind. */
function removePhysical(hypervisor: Hypervisor, device: PciDevice): void {
  const { cell, info } = device;
  if (cell === undefined) return;
  print(hypervisor, `Removing PCI device ${bdfText(info.bdf)} from cell "${cell.config.name}"\n`);
  if (device.endpoint !== undefined) resetEndpoint(hypervisor, device.endpoint);
  device.cell = undefined;
  if (device.msixMapping === undefined) return;
  unmapDevice(hypervisor, device.msixMapping.page, device.msixMapping.pages);
  device.msixMapping = undefined;
  cell.windows.unregister(info.msixAddress);
}

export function resetPciOfCell(hypervisor: Hypervisor, cell: Cell): void {
  for (const { cell: owner, endpoint } of cell.pci) if (owner !== undefined && endpoint !== undefined) resetEndpoint(hypervisor, endpoint);
}

export function exitPciOfCell(hypervisor: Hypervisor, cell: Cell): void {
  const root = rootOf(hypervisor);
  if (root === undefined || cell === root) return;
  for (const device of cell.pci) {
    if (device.cell === undefined) continue;
    if (device.endpoint !== undefined) exitEndpoint(hypervisor, device.endpoint);
    else {
      removePhysical(hypervisor, device);
      const own = root.pci.find(({ info }) => info.domain === device.info.domain && info.bdf === device.info.bdf);
      if (own !== undefined && addPhysical(hypervisor, root, own) !== undefined) {
        print(hypervisor, 'WARNING: Failed to re-assign PCI device to root cell\n');
      }
    }
    device.cell = undefined;
  }
  if (cell.pciPages !== undefined) hypervisor.pool.free(cell.pciPages.page, cell.pciPages.pages);
  cell.pciPages = undefined;
}

export interface ConfigAccess {
  readonly bdf: number;
  readonly register: number;
  readonly width: number;
  readonly write: number | undefined;
}

/** Bits of the header that an endpoint's owner may write, by 32-bit register. */
const writable: ReadonlyMap<number, number> = new Map([
  [0x04, 0xffffffff],
  [0x0c, 0xffffffff],
  [0x30, 0xffffffff],
  [0x3c, 0x000000ff],
]);
/** The same of a bridge, from its I/O window on. */
const bridgeWritable: ReadonlyMap<number, number> = new Map([
  [0x04, 0xffffffff],
  [0x0c, 0xffffffff],
  [0x1c, 0x0000ffff],
  ...[0x20, 0x24, 0x28, 0x2c, 0x30].map((at) => [at, 0xffffffff] as const),
  [0x3c, 0xffff00ff],
]);

/** An access to config space through the trapped window; 'rejected': the CPU is parked. */
export function accessConfigSpace(hypervisor: Hypervisor, cell: Cell, access: ConfigAccess): number | 'rejected' {
  const { bdf, register, width, write } = access;
  if (width > 4) return 'rejected';
  const device = assignedDevice(cell, bdf);
  if (device === undefined) return write === undefined ? 2 ** (8 * width) - 1 : 'rejected';
  const bridge = device.info.type === pciTypes.bridge;
  if (!bridge && register >= 0x10 && register < 0x28) {
    const bar = (register - 0x10) >> 2;
    if (write !== undefined) {
      const mask = device.info.barMask[bar] ?? 0;
      device.bars[bar] = ((((device.bars[bar] ?? 0) & ~mask) | (write & mask)) >>> 0) as number;
    }
    return device.bars[bar] ?? 0;
  }
  if (write !== undefined && register < 0x40) {
    const shift = (register & 3) * 8;
    const bits = ((width === 4 ? 0xffffffff : 2 ** (8 * width) - 1) << shift) >>> 0;
    const allowed = (bridge ? bridgeWritable : writable).get(register & ~3) ?? 0;
    if ((allowed & bits) >>> 0 !== bits) return 'rejected';
  }
  if (!bridge && register >= 0x30 && register < 0x34 && write === undefined) return 0;
  if (device.endpoint === undefined || device.info.type !== pciTypes.ivshmem) return physicalConfigSpace(hypervisor, bdf);
  if (write === undefined) return ivshmemRegister(device, register);
  if (register >= 0x80) return 'rejected';
  if ((register & ~3) === 0x04) writeCommand(hypervisor, device.endpoint, write);
  return 0;
}

/** Goes to the real host; a virtual one has none, and EL2 reads at address 0. */
function physicalConfigSpace({ board, physicalConfigSpace: mapped, system }: Hypervisor, bdf: number): number {
  if (!mapped || !isPresent(board, system.mmconfigBase + (BigInt(bdf) << 12n))) throw new Halt('abort');
  return 0xffffffff;
}

/** Registers of an ivshmem device: 110a:4106, class ff, one or two capabilities. */
function ivshmemRegister(device: PciDevice, register: number): number {
  const { info, endpoint } = device;
  const section = (index: number): bigint => endpoint?.section(index).size ?? 0n;
  const low = (value: bigint): number => Number(value & 0xffffffffn);
  const high = (value: bigint): number => Number((value >> 32n) & 0xffffffffn);
  const address = endpoint?.section(0).virt ?? 0n;
  const msix = info.msixVectors > 0;
  const command = (endpoint?.memoryEnabled ? commandBits.memory : 0) | (endpoint?.busMaster ? commandBits.busMaster : 0);
  const words: Readonly<Record<number, number>> = {
    0: 0x4106110a,
    4: (0x10 << 16) | command,
    8: (0xff << 24) | (info.shmemProtocol << 8),
    44: 0x4106110a,
    52: 0x40,
    60: msix ? 0 : (((info.bdf >> 3) & 3) + 1) << 8,
    64: (0x20 << 16) | ((msix ? 0x60 : 0) << 8) | 0x09,
    68: low(section(0)),
    72: low(section(1)),
    76: high(section(1)),
    80: low(section(2)),
    84: high(section(2)),
    88: low(address),
    92: high(address),
    96: ((msix ? info.msixVectors - 1 : 0) << 16) | capIds.msix,
    100: 1,
    104: 0x101,
  };
  if (register >= 0x80) return 0xffffffff;
  return ((words[register & ~3] ?? 0) >>> ((register & 3) * 8)) >>> 0;
}
