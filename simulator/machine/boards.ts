import type { SimulatedBoard } from './machine.ts';

export interface BoardOptions {
  /** Reservations (`no-map`) of the device tree; undefined: those of the examples. Empty: Linux has all RAM. */
  readonly reserved?: SimulatedBoard['reserved'];
  readonly cpus?: number;
}

const GiB = 1n << 30n;

/** 256 MiB that the overlay of `examples/rpi4` reserves. */
const rpi4Reserved: SimulatedBoard['reserved'] = [{ start: 0x10000000n, size: 0x10000000n, name: 'jailhouse@10000000' }];

/** RAM that the firmware leaves to Linux with `gpu_mem=76`, in GiB of the board. */
const rpi4Ram: Readonly<Record<1 | 2 | 4 | 8, SimulatedBoard['linuxRam']>> = {
  1: [{ start: 0n, size: 0x3b400000n }],
  2: [
    { start: 0n, size: 0x3b400000n },
    { start: 0x40000000n, size: 0x40000000n },
  ],
  4: [
    { start: 0n, size: 0x3b400000n },
    { start: 0x40000000n, size: 0xbc000000n },
  ],
  8: [
    { start: 0n, size: 0x3b400000n },
    { start: 0x40000000n, size: 0xbc000000n },
    { start: 0x100000000n, size: 4n * GiB },
  ],
};

/** Raspberry Pi 4 (BCM2711, low peripherals, booted by TF-A). Facts: `rpi4.md`, device trees of Debian and of the vendor. */
export function rpi4(gib: 1 | 2 | 4 | 8, { reserved = rpi4Reserved, cpus = 4 }: BoardOptions = {}): SimulatedBoard {
  const fitted = rpi4Ram[gib].map(({ start, size }) => ({ start, size, kind: 'ram' as const }));
  return {
    id: `rpi4-${gib}g`,
    model: 'Raspberry Pi 4 Model B Rev 1.4',
    compatible: ['raspberrypi,4-model-b', 'brcm,bcm2711'],
    cpus,
    linuxRam: rpi4Ram[gib],
    reserved,
    present: [
      ...fitted,
      // Memory of the GPU: RAM that Linux does not have.
      { start: 0x3b400000n, size: 0x4c00000n, kind: 'ram' },
      { start: 0xfc000000n, size: 0x3800000n, kind: 'device' },
      { start: 0xff800000n, size: 0x100000n, kind: 'device' },
      { start: 0x600000000n, size: GiB, kind: 'device' },
    ],
    gic: { version: 2, gicd: 0xff841000n, gicc: 0xff842000n, gich: 0xff844000n, gicv: 0xff846000n },
    maintenanceIntid: 25,
    uarts: [
      { address: 0xfe215040n, kind: '8250', distance: 4 },
      ...[0xfe201000n, 0xfe201400n, 0xfe201600n, 0xfe201800n, 0xfe201a00n].map((address) => ({
        address,
        kind: 'pl011' as const,
        distance: 4 as const,
      })),
    ],
    vitalDevices: [
      { name: 'mmc@7e340000', start: 0xfe340000n, size: 0x100n, intids: [158], access: { offset: 0x24n, width: 4, access: 'read' } },
      {
        name: 'ethernet@7d580000',
        start: 0xfd580000n,
        size: 0x10000n,
        intids: [189, 190],
        access: { offset: 0n, width: 4, access: 'read' },
      },
      { name: 'mailbox@7e00b880', start: 0xfe00b880n, size: 0x40n, intids: [65], access: { offset: 0x18n, width: 4, access: 'read' } },
    ],
    pciDomains: [0],
    addressBits: 44,
    midr: '0x410fd083',
  };
}

/** QEMU's arm64 machine with GICv3, virtualization and 1 GiB, of which Linux has 768 MiB (`mem=768M`), as recorded. */
export function qemuArm64({ reserved = [], cpus = 16 }: BoardOptions = {}): SimulatedBoard {
  return {
    id: `qemu-arm64-${cpus}`,
    model: 'linux,dummy-virt',
    compatible: ['linux,dummy-virt'],
    cpus,
    linuxRam: [{ start: 0x40000000n, size: 0x30000000n }],
    reserved,
    present: [
      { start: 0n, size: 0x8000000n, kind: 'device' },
      { start: 0x8000000n, size: 0x10000n, kind: 'device' },
      { start: 0x8080000n, size: 0x20000n, kind: 'device' },
      { start: 0x80a0000n, size: 0x20000n * BigInt(cpus), kind: 'device' },
      { start: 0x9000000n, size: 0x1000n, kind: 'device' },
      { start: 0x9010000n, size: 0x1000n, kind: 'device' },
      { start: 0x9020000n, size: 0x1000n, kind: 'device' },
      { start: 0x9030000n, size: 0x1000n, kind: 'device' },
      { start: 0xa000000n, size: 0x4000n, kind: 'device' },
      { start: 0x10000000n, size: 0x2eff0000n, kind: 'device' },
      { start: 0x40000000n, size: GiB, kind: 'ram' },
      { start: 0x4010000000n, size: 0x10000000n, kind: 'device' },
      { start: 0x8000000000n, size: 0x8000000000n, kind: 'device' },
    ],
    gic: { version: 3, gicd: 0x8000000n, gicr: 0x80a0000n },
    maintenanceIntid: 25,
    uarts: [{ address: 0x9000000n, kind: 'pl011', distance: 4 }],
    vitalDevices: [
      { name: 'a003c00.virtio_mmio', start: 0xa003c00n, size: 0x200n, intids: [78], access: { offset: 0x50n, width: 4, access: 'write' } },
      { name: 'a003e00.virtio_mmio', start: 0xa003e00n, size: 0x200n, intids: [79], access: { offset: 0x50n, width: 4, access: 'write' } },
    ],
    pciDomains: [0],
    losesPciDomain: true,
    addressBits: 44,
    midr: '0x411fd070',
  };
}
