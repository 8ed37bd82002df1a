import type { AddressWindow } from '../config/address-window.ts';
import type { Span } from '../source/span.ts';
import type { Board, BoardCpu, BoardDevice, BoardGic, BoardPciHost, KernelCommandLine } from './board.ts';
import { withLinuxMemory } from './linux-memory.ts';

export interface QemuOptions {
  /** `-m`, bytes. */
  readonly ram: bigint;
  /** `-smp`: at most 123, as many as have redistributors below the UART. */
  readonly cpus: number;
  readonly commandLine?: KernelCommandLine | undefined;
  /** Where the board is stated. */
  readonly span: Span;
}

const RAM_START = 0x40000000n;
const MOST_CPUS = 123;
/** GICv3 delivers to up to 16 CPUs that differ in the lowest affinity. */
const CPUS_PER_CLUSTER = 16;
/** 256 SPIs, and the 32 interrupts that each CPU has of its own. */
const INTERRUPT_LINES = 288;

/** Flags of level-triggered and edge-triggered interrupts. */
const LEVEL = 4;
const EDGE = 1;

interface QemuDevice {
  readonly name: string;
  readonly compatible: readonly string[];
  /** Start and size, bytes. */
  readonly windows: readonly (readonly [bigint, bigint])[];
  readonly intids: readonly number[];
  readonly flags: number;
}

/** The devices that are always there (QEMU, hw/arm/virt.c: base_memmap, a15irqmap), besides virtio. */
const fixedDevices: readonly QemuDevice[] = [
  {
    name: 'flash@0',
    compatible: ['cfi-flash'],
    windows: [
      [0x0n, 0x4000000n],
      [0x4000000n, 0x4000000n],
    ],
    intids: [],
    flags: 0,
  },
  {
    name: 'intc@8000000',
    compatible: ['arm,gic-v3'],
    windows: [
      [0x8000000n, 0x10000n],
      [0x80a0000n, 0xf60000n],
    ],
    intids: [25],
    flags: LEVEL,
  },
  { name: 'its@8080000', compatible: ['arm,gic-v3-its'], windows: [[0x8080000n, 0x20000n]], intids: [], flags: 0 },
  { name: 'pl011@9000000', compatible: ['arm,pl011', 'arm,primecell'], windows: [[0x9000000n, 0x1000n]], intids: [33], flags: LEVEL },
  { name: 'pl031@9010000', compatible: ['arm,pl031', 'arm,primecell'], windows: [[0x9010000n, 0x1000n]], intids: [34], flags: LEVEL },
  { name: 'fw-cfg@9020000', compatible: ['qemu,fw-cfg-mmio'], windows: [[0x9020000n, 0x18n]], intids: [], flags: 0 },
  { name: 'pl061@9030000', compatible: ['arm,pl061', 'arm,primecell'], windows: [[0x9030000n, 0x1000n]], intids: [39], flags: LEVEL },
  {
    name: 'pcie@10000000',
    compatible: ['pci-host-ecam-generic'],
    windows: [[0x4010000000n, 0x10000000n]],
    // INTA to INTD of the devices on the bus.
    intids: [35, 36, 37, 38],
    flags: LEVEL,
  },
  { name: 'pmu', compatible: ['arm,armv8-pmuv3'], windows: [], intids: [23], flags: LEVEL },
  { name: 'timer', compatible: ['arm,armv8-timer', 'arm,armv7-timer'], windows: [], intids: [29, 30, 27, 26], flags: LEVEL },
];

/** Slots for virtio devices, used or not: 0x200 bytes each from 0xa000000, with the INTIDs from 48. */
const virtioSlots: readonly QemuDevice[] = Array.from({ length: 32 }, (_, slot) => {
  const start = 0xa000000n + 0x200n * BigInt(slot);
  return {
    name: `virtio_mmio@${start.toString(16)}`,
    compatible: ['virtio,mmio'],
    windows: [[start, 0x200n]],
    intids: [48 + slot],
    flags: EDGE,
  };
});

/** Ports, 32-bit memory and 64-bit memory of the PCI bus, in CPU addresses. */
const pciWindows: readonly (readonly [bigint, bigint])[] = [
  [0x3eff0000n, 0x10000n],
  [0x10000000n, 0x2eff0000n],
  [0x8000000000n, 0x8000000000n],
];

/**
 * QEMU's arm64 machine as Jailhouse's documents start it: `-machine virt,gic-version=3,virtualization=on -cpu cortex-a57`. The same as the tree says that
 * `dumpdtb=` prints.
 */
export function qemuArm64Board(options: QemuOptions): Board {
  const { span, commandLine } = options;
  const window = (name: string, [start, size]: readonly [bigint, bigint]): AddressWindow => ({ name, start, size, span });
  const devices: readonly BoardDevice[] = [...fixedDevices, ...virtioSlots].map(({ name, compatible, windows, intids, flags }) => ({
    name,
    path: '',
    compatible,
    windows: windows.map((range) => ({ ...window(name, range), busAddress: range[0] })),
    interrupts: intids.map((intid) => ({ intid, flags, span })),
    enabled: true,
    node: undefined,
    span,
  }));
  const gic: BoardGic = {
    version: 3,
    gicd: window('GICD', [0x8000000n, 0x10000n]),
    gicc: undefined,
    gich: undefined,
    gicv: undefined,
    gicr: [window('GICR', [0x80a0000n, 0xf60000n])],
    maintenanceIrq: 25,
    interruptLines: INTERRUPT_LINES,
    span,
  };
  const pciHost: BoardPciHost = {
    name: 'pcie@10000000',
    domain: 0,
    enabled: true,
    registers: [window('pcie@10000000', [0x4010000000n, 0x10000000n])],
    windows: pciWindows.map((range) => window('pcie@10000000', range)),
    span,
    node: undefined,
  };
  const ram = [window('RAM', [RAM_START, options.ram])];
  return {
    name: 'QEMU arm64',
    kind: 'qemu-arm64',
    variants: [withLinuxMemory({ name: '', size: options.ram, ram, gpu: undefined }, commandLine, 'arm64')],
    cpus: cpusOf(options),
    reserved: [],
    devices,
    gic,
    pciHosts: [pciHost],
    tree: undefined,
    firmware: undefined,
    commandLine,
    addressBits: 44,
    span,
  };
}

function cpusOf({ cpus, span }: QemuOptions): readonly BoardCpu[] {
  return Array.from({ length: Math.max(0, Math.min(Math.trunc(cpus) || 0, MOST_CPUS)) }, (_, index) => ({
    index,
    mpidr: BigInt((Math.floor(index / CPUS_PER_CLUSTER) << 8) | (index % CPUS_PER_CLUSTER)),
    enableMethod: 'psci',
    compatible: 'arm,cortex-a57',
    span,
  }));
}
