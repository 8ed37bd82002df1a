import { cpusOf } from '@jailhouse-cells/core/config/cpu-list.ts';
import { mmconfigWindow } from '@jailhouse-cells/core/config/intercepted-windows.ts';
import { pinsOf } from '@jailhouse-cells/core/config/interrupt-pins.ts';
import type { Config, MemoryRegion } from '@jailhouse-cells/core/config/model.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { FileReport } from '@jailhouse-cells/core/workspace/report.ts';
import { type DescribedConsole, describeConsole } from './console-description.ts';
import { Names } from './names.ts';
import { type DescribedPciDevice, describePciDevices } from './pci-description.ts';
import { type DescribedPlatform, describePlatform } from './platform-description.ts';

/**
 * A config as `show --format json` prints it: every bigint (addresses, sizes, masks of 64 bits) becomes a hex string there.
 * Sizes and ranges in bytes. Null: the layout or the architecture has no such thing.
 */
export interface ConfigDescription {
  readonly path: string;
  readonly origin: 'source' | 'binary';
  readonly kind: 'system' | 'cell';
  /** Of the cell; in a system config that of the root cell. */
  readonly name: string;
  readonly arch: string;
  readonly revision: number;
  readonly headers: { readonly origin: 'tree' | 'built-in'; readonly path: string; readonly revision: number | null } | null;
  /** Length of the `.cell` file. */
  readonly bytes: number;
  readonly system: { readonly name: string; readonly rootCell: string; readonly cells: number } | null;
  /** What only a system config holds. */
  readonly platform: DescribedPlatform | null;
  readonly cell: {
    readonly id: number;
    readonly flags: readonly string[];
    readonly cpus: readonly number[];
    readonly cpuSetBytes: number;
    /** INTx lines of virtual PCI devices: the first of four. */
    readonly vpciIrqBase: { readonly spi: number; readonly intid: number } | null;
    readonly cpuResetAddress: bigint | null;
    /** Spin iterations; 0 waits for ever. */
    readonly msgReplyTimeout: bigint | null;
    readonly console: DescribedConsole | null;
  };
  readonly memoryRegions: readonly DescribedRegion[];
  readonly irqchips: readonly DescribedIrqchip[];
  readonly pciDevices: readonly DescribedPciDevice[];
  readonly pioRanges: readonly { readonly base: number; readonly length: number }[];
  readonly cacheRegions: readonly {
    readonly start: number;
    readonly size: number;
    readonly type: string;
    readonly flags: readonly string[];
  }[];
  /** The 32-bit words; of an MMU-500 the low half is the id, the high half its bits that do not matter. */
  readonly streamIds: readonly number[];
}

export interface DescribedRegion {
  readonly index: number;
  readonly phys: bigint;
  readonly virt: bigint;
  readonly size: bigint;
  /** Without `JAILHOUSE_MEM_`. */
  readonly flags: readonly string[];
}

export interface DescribedIrqchip {
  readonly address: bigint;
  readonly id: number;
  readonly pinBase: number;
  /** On ARM these are INTIDs, and SPI numbers are 32 less; on x86 pins of an IOAPIC. */
  readonly pins: readonly number[];
}

export function describe(config: Config, report: FileReport, cwd: string): ConfigDescription {
  const { cell, system } = config;
  const revision = (system ?? cell).revision.value;
  const names = new Names(revision);
  const arm = config.arch !== 'x86';
  const { header, system: membership } = report;
  return {
    path: shownPath(cwd, config.path),
    origin: config.origin,
    kind: config.kind,
    name: cell.name.value,
    arch: config.arch,
    revision,
    headers: header === undefined ? null : { origin: header.kind, path: shownPath(cwd, header.path), revision: header.revision ?? null },
    bytes: config.bytes.length,
    system:
      membership === undefined
        ? null
        : { name: membership.name, rootCell: shownPath(cwd, membership.rootCell), cells: membership.cells.length },
    platform: system === undefined ? null : describePlatform(system, mmconfigWindow(config), names),
    cell: {
      id: cell.id.value,
      flags: names.flags('JAILHOUSE_CELL_', cell.flags.value, ['NAME_MAXLEN']),
      cpus: cpusOf(config.cpus.value),
      cpuSetBytes: config.cpus.size,
      vpciIrqBase: arm ? { spi: cell.vpciIrqBase.value, intid: cell.vpciIrqBase.value + 32 } : null,
      cpuResetAddress: cell.cpuResetAddress?.value ?? null,
      msgReplyTimeout: cell.msgReplyTimeout?.value ?? null,
      console: describeConsole(cell.console, names),
    },
    memoryRegions: config.memoryRegions.map((region) => describeRegion(region, names)),
    irqchips: config.irqchips.map((chip) => ({
      address: chip.address.value,
      id: chip.id.value,
      pinBase: chip.pinBase.value,
      pins: pinsOf(chip),
    })),
    pciDevices: describePciDevices(config, names),
    pioRanges: config.pioRanges.map((range) => ({ base: range.base.value, length: range.length.value })),
    cacheRegions: config.cacheRegions.map((region) => ({
      start: region.start.value,
      size: region.size.value,
      type: names.name('JAILHOUSE_CACHE_', region.type.value),
      flags: names.flags('JAILHOUSE_CACHE_', region.flags.value, ['L3']),
    })),
    streamIds: config.streamIds.map(({ id }) => id.value >>> 0),
  };
}

function describeRegion(region: MemoryRegion, names: Names): DescribedRegion {
  return {
    index: region.index,
    phys: region.physStart.value,
    virt: region.virtStart.value,
    size: region.size.value,
    flags: names.flags('JAILHOUSE_MEM_', region.flags.value, ['IO_WIDTH']),
  };
}
