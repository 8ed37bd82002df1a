import { cpusOf } from '../config/cpu-list.ts';
import { gicOf } from '../config/gic.ts';
import { gicWindows, ivshmemBarWindow, mmconfigWindow, x86InterruptWindows } from '../config/intercepted-windows.ts';
import { iommuType, usedIommuUnits } from '../config/iommu-types.ts';
import { bdfName, pciType } from '../config/ivshmem.ts';
import { hasFlag, isSubPage, pageSize } from '../config/memory-flags.ts';
import type { Config, MemoryRegion, PciDevice } from '../config/model.ts';
import { compare } from './paint.ts';

/** Addresses at which an access of a cell traps into the hypervisor, where nothing is mapped (hypervisor/mmio.c). */
export interface TrapWindow {
  /** Guest-physical; bytes, not pages. */
  readonly start: bigint;
  readonly size: bigint;
  /** As messages call it: `GICD`, `the PCI configuration window`, `mem_regions[3]`. */
  readonly name: string;
  /** The sub-page region that it stands for: the hypervisor replays accesses at `phys`. Undefined where it answers itself. */
  readonly region: MemoryRegion | undefined;
  /** Physical address of the first byte; undefined where the hypervisor answers itself. */
  readonly phys: bigint | undefined;
  readonly read: boolean;
  readonly write: boolean;
  /** The handler's argument was on the hypervisor's stack: an access does anything (control.c:remap_to_root_cell keeps `&overlap`). */
  readonly dangling: boolean;
}

/** The windows of one cell, ascending by start, as the hypervisor keeps them. */
export type TrapWindows = readonly TrapWindow[];

/** What the hypervisor answers itself. */
function answered(name: string, start: bigint, size: bigint): TrapWindow {
  return { start, size, name, region: undefined, phys: undefined, read: true, write: true, dangling: false };
}

/** A sub-page region of a cell, replayed one access at a time. */
function replayed(region: MemoryRegion): TrapWindow {
  return {
    start: region.virtStart.value,
    size: region.size.value,
    name: region.path,
    region,
    phys: region.physStart.value,
    read: hasFlag(region, 'READ'),
    write: hasFlag(region, 'WRITE'),
    dangling: false,
  };
}

/**
 * All windows of a cell once it is created; of the root cell once Jailhouse is enabled. Where a guest puts the BARs of its
 * ivshmem devices is known only for the root cell, whose driver takes the window that the hypervisor's overlay gives it.
 */
export function initialWindows(system: Config, config: Config): TrapWindows {
  const windows: TrapWindow[] = gicTraps(system);
  windows.push(...x86InterruptWindows(config).map(plainWindow));
  if (config === system)
    for (const unit of usedIommuUnits(system))
      if (unit.type?.value === iommuType.intel) windows.push(answered(`the IOMMU unit ${unit.path}`, unit.base.value, pageSize));
  const mmconfig = mmconfigWindow(system);
  if (mmconfig !== undefined) windows.push(plainWindow(mmconfig));
  windows.push(...config.pciDevices.flatMap((device) => msixWindow(device) ?? []));
  const bars = config === system ? ivshmemBarWindow(system) : undefined;
  if (bars !== undefined) windows.push(plainWindow(bars));
  windows.push(...config.memoryRegions.filter(isSubPage).map(replayed));
  return windows.sort((a, b) => compare(a.start, b.start));
}

function plainWindow({ name, start, size }: { readonly name: string; readonly start: bigint; readonly size: bigint }): TrapWindow {
  return answered(name, start, size);
}

/** GICD; with a GICv3 also one window for the redistributor of each CPU of the root cell (gic-v3.c:gicv3_cell_init). */
function gicTraps(system: Config): TrapWindow[] {
  const gicd = gicWindows(system).filter(({ unit }) => unit === 'GICD');
  const gic = gicOf(system);
  const perCpu = 0x20000n;
  const redistributors =
    gic?.gicVersion?.value === 3 && gic.gicrBase.value !== 0n
      ? cpusOf(system.cpus.value).map((cpu) => answered(`GICR of CPU ${cpu}`, gic.gicrBase.value + BigInt(cpu) * perCpu, perCpu))
      : [];
  return [...gicd.map(plainWindow), ...redistributors];
}

/** The table of a physical device's MSI-X vectors (pci.c:pci_add_physical_device). */
export function msixWindow(device: PciDevice): TrapWindow | undefined {
  if (device.type.value === pciType.ivshmem || device.msixAddress.value === 0n) return undefined;
  return answered(`the MSI-X table of ${bdfName(device.bdf.value)}`, device.msixAddress.value, BigInt(device.msixRegionSize.value));
}

/** Puts a window in its place, behind those that start where it does (mmio_region_register). */
export function register(windows: TrapWindow[], window: TrapWindow): void {
  let low = 0;
  let high = windows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((windows[middle] as TrapWindow).start <= window.start) low = middle + 1;
    else high = middle;
  }
  windows.splice(low, 0, window);
}

/** Drops the whole window that an access to the address finds, whatever its size (mmio_region_unregister). */
export function unregister(windows: TrapWindow[], address: bigint): void {
  const at = indexAt(windows, address);
  if (at >= 0) windows.splice(at, 1);
}

/** The window that a one-byte access to the address finds. */
export function windowAt(windows: TrapWindows, address: bigint): TrapWindow | undefined {
  return windows[indexAt(windows, address)];
}

/**
 * The hypervisor halves its sorted list as if the windows were disjoint (mmio.c:find_region): where they overlap, which one
 * answers depends on their number.
 */
function indexAt(windows: TrapWindows, address: bigint): number {
  let first = 0;
  let count = windows.length;
  while (count > 0) {
    const at = first + (count >> 1);
    const window = windows[at] as TrapWindow;
    if (address < window.start) count = at - first;
    else if (window.start + window.size < address + 1n) {
      count -= at + 1 - first;
      first = at + 1;
    } else return at;
  }
  return -1;
}
