import { hex, humanSize } from '@jailhouse-cells/core/source/numbers.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { unbroken } from '@jailhouse-cells/core/source/text-width.ts';
import { plural } from '../findings/result.ts';
import type { DescribedConsole } from './console-description.ts';
import type { ConfigDescription } from './description.ts';
import { addressSpan, runs } from './numbers-text.ts';
import type { DescribedPlatform } from './platform-description.ts';

type Row = readonly [string, string];

/** The head of a decode: what the file is, what the whole system has, what the cell has. */
export function headRows(config: ConfigDescription): readonly Row[] {
  const { cell, platform, headers, system } = config;
  const rows: Row[] = [['file', printable(config.path)]];
  if (headers !== null) rows.push(['headers', headersText(headers, config.origin)]);
  if (system !== null && config.kind === 'cell') rows.push(['system', `${printable(system.name)} (${printable(system.rootCell)})`]);
  if (system !== null && config.kind === 'system') rows.push(['cells', `${system.cells} in this system`]);
  if (platform !== null) rows.push(...platformRows(platform));
  if (cell.flags.length > 0) rows.push(['cell flags', cell.flags.join(' ')]);
  rows.push([
    'CPUs',
    cell.cpus.length === 0 ? `none (set of ${plural(cell.cpuSetBytes, 'byte')})` : `${runs(cell.cpus)} (${cell.cpus.length})`,
  ]);
  if (cell.vpciIrqBase !== null && (cell.vpciIrqBase.spi !== 0 || config.pciDevices.some((device) => device.ivshmem?.intx))) {
    const { spi, intid } = cell.vpciIrqBase;
    rows.push(['virtual INTx', `SPI ${spi}-${spi + 3} (INTID ${intid}-${intid + 3})`]);
  }
  if (cell.console !== null) rows.push(['console', consoleText(cell.console)]);
  if (config.kind === 'cell') {
    if (cell.cpuResetAddress !== null) rows.push(['CPU reset', hex(cell.cpuResetAddress)]);
    if (cell.msgReplyTimeout !== null) {
      rows.push(['reply timeout', cell.msgReplyTimeout === 0n ? 'none: waits for ever' : `${cell.msgReplyTimeout} spin iterations`]);
    }
  }
  return rows;
}

function headersText(headers: NonNullable<ConfigDescription['headers']>, origin: ConfigDescription['origin']): string {
  const revision = headers.revision === null ? 'no revision' : `revision ${headers.revision}`;
  if (headers.origin === 'tree') return `${printable(headers.path)} (${revision})`;
  return origin === 'binary' ? `read with the built-in tables, ${revision}` : `built in, ${revision}`;
}

function platformRows(platform: DescribedPlatform): Row[] {
  const { hypervisorMemory: memory, pci, gic, x86 } = platform;
  const rows: Row[] = [['hypervisor', `${addressSpan(memory.phys, memory.size)}, ${humanSize(memory.size)}`]];
  if (platform.flags.length > 0) rows.push(['system flags', platform.flags.join(' ')]);
  if (platform.debugConsole !== null) rows.push(['debug console', consoleText(platform.debugConsole)]);
  if (pci !== null) {
    const buses = pci.endBus === 0 ? 'bus 0' : `buses 0-${pci.endBus}`;
    const domain = pci.domain === null ? '' : pci.domain === 0xffff ? ', domain chosen by Linux' : `, domain ${pci.domain}`;
    const host = pci.virtual ? 'virtual host' : 'physical host';
    rows.push([
      'PCI config',
      `${addressSpan(pci.mmconfigBase, pci.mmconfigSize)}, ${humanSize(pci.mmconfigSize)}, ${buses}, ${host}${domain}`,
    ]);
  }
  if (gic !== null) rows.push(['GIC', gicText(gic)]);
  if (x86 !== null) {
    const parts = [`PM timer at port ${hex(x86.pmTimerAddress)}`];
    if (x86.apicMode !== null) parts.push(`APIC mode ${x86.apicMode}`);
    if (x86.vtdInterruptLimit !== null) parts.push(`VT-d interrupt limit ${x86.vtdInterruptLimit}`);
    rows.push(['x86', parts.join(', ')]);
  }
  for (const unit of platform.iommuUnits) {
    const size = BigInt(unit.size);
    const type = unit.type === null ? '' : `${unit.type} `;
    rows.push([`IOMMU ${unit.index}`, `${type}${addressSpan(unit.base, size)}, ${humanSize(size)}`]);
  }
  return rows;
}

function gicText(gic: NonNullable<DescribedPlatform['gic']>): string {
  const units = [
    ['GICD', gic.gicd],
    ['GICC', gic.gicc],
    ['GICH', gic.gich],
    ['GICV', gic.gicv],
    ['GICR', gic.gicr],
  ] as const;
  const parts = units.filter(([, base]) => base !== 0n).map(([name, base]) => `${name} ${hex(base)}`);
  const ppi = gic.maintenanceIrq >= 16 && gic.maintenanceIrq < 32 ? ` (PPI ${gic.maintenanceIrq - 16})` : '';
  const version = gic.version === null ? [] : [`v${gic.version}`];
  return [...version, ...parts, `maintenance INTID ${gic.maintenanceIrq}${ppi}`].map(unbroken).join(', ');
}

function consoleText(console: DescribedConsole): string {
  const where = console.access === 'PIO' ? `at port ${hex(console.address)}` : `at ${hex(console.address)}`;
  const parts = [`${console.type} ${where}${console.size > 0 ? ` (${humanSize(console.size)})` : ''}`, console.access, ...console.flags];
  if (console.divider > 0) parts.push(`divider ${console.divider}`);
  if (console.clockReg !== 0n) parts.push(`clock gate bit ${console.gateNr} of ${hex(console.clockReg)}`);
  return parts.map(unbroken).join(', ');
}
