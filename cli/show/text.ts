import { hex, humanSize } from '@jailhouse-cells/core/source/numbers.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { plural } from '../findings/result.ts';
import type { Style } from '../style.ts';
import { type Column, definitions, table } from '../table.ts';
import { accessText } from './access-text.ts';
import type { ConfigDescription, DescribedIrqchip, DescribedRegion } from './description.ts';
import { headRows } from './head-text.ts';
import { addressSpan, runs } from './numbers-text.ts';
import { pciLines } from './pci-text.ts';

/** A config for people: a head, then one block per array that is not empty. Stays within `width` columns from 80 up. */
export function descriptionText(config: ConfigDescription, width: number, style: Style): string {
  const blocks: string[][] = [[style.strong(title(config)), ...definitions(headRows(config), width)]];
  if (config.memoryRegions.length > 0) {
    blocks.push([style.strong(`Memory regions: ${config.memoryRegions.length}`), ...regionLines(config.memoryRegions, width)]);
  }
  if (config.irqchips.length > 0) {
    blocks.push([style.strong(config.arch === 'x86' ? 'Interrupt pins' : 'Interrupts'), ...irqchipLines(config, width)]);
  }
  if (config.pciDevices.length > 0) {
    blocks.push([style.strong(`PCI devices: ${config.pciDevices.length}`), ...pciLines(config, width)]);
  }
  if (config.pioRanges.length > 0) blocks.push([style.strong(`I/O ports: ${config.pioRanges.length}`), ...pioLines(config, width)]);
  if (config.cacheRegions.length > 0)
    blocks.push([style.strong(`Cache regions: ${config.cacheRegions.length}`), ...cacheLines(config, width)]);
  if (config.streamIds.length > 0) {
    blocks.push([
      style.strong(`Stream ids: ${config.streamIds.length}`),
      ...definitions([['', config.streamIds.map(streamId).join(', ')]], width, ''),
    ]);
  }
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function title(config: ConfigDescription): string {
  const name = `"${printable(config.name)}"`;
  const what = config.kind === 'system' ? `System config, root cell ${name}` : `Cell ${name}`;
  return `${what} (${config.arch}, revision ${config.revision}, ${plural(config.bytes, 'byte')})`;
}

const regionColumns: readonly Column[] = [
  { heading: '#', align: 'right' },
  { heading: 'physical' },
  { heading: 'virtual' },
  { heading: 'size', align: 'right' },
  { heading: '', align: 'right' },
  { heading: 'access' },
];

function regionLines(regions: readonly DescribedRegion[], width: number): string[] {
  return table(regionColumns, regions.map(regionRow), width);
}

function regionRow(region: DescribedRegion): string[] {
  const { index, phys, virt, size, flags } = region;
  if (size === 0n && phys === 0n && virt === 0n && flags.length === 0) return [String(index), 'none', '', '0x0', '', 'place holder'];
  const physical = flags.includes('COMM_REGION') ? 'comm region page' : addressSpan(phys, size);
  const same = virt === phys && !flags.includes('COMM_REGION');
  return [String(index), physical, same ? 'same' : hex(virt), hex(size), humanSize(size), accessText(flags)];
}

function irqchipLines(config: ConfigDescription, width: number): string[] {
  const rows = config.irqchips.map((chip): [string, string] => {
    const where =
      config.arch === 'x86' ? `IOAPIC ${hex(chip.address)}, id ${hex(chip.id)}` : `GICD ${hex(chip.address)}, from INTID ${chip.pinBase}`;
    return [where, config.arch === 'x86' ? pinText(chip) : intidText(chip)];
  });
  return definitions(rows, width);
}

function pinText(chip: DescribedIrqchip): string {
  return chip.pins.length === 0 ? 'no pins' : `pins ${runs(chip.pins)}`;
}

/** `SPI 93 (INTID 125)`; private interrupts below INTID 32 are told apart. */
function intidText(chip: DescribedIrqchip): string {
  const shared = chip.pins.filter((pin) => pin >= 32);
  const own = chip.pins.filter((pin) => pin < 32);
  const parts: string[] = [];
  if (own.length > 0) parts.push(`private interrupts: INTID ${runs(own)}`);
  if (shared.length > 0) parts.push(`SPI ${runs(shared.map((pin) => pin - 32))} (INTID ${runs(shared)})`);
  return parts.length === 0 ? 'none' : parts.join('; ');
}

function pioLines(config: ConfigDescription, width: number): string[] {
  const rows = config.pioRanges.map(({ base, length }): [string, string] => {
    const end = length > 1 ? `-${hex(base + length - 1)}` : '';
    return [`${hex(base)}${end}`, plural(length, 'port')];
  });
  return definitions(rows, width);
}

function cacheLines(config: ConfigDescription, width: number): string[] {
  const rows = config.cacheRegions.map(({ start, size, type, flags }): [string, string] => [
    type,
    [`from ${start}, ${size} long`, ...flags].join(', '),
  ]);
  return definitions(rows, width);
}

function streamId(id: number): string {
  const mask = id >>> 16;
  return mask === 0 ? hex(id) : `${hex(id)} (id ${hex(id & 0xffff)}, ignored bits ${hex(mask)})`;
}
