import type { ConfigBytes } from './config-bytes.ts';

/** Numbers of the config format, revision 14 (`include/jailhouse/cell-config.h`, upstream e57d1eff). */
export const revision = 14;
export const arm64 = 2;
export const systemSize = 488;
export const cellSize = 132;
export const rootCellAt = 356;

export const memory = {
  read: 1n,
  write: 2n,
  execute: 4n,
  dma: 8n,
  io: 0x10n,
  commRegion: 0x20n,
  loadable: 0x40n,
  rootShared: 0x80n,
  noHugePages: 0x100n,
  unaligned: 0x8000n,
  /** Shifted left by the width in bytes' place: 8 bit is bit 16. */
  widthShift: 16n,
} as const;

export const cellFlags = { passiveCommRegion: 1, virtualConsolePermitted: 0x40000000, virtualConsoleActive: 0x80000000 } as const;
export const systemFlags = { virtualDebugConsole: 1 } as const;
export const consoleFlags = { mmio: 1, registerDistance4: 2 } as const;
export const consoleTypes = { none: 0, uart8250: 2, pl011: 3 } as const;
/** UART drivers of the hypervisor on arm64 (`arch/arm-common/dbg-write.c`). */
export const knownConsoles: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7, 8, 9, 10]);
export const pciTypes = { device: 1, bridge: 2, ivshmem: 3 } as const;

export interface Region {
  readonly phys: bigint;
  readonly virt: bigint;
  readonly size: bigint;
  readonly flags: bigint;
}

export interface Irqchip {
  readonly address: bigint;
  readonly pinBase: number;
  readonly pins: readonly number[];
}

export interface PciInfo {
  readonly type: number;
  readonly domain: number;
  readonly bdf: number;
  readonly barMask: readonly number[];
  readonly capsStart: number;
  readonly numCaps: number;
  readonly msixVectors: number;
  readonly msixRegionSize: number;
  readonly msixAddress: bigint;
  readonly shmemRegionsStart: number;
  readonly shmemDevId: number;
  readonly shmemPeers: number;
  readonly shmemProtocol: number;
}

export interface ConsoleInfo {
  readonly address: bigint;
  readonly size: number;
  readonly type: number;
  readonly flags: number;
}

/** A cell's description with its arrays, read at the offsets that its counters give, as the hypervisor does: nothing is checked. */
export interface CellDescription {
  readonly name: string;
  readonly id: number;
  readonly flags: number;
  readonly cpuSetSize: number;
  /** Numbers of the bits in the CPU set, ascending. */
  readonly cpus: readonly number[];
  readonly numRegions: number;
  readonly regions: readonly Region[];
  /** A region by its number, also behind the last one. */
  readonly regionAt: (index: number) => Region;
  readonly irqchips: readonly Irqchip[];
  readonly pci: readonly PciInfo[];
  readonly capIdsOf: (device: PciInfo) => readonly number[];
  readonly vpciIrqBase: number;
  readonly resetAddress: bigint;
  readonly replyTimeout: bigint;
  readonly console: ConsoleInfo;
  /** Bytes by the counters, as the hypervisor adds them up: description and arrays, modulo 2^32. */
  readonly totalSize: number;
}

export function isSubPage({ virt, size }: { readonly virt: bigint; readonly size: bigint }): boolean {
  return ((virt | size) & 0xfffn) !== 0n;
}

function readRegion(bytes: ConfigBytes, at: number): Region {
  return { phys: bytes.u64(at), virt: bytes.u64(at + 8), size: bytes.u64(at + 16), flags: bytes.u64(at + 24) };
}

export function readConsole(bytes: ConfigBytes, at: number): ConsoleInfo {
  return { address: bytes.u64(at), size: bytes.u32(at + 8), type: bytes.u16(at + 12), flags: bytes.u16(at + 14) };
}

function readIrqchip(bytes: ConfigBytes, at: number): Irqchip {
  return { address: bytes.u64(at), pinBase: bytes.u32(at + 12), pins: [0, 1, 2, 3].map((word) => bytes.u32(at + 16 + 4 * word)) };
}

function readPci(bytes: ConfigBytes, at: number): PciInfo {
  return {
    type: bytes.u8(at),
    domain: bytes.u16(at + 2),
    bdf: bytes.u16(at + 4),
    barMask: [0, 1, 2, 3, 4, 5].map((bar) => bytes.u32(at + 6 + 4 * bar)),
    capsStart: bytes.u16(at + 30),
    numCaps: bytes.u16(at + 32),
    msixVectors: bytes.u16(at + 36),
    msixRegionSize: bytes.u16(at + 38),
    msixAddress: bytes.u64(at + 40),
    shmemRegionsStart: bytes.u32(at + 48),
    shmemDevId: bytes.u8(at + 52),
    shmemPeers: bytes.u8(at + 53),
    shmemProtocol: bytes.u16(at + 54),
  };
}

