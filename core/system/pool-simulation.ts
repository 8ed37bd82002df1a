import { cpusOf } from '../config/cpu-list.ts';
import { gicOf } from '../config/gic.ts';
import { gicWindows, mmconfigWindow } from '../config/intercepted-windows.ts';
import { ivshmemDevices, pciType } from '../config/ivshmem.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage, isTakenFromRoot } from '../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../config/model.ts';
import { PageTables } from './page-tables.ts';
import { hasWholePages, removalOf, returnsOf } from './stage2-map.ts';

/** What the pool's use depends on beside the configs. Sizes in bytes, the pool in pages. */
export interface PoolShape {
  readonly core: number;
  readonly perCpu: number;
  /** CPUs that room is made for. */
  readonly cpus: number;
  readonly pages: number;
  readonly usable: number;
  /** Bits of physical addresses of the CPUs (PARange). */
  readonly addressBits: number;
}

/** Where the hypervisor puts things in its own address space on arm64 (asm/paging.h, asm/jailhouse_header.h), as page numbers. */
const place = { image: 0xffffc0200, console: 0xffffc0000, remap: 0xff8000000 } as const;

/** Bytes of struct pci_device, and of the location and handler of a trap window. */
const pciDeviceSize = 344;
const windowSize = 32;

/** sizeof(struct cell) on arm64. */
const cellSize = 0x2000;

interface CellPages {
  readonly stage2: PageTables;
  /** Config, windows, root table, PCI devices. */
  readonly fixed: number;
}

/** Follows the hypervisor's page allocations from the early setup on (arm64). */
export class PoolSimulation {
  private readonly own: PageTables;
  private readonly root: PageTables;
  private readonly cells = new Map<Config, CellPages>();
  private fixed = 0;
  /** Whether the units of the root cell are set up. */
  private enabled = false;

  private constructor(
    private readonly system: Config,
    private readonly shape: PoolShape,
  ) {
    this.own = new PageTables(0, this.limit);
    this.root = this.stage2();
  }

  /** paging_init, init_early, arch_init_early */
  static early(system: Config, shape: PoolShape): PoolSimulation {
    const simulation = new PoolSimulation(system, shape);
    simulation.setUp();
    return simulation;
  }

  get used(): number {
    let pages = this.fixed + this.own.count + this.root.count + this.links();
    for (const cell of this.cells.values()) pages += cell.fixed + cell.stage2.count;
    return pages;
  }

  private setUp(): void {
    const memory = this.system.system?.hypervisorMemory;
    if (memory === undefined) return;
    const { shape } = this;
    const start = pageOf(memory.physStart.value);
    const size = pagesOf(memory.size.value);
    const perCpu = shape.perCpu / 0x1000;
    this.own.map(place.image, start, size, { blocks: true });
    const percpuAt = shape.core / 0x1000;
    // The private part of each CPU's data: all but its last page or so.
    for (let cpu = 0; cpu < shape.cpus && !this.own.isFull; cpu++) {
      const at = percpuAt + cpu * perCpu;
      this.own.map(place.image + at, start + at, perCpu - 1, { blocks: true });
    }
    const console = this.system.system?.debugConsole;
    if (console !== undefined && (console.flags.value & 1) !== 0)
      this.own.map(place.console, pageOf(console.address.value), pagesOf(BigInt(console.size.value)), { blocks: true });
    // The trampoline page, at its physical address.
    this.own.map(start, start, 1, { blocks: false });
    const parking = this.stage2();
    parking.map(0, start, 1, { blocks: false });
    const bitmap = Math.ceil(shape.pages / 0x8000);
    const remapBitmap = 4;
    this.fixed +=
      shape.cpus * perCpu +
      pagesFor(this.system.bytes.length) +
      bitmap +
      remapBitmap +
      2 * this.rootTablePages +
      parking.count +
      this.windowPages(this.system);
    this.root.map(start, 0, size, { blocks: false });
  }

  /** The CPUs, then init_late: units and the root cell's regions. */
  enable(): void {
    this.enabled = true;
    const temporary = 3;
    this.fixed += temporary * cpusOf(this.system.cpus.value).length + pciPages(this.system);
    let remapped = 0;
    const remap = (start: bigint, size: bigint): void => {
      if (size <= 0n) return;
      this.own.map(place.remap + remapped, pageOf(start), pagesOf(size), { blocks: true });
      remapped += pagesOf(size);
    };
    // The guests get GICV; the hypervisor uses the others itself.
    for (const { unit, start, size } of gicWindows(this.system)) if (unit !== 'GICV') remap(start, size);
    const mmconfig = mmconfigWindow(this.system);
    if (mmconfig !== undefined && this.system.system?.pciIsVirtual.value === 0) remap(mmconfig.start, mmconfig.size);
    for (const device of this.system.pciDevices)
      if (device.type.value !== pciType.ivshmem && device.msixAddress.value !== 0n)
        remap(device.msixAddress.value, BigInt(device.msixRegionSize.value));
    this.mapUnits(this.root);
    for (const region of this.system.memoryRegions) mapRegion(this.root, region);
  }

