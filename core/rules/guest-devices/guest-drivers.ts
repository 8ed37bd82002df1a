import { memoryFlags } from '../../config/memory-flags.ts';
import { baseNameOf, cellOf } from '../../devicetree/tree-access.ts';
import type { GuestDevice } from './guest-nodes.ts';

/** Facts about the Linux drivers of devices that stand in guest trees. */

/**
 * Whether the driver touches the registers as soon as it finds the device. `surely` for classes whose drivers set up the device when they are probed,
 * known by the generic names of nodes (Devicetree Specification 2.2.2). `late` for drivers that read nothing before somebody asks them to.
 */
export function touchesRegisters(device: GuestDevice): 'surely' | 'maybe' | 'late' {
  if (device.compatible.every((name) => passive.has(name) || name.endsWith('-aips-bus'))) return 'late';
  if (device.compatible.some((name) => lateDrivers.has(name))) return 'late';
  const name = baseNameOf(device.node);
  return activeNames.has(name) || device.compatible.some((one) => activeCompatibles.has(one)) ? 'surely' : 'maybe';
}

/** Buses, and register blocks that others look into. */
const passive: ReadonlySet<string> = new Set(['simple-bus', 'simple-mfd', 'simple-pm-bus', 'syscon', 'fsl,aips-bus']);

/**
 * Linux: drivers/firmware/ti_sci.c maps its debug messages for debugfs, drivers/pinctrl/pinctrl-single.c writes when a pin is asked for,
 * drivers/irqchip/irq-ti-sci-inta.c when an interrupt is.
 */
const lateDrivers: ReadonlySet<string> = new Set(['ti,k2g-sci', 'ti,am654-sci', 'pinctrl-single', 'ti,sci-inta', 'syscon']);

const activeNames: ReadonlySet<string> = new Set([
  'adc',
  'can',
  'crypto',
  'dma',
  'dma-controller',
  'ethernet',
  'gpio',
  'gpu',
  'i2c',
  'mmc',
  'nand-controller',
  'pwm',
  'rng',
  'rtc',
  'sata',
  'sdhci',
  'serial',
  'spi',
  'uart',
  'usb',
  'virtio_mmio',
  'watchdog',
  'xgmac',
]);

/** Parts of an interrupt controller: Linux sets them up before all devices (drivers/irqchip). */
const activeCompatibles: ReadonlySet<string> = new Set(['arm,gic-v2m-frame', 'arm,gic-v3-its', 'virtio,mmio']);

/** UARTs of the 8250 family that drivers/tty/serial/8250/8250_of.c and 8250_dw.c drive: by bytes, unless `reg-io-width` says otherwise. */
const like8250: ReadonlySet<string> = new Set([
  'ns8250',
  'ns16450',
  'ns16550',
  'ns16550a',
  'ns16750',
  'ns16850',
  'snps,dw-apb-uart',
  'fsl,ns16550',
]);

/** Drivers that know one width only (drivers/tty/serial: imx.c, xilinx_uartps.c, mvebu-uart.c). */
const by32: ReadonlySet<string> = new Set([
  'fsl,imx1-uart',
  'fsl,imx21-uart',
  'fsl,imx6q-uart',
  'xlnx,xuartps',
  'cdns,uart-r1p8',
  'cdns,uart-r1p12',
  'marvell,armada-3700-uart',
  'arm,sbsa-uart',
]);

/** One of the JAILHOUSE_MEM_IO_* flags, and how wide the access is, in bits. */
export interface AccessWidth {
  readonly flag: 'IO_8' | 'IO_16' | 'IO_32';
  readonly bits: 8 | 16 | 32;
  /** Goes behind `the driver accesses it by ... bits`. */
  readonly why: string;
}

/** The width that the driver uses for most registers; undefined where it is not known. */
export function accessWidth(device: GuestDevice): AccessWidth | undefined {
  const { node, compatible } = device;
  const stated = cellOf(node, 'reg-io-width');
  const of = (bytes: number | undefined, why: string): AccessWidth | undefined =>
    bytes === 1
      ? { flag: 'IO_8', bits: 8, why }
      : bytes === 2
        ? { flag: 'IO_16', bits: 16, why }
        : bytes === 4
          ? { flag: 'IO_32', bits: 32, why }
          : undefined;
  // Sets its width itself (drivers/tty/serial/8250/8250_bcm2835aux.c).
  if (compatible.includes('brcm,bcm2835-aux-uart')) return of(1, 'the mini UART of the Raspberry Pi is driven by bytes');
  if (compatible.some((name) => by32.has(name))) return of(4, 'its driver knows no other width');
  if (stated !== undefined) return of(stated, `reg-io-width is ${stated}`);
  if (compatible.some((name) => like8250.has(name))) return of(1, 'without reg-io-width an 8250 is driven by bytes');
  if (compatible.includes('arm,pl011')) return of(2, 'without reg-io-width a PL011 is driven by 16 bits');
  return undefined;
}

/** All width flags, to tell what a region allows. */
export const widthNames = { IO_8: memoryFlags.IO_8, IO_16: memoryFlags.IO_16, IO_32: memoryFlags.IO_32 } as const;

/** Devices that read and write memory themselves, by the generic names of their nodes. */
const busMasters: ReadonlySet<string> = new Set([
  'crypto',
  'dma',
  'dma-controller',
  'ethernet',
  'gpu',
  'mmc',
  'nand-controller',
  'sata',
  'sdhci',
  'usb',
  'xgmac',
]);

/** Whether the device writes memory itself; a UART with `dmas` has a DMA controller that does. */
export function isBusMaster(device: GuestDevice): boolean {
  return busMasters.has(baseNameOf(device.node)) || device.node.properties.some(({ name }) => name === 'dmas' || name === 'dma-coherent');
}

/** Names of consoles by the driver of a UART (Linux: dev_name of each driver); undefined for an unknown one. */
export function consoleNameOf(compatible: readonly string[]): string | undefined {
  for (const name of compatible) {
    const found = consoleNames.find(([pattern]) => pattern.test(name));
    if (found !== undefined) return found[1];
  }
  return undefined;
}

const consoleNames: readonly (readonly [RegExp, string])[] = [
  [/^arm,(?:pl011|sbsa-uart)$/, 'ttyAMA'],
  [
    /^(?:ns(?:8250|16450|16550a?|16750|16850)|fsl,ns16550|snps,dw-apb-uart|brcm,bcm2835-aux-uart|nvidia,tegra\d+-uart|ti,(?:am654|omap4)-uart)$/,
    'ttyS',
  ],
  [/^fsl,imx\d\w*-uart$/, 'ttymxc'],
  [/^(?:xlnx,xuartps|cdns,uart-r1p(?:8|12))$/, 'ttyPS'],
  [/^marvell,armada-3700-uart$/, 'ttyMV'],
  [/^fsl,\w+-lpuart$/, 'ttyLP'],
  [/^renesas,h?scif/, 'ttySC'],
];
