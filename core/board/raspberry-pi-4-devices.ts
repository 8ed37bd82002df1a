import type { AddressWindow } from '../config/address-window.ts';
import type { Span } from '../source/span.ts';
import type { BoardDevice, BoardGic, BoardPciHost } from './board.ts';

/** Where the peripherals and the ARM local block are: below 4 GiB, or with `arm_peri_high=1` above all RAM. */
export type PeripheralMode = 'low' | 'high';

interface Aperture {
  readonly name: string;
  /** Address on the bus, as the device tree of the firmware writes it. */
  readonly bus: bigint;
  readonly low: bigint;
  readonly high: bigint;
  readonly size: bigint;
}

/**
 * The `ranges` of /soc. High mode moves the peripherals up by 0x3_8000_0000 (/proc/iomem in firmware issue 1374: 0xfd500000 is 0x47d500000
 * there) and the ARM local block to 0x4_c000_0000 (BCM2711 ARM peripherals, full 35-bit address map).
 */
const apertures: readonly Aperture[] = [
  { name: 'the peripherals', bus: 0x7c000000n, low: 0xfc000000n, high: 0x47c000000n, size: 0x3800000n },
  { name: 'the ARM local block', bus: 0x40000000n, low: 0xff800000n, high: 0x4c0000000n, size: 0x800000n },
];

/** Stretches of CPU addresses that hold devices and no RAM. Much of them is empty: only `builtInDevices` are known to answer. */
export function peripheralApertures(mode: PeripheralMode, span: Span): readonly AddressWindow[] {
  return apertures.map((aperture) => ({ name: aperture.name, start: aperture[mode], size: aperture.size, span }));
}

/** The CPU address of a bus address of /soc (0x7e215040 is 0xfe215040); undefined for an address that is none. */
export function fromBusAddress(bus: bigint, mode: PeripheralMode = 'low'): bigint | undefined {
  const aperture = apertures.find((candidate) => bus >= candidate.bus && bus < candidate.bus + candidate.size);
  return aperture && bus - aperture.bus + aperture[mode];
}

const pl011 = ['arm,pl011', 'arm,primecell'];

interface DeviceFacts {
  readonly name: string;
  readonly compatible: readonly string[];
  /** Bus address and size of each window. */
  readonly windows: readonly (readonly [bigint, bigint])[];
  readonly intids: readonly number[];
  /** False where the kernel's tree leaves it disabled. */
  readonly enabled: boolean;
}

/** The devices that a cell usually wants, as in bcm2711-rpi-4-b.dtb of Debian's kernel 6.1, decompiled. INTID = SPI + 32. */
const devices: readonly DeviceFacts[] = [
  device('timer@7e003000', ['brcm,bcm2835-system-timer'], [[0x7e003000n, 0x1000n]], [96, 97, 98, 99]),
  device('mailbox@7e00b880', ['brcm,bcm2835-mbox'], [[0x7e00b880n, 0x40n]], [65]),
  device(
    'watchdog@7e100000',
    ['brcm,bcm2711-pm', 'brcm,bcm2835-pm-wdt'],
    [
      [0x7e100000n, 0x114n],
      [0x7e00a000n, 0x24n],
      [0x7ec11000n, 0x20n],
    ],
    [],
  ),
  device('gpio@7e200000', ['brcm,bcm2711-gpio'], [[0x7e200000n, 0xb4n]], [145, 146, 147, 148]),
  device('serial@7e201000', pl011, [[0x7e201000n, 0x200n]], [153]),
  device('serial@7e201400', pl011, [[0x7e201400n, 0x200n]], [153], false),
  device('serial@7e201600', pl011, [[0x7e201600n, 0x200n]], [153], false),
  device('serial@7e201800', pl011, [[0x7e201800n, 0x200n]], [153], false),
  device('serial@7e201a00', pl011, [[0x7e201a00n, 0x200n]], [153], false),
  device('serial@7e215040', ['brcm,bcm2835-aux-uart'], [[0x7e215040n, 0x40n]], [125]),
  device('mmc@7e340000', ['brcm,bcm2711-emmc2'], [[0x7e340000n, 0x100n]], [158]),
  // 175 to 178 are INTA to INTD, out of interrupt-map.
  device('pcie@7d500000', ['brcm,bcm2711-pcie'], [[0x7d500000n, 0x9310n]], [179, 180, 175, 176, 177, 178]),
  device('ethernet@7d580000', ['brcm,bcm2711-genet-v5'], [[0x7d580000n, 0x10000n]], [189, 190]),
  device('avs-monitor@7d5d2000', ['brcm,bcm2711-avs-monitor', 'syscon', 'simple-mfd'], [[0x7d5d2000n, 0xf00n]], []),
  device('local_intc@40000000', ['brcm,bcm2836-l1-intc'], [[0x40000000n, 0x100n]], []),
];

/** GICD, GICC, GICH, GICV of the GIC-400, in the order of `reg`. */
const gicWindows = [
  ['GICD', 0x40041000n, 0x1000n],
  ['GICC', 0x40042000n, 0x2000n],
  ['GICH', 0x40044000n, 0x2000n],
  ['GICV', 0x40046000n, 0x2000n],
] as const;

const LEVEL_HIGH = 4;

function device(
  name: string,
  compatible: readonly string[],
  windows: DeviceFacts['windows'],
  intids: readonly number[],
  enabled = true,
): DeviceFacts {
  return { name, compatible, windows, intids, enabled };
}

/** What stands in for the nodes of a tree where none is known. */
export function builtInDevices(mode: PeripheralMode, span: Span): readonly BoardDevice[] {
  const known: DeviceFacts[] = [
    ...devices,
    {
      name: 'interrupt-controller@40041000',
      compatible: ['arm,gic-400'],
      windows: gicWindows.map(([, bus, size]) => [bus, size] as const),
      intids: [GIC_MAINTENANCE],
      enabled: true,
    },
  ];
  return known.map(({ name, compatible, windows, intids, enabled }) => ({
    name,
    path: '',
    compatible,
    windows: windows.map(([bus, size]) => ({ name, start: onCpu(bus, mode), size, span, busAddress: bus })),
    interrupts: intids.map((intid) => ({ intid, flags: LEVEL_HIGH, span })),
    enabled,
    node: undefined,
    span,
  }));
}

/** PPI 9. */
const GIC_MAINTENANCE = 25;

export function builtInGic(mode: PeripheralMode, span: Span): BoardGic {
  const [gicd, gicc, gich, gicv] = gicWindows.map(([name, bus, size]) => ({ name, start: onCpu(bus, mode), size, span }));
  return {
    version: 2,
    gicd: gicd as AddressWindow,
    gicc,
    gich,
    gicv,
    gicr: [],
    maintenanceIrq: GIC_MAINTENANCE,
    interruptLines: undefined,
    span,
  };
}

/** The outbound window is 64 MiB in older trees and 1 GiB in newer ones: without a tree, what all have. */
export function builtInPciHost(mode: PeripheralMode, span: Span): BoardPciHost {
  return {
    name: 'pcie@7d500000',
    domain: undefined,
    enabled: true,
    registers: [{ name: 'the PCIe controller', start: onCpu(0x7d500000n, mode), size: 0x9310n, span }],
    windows: [{ name: 'the PCIe outbound window', start: 0x600000000n, size: 0x4000000n, span }],
    span,
    node: undefined,
  };
}

function onCpu(bus: bigint, mode: PeripheralMode): bigint {
  return fromBusAddress(bus, mode) ?? bus;
}