  create(cell: Config): void {
    const made = this.cellPages(cell);
    this.cells.set(cell, made);
    this.mapUnits(made.stage2);
    for (const region of cell.memoryRegions) {
      if (isTakenFromRoot(region)) this.remove(region);
      mapRegion(made.stage2, region);
    }
  }

  load(cell: Config): void {
    for (const region of cell.memoryRegions) if (hasFlag(region, 'LOADABLE')) this.giveBack(region);
  }

  start(cell: Config): void {
    for (const region of cell.memoryRegions) if (hasFlag(region, 'LOADABLE')) this.remove(region);
  }

  destroy(cell: Config): void {
    for (const region of cell.memoryRegions) if (isTakenFromRoot(region)) this.giveBack(region);
    this.cells.delete(cell);
  }

  /** What a cell takes for itself. */
  pagesOfCell(cell: Config): number {
    const { fixed, stage2 } = this.cellPages(cell);
    this.mapUnits(stage2);
    for (const region of cell.memoryRegions) mapRegion(stage2, region);
    return fixed + stage2.count;
  }

  private cellPages(cell: Config): CellPages {
    const fixed = pagesFor(cellSize + cell.bytes.length) + this.windowPages(cell) + this.rootTablePages + pciPages(cell);
    return { stage2: this.stage2(), fixed };
  }

  private remove(region: MemoryRegion): void {
    if (removalOf(region) !== undefined) this.root.unmap(pageOf(region.physStart.value), pagesOf(region.size.value));
  }

  private giveBack(region: MemoryRegion): void {
    for (const { rootRegion, virt, phys, size } of returnsOf(this.system, region))
      if (hasWholePages(virt, size))
        this.root.map(pageOf(virt), pageOf(phys), pagesOf(size), { blocks: !hasFlag(rootRegion, 'NO_HUGEPAGES') });
  }

  /** One page for each shared-memory link, with however many peers (ivshmem_init). */
  private links(): number {
    const bdfs = new Set<number>();
    for (const config of this.enabled ? [this.system, ...this.cells.keys()] : this.cells.keys())
      for (const device of ivshmemDevices(config)) bdfs.add(device.bdf.value);
    return bdfs.size;
  }

  private mapUnits(stage2: PageTables): void {
    const gic = gicOf(this.system);
    if (gic?.gicVersion?.value === 2 && gic.giccBase.value !== 0n)
      stage2.map(pageOf(gic.giccBase.value), pageOf(gic.gicvBase.value), 2, { blocks: false });
  }

  /** Pages of the table of trap windows (mmio_cell_init): its size is fixed when the cell is made. */
  private windowPages(config: Config): number {
    const virtual = ivshmemDevices(config).length;
    const msix = config.pciDevices.filter((device) => device.type.value !== pciType.ivshmem && device.msixAddress.value !== 0n).length;
    const gic = gicOf(this.system)?.gicVersion?.value === 3 ? 1 + cpusOf(this.system.cpus.value).length : 1;
    const mmconfig = mmconfigWindow(this.system) === undefined ? 0 : 1;
    const subPages = config.memoryRegions.filter(isSubPage).length;
    return pagesFor((gic + mmconfig + 2 * virtual + msix + subPages) * windowSize);
  }

  /** CELL_ROOT_PT_PAGES: several in a row where three levels have to do for more than 39 bits. */
  private get rootTablePages(): number {
    const bits = this.shape.addressBits;
    return bits > 39 && bits < 44 ? 2 ** (bits - 39) : 1;
  }

  private stage2(): PageTables {
    return new PageTables(this.shape.addressBits < 44 ? 1 : 0, this.limit);
  }

  /** Where counting ends: few pools hold more, and no working config needs as many. */
  private get limit(): number {
    return Math.min(Math.max(this.shape.usable, 0x400), 0x2000);
  }
}

function mapRegion(stage2: PageTables, region: MemoryRegion): void {
  if (isEmpty(region) || isSubPage(region)) return;
  // The page of the communication region is the hypervisor's: never aligned to a block.
  const phys = isCommRegion(region) ? 1 : pageOf(region.physStart.value);
  stage2.map(pageOf(region.virtStart.value), phys, pagesOf(region.size.value), { blocks: !hasFlag(region, 'NO_HUGEPAGES') });
}

function pciPages(config: Config): number {
  return pagesFor(pciDeviceSize * config.pciDevices.length);
}

function pagesFor(bytes: number): number {
  return Math.ceil(bytes / 0x1000);
}

function pageOf(address: bigint): number {
  return Number(address >> 12n);
}

function pagesOf(size: bigint): number {
  return Number((size + 0xfffn) >> 12n);
}