/** More entries than any memory of a board can hold: such a counter fails before its array is read. */
const absurdCount = 0x100000;

function list<T>(count: number, read: (index: number) => T): readonly T[] {
  return Array.from({ length: Math.min(count, absurdCount) }, (_, index) => read(index));
}

/** `start`: where the description begins: 0 in a cell's config, 356 in a system's. */
export function readDescription(bytes: ConfigBytes, start: number): CellDescription {
  const count = (at: number): number => bytes.u32(start + at);
  const [cpuSetSize, numRegions, numCaches, numIrqchips, numPio, numPci, numCaps, numStreams] = [48, 52, 56, 60, 64, 68, 72, 76].map(
    count,
  ) as [number, number, number, number, number, number, number, number];
  const cpusAt = start + cellSize;
  const regionsAt = cpusAt + cpuSetSize;
  const irqchipsAt = regionsAt + 32 * numRegions + 12 * numCaches;
  const pciAt = irqchipsAt + 32 * numIrqchips + 4 * numPio;
  const capsAt = pciAt + 56 * numPci;
  const end = capsAt + 8 * numCaps + 4 * numStreams;
  const sane = end - start < absurdCount;
  const regionAt = (index: number): Region => readRegion(bytes, regionsAt + 32 * index);
  const cpus = sane ? list(cpuSetSize * 8, (cpu) => cpu).filter((cpu) => (bytes.u8(cpusAt + (cpu >> 3)) >> (cpu & 7)) & 1) : [];
  return {
    name: bytes.text(start + 8, 36),
    id: bytes.u32(start + 40),
    flags: bytes.u32(start + 44),
    cpuSetSize,
    cpus,
    numRegions,
    regions: sane ? list(numRegions, regionAt) : [],
    regionAt,
    irqchips: sane ? list(numIrqchips, (index) => readIrqchip(bytes, irqchipsAt + 32 * index)) : [],
    pci: sane ? list(numPci, (index) => readPci(bytes, pciAt + 56 * index)) : [],
    capIdsOf: ({ capsStart, numCaps: own }) => list(own, (index) => bytes.u16(capsAt + 8 * (capsStart + index))),
    vpciIrqBase: bytes.u32(start + 80),
    resetAddress: bytes.u64(start + 84),
    replyTimeout: bytes.u64(start + 92),
    console: readConsole(bytes, start + 100),
    totalSize: (end - start) % 0x100000000,
  };
}

export interface SystemDescription {
  readonly flags: number;
  readonly hypervisorMemory: Region;
  readonly debugConsole: ConsoleInfo;
  readonly mmconfigBase: bigint;
  readonly mmconfigEndBus: number;
  readonly pciIsVirtual: boolean;
  readonly pciDomain: number;
  /** Units up to the first without address. */
  readonly iommuUnits: readonly { readonly type: number; readonly base: bigint; readonly size: number }[];
  readonly maintenanceIntid: number;
  readonly gicVersion: number;
  readonly gicd: bigint;
  readonly gicc: bigint;
  readonly gich: bigint;
  readonly gicv: bigint;
  readonly gicr: bigint;
  readonly root: CellDescription;
  readonly totalSize: number;
}

export function readSystem(bytes: ConfigBytes): SystemDescription {
  const root = readDescription(bytes, rootCellAt);
  const units = [0, 1, 2, 3, 4, 5, 6, 7].map((unit) => ({
    type: bytes.u32(88 + 28 * unit),
    base: bytes.u64(92 + 28 * unit),
    size: bytes.u32(100 + 28 * unit),
  }));
  const first = units.findIndex(({ base }) => base === 0n);
  return {
    flags: bytes.u32(8),
    hypervisorMemory: { phys: bytes.u64(12), virt: bytes.u64(20), size: bytes.u64(28), flags: bytes.u64(36) },
    debugConsole: readConsole(bytes, 44),
    mmconfigBase: bytes.u64(76),
    mmconfigEndBus: bytes.u8(84),
    pciIsVirtual: bytes.u8(85) !== 0,
    pciDomain: bytes.u16(86),
    iommuUnits: first < 0 ? units : units.slice(0, first),
    maintenanceIntid: bytes.u8(312),
    gicVersion: bytes.u8(313),
    gicd: bytes.u64(316),
    gicc: bytes.u64(324),
    gich: bytes.u64(332),
    gicv: bytes.u64(340),
    gicr: bytes.u64(348),
    root,
    totalSize: (root.totalSize + rootCellAt) % 0x100000000,
  };
}
