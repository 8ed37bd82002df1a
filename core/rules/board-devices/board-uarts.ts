import type { Board, BoardDevice } from '../../board/board.ts';
import { overlaps } from '../../config/address-window.ts';
import { isCommRegion } from '../../config/memory-flags.ts';
import type { Config, Console } from '../../config/model.ts';
import { cellOf } from '../../devicetree/tree-access.ts';
import { type consoleType, hasDriver, isMmio, registerBlock } from '../console/console-kinds.ts';
import { windowsIn } from './device-index.ts';

/**
 * Which driver of the hypervisor fits a UART (JAILHOUSE_CON_TYPE_*), by `compatible`: the families of the Linux bindings in
 * Documentation/devicetree/bindings/serial. An SBSA UART is a PL011 that is set up already.
 */
const typesByCompatible: readonly (readonly [RegExp, keyof typeof consoleType])[] = [
  [/^arm,(?:pl011|sbsa-uart)$/, 'PL011'],
  [/^brcm,bcm2835-aux-uart$|^(?:ns8250|ns16450|ns16550a?|ns16750|ns16850)$|^snps,dw-apb-uart$/, '8250'],
  [/^nvidia,tegra20-uart$|^ti,(?:omap[234]|am3352|am4372|dra742|am654|da830|k2g)-uart$|^mrvl,mmp-uart$/, '8250'],
  [/^xlnx,(?:xuartps|zynqmp-uart)$|^cdns,uart(?:-r1p(?:8|12))?$/, 'XUARTPS'],
  [/^marvell,armada-3700-uart$/, 'MVEBU'],
  [/^renesas,hscif$/, 'HSCIF'],
  [/^renesas,scifa$/, 'SCIFA'],
  [/^renesas,scif$/, 'SCIF'],
  [/^fsl,imx\d+\w*-uart$/, 'IMX'],
  [/^fsl,imx(?:7ulp|8\w*|9\w*)-lpuart$/, 'IMX_LPUART'],
];

/** The driver for a device; undefined for one that is no UART, or one of a kind that is not known here. */
export function uartTypeOf(device: BoardDevice): keyof typeof consoleType | undefined {
  for (const name of device.compatible) {
    const fitting = typesByCompatible.find(([pattern]) => pattern.test(name));
    if (fitting !== undefined) return fitting[1];
  }
  return undefined;
}

/** Names of nodes that UARTs have, also those of kinds that are not known here. */
export function looksLikeUart(device: BoardDevice): boolean {
  return uartTypeOf(device) !== undefined || /^(?:serial|\w*uart|usart|sci\w*|hscif|console)\b/i.test(device.name);
}

/** The device whose registers hold an address; a UART before others. */
export function deviceAt(board: Board, address: bigint): BoardDevice | undefined {
  const here = windowsIn(board, { start: address, size: 1n }).map(({ device }) => device);
  return here.find(looksLikeUart) ?? here[0];
}

/** 8250s whose Linux driver knows the distance by itself (drivers/tty/serial/8250: bcm2835aux, omap); the tree does not say it. */
const fourBytesApart = /^brcm,bcm2835-aux-uart$|^ti,(?:omap[234]|am3352|am4372|dra742|am654)-uart$/;
/** 8250s for which the binding says that no `reg-shift` means 0. */
const plain8250 = /^(?:ns8250|ns16450|ns16550a?|ns16750|ns16850)$/;

/** Bytes from one register of an 8250 to the next, by `reg-shift`; undefined where neither tree nor kind says it. */
export function registerDistance(device: BoardDevice): number | undefined {
  if (device.compatible.some((name) => fourBytesApart.test(name))) return 4;
  const shift = device.node && cellOf(device.node, 'reg-shift');
  if (shift !== undefined) return shift < 8 ? 1 << shift : undefined;
  if (device.node === undefined) return undefined;
  return device.compatible.some((name) => plain8250.test(name)) ? 1 : undefined;
}

/** The console of a config, and the physical address that it stands at. */
export interface ConsoleAt {
  readonly console: Console;
  readonly address: bigint;
}

/**
 * The memory-mapped console that a config names: the hypervisor's, or that of a cell, whose address is one of the cell. Undefined where there is
 * none, or where its address leads nowhere (cell-console-unmapped tells).
 */
export function consoleOf(config: Config): ConsoleAt | undefined {
  const console = config.kind === 'system' ? config.system?.debugConsole : config.cell.console;
  if (console === undefined || !isMmio(console) || !hasDriver(config.arch, console.type.value)) return undefined;
  const address = console.address.value;
  if (address === 0n) return undefined;
  if (config.kind === 'system') return { console, address };
  const registers = { start: address, size: registerBlock };
  const region = config.memoryRegions.find(
    (candidate) => !isCommRegion(candidate) && overlaps({ start: candidate.virtStart.value, size: candidate.size.value }, registers),
  );
  return region && { console, address: address - region.virtStart.value + region.physStart.value };
}
