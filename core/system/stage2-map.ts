import { gicOf } from '../config/gic.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage, pageSize } from '../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../config/model.ts';
import { higher, lower, type Painted, paint, type Range, type Stroke } from './paint.ts';

/** What a page table entry of a cell's stage 2 says; ranges of one mapping share it. */
export interface Mapping {
  /** `mapped`: memory or device pages; `empty-page`: the hypervisor's page of zeros; `comm`: the page of the communication region. */
  readonly kind: 'mapped' | 'empty-page' | 'comm';
  /** Physical address minus guest-physical address; undefined where the page is one of the hypervisor's own. */
  readonly offset: bigint | undefined;
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  /** Mapped as device memory (JAILHOUSE_MEM_IO). */
  readonly device: boolean;
  /** The entry that it comes from; undefined where the hypervisor maps on its own account. */
  readonly region: MemoryRegion | undefined;
  /** What the hypervisor maps on its own account: `GICV`, `hypervisor memory`. */
  readonly unit: string | undefined;
}

export type Stage2 = readonly Painted<Mapping>[];

/** What runs past the last address is cut. */
const addressEnd = 1n << 64n;

/** One region of a cell in its own address space (arch_map_memory_region). Sub-page regions are not mapped: undefined. */
export function mapRegion(config: Config, region: MemoryRegion): Stroke<Mapping> | undefined {
  if (isSubPage(region) || isEmpty(region)) return undefined;
  return { ...rangeOf(region.virtStart.value, region.size.value), value: mappingOf(config, region) };
}

const mappings = new WeakMap<MemoryRegion, Mapping>();

function mappingOf(config: Config, region: MemoryRegion): Mapping {
  const known = mappings.get(region);
  if (known !== undefined) return known;
  const comm = isCommRegion(region);
  const read = hasFlag(region, 'READ');
  const mapping: Mapping = {
    kind: comm ? 'comm' : 'mapped',
    // The mapping works with whole pages: paging_create rounds the physical address down.
    offset: comm ? undefined : roundDown(region.physStart.value) - region.virtStart.value,
    read,
    write: hasFlag(region, 'WRITE'),
    // On ARM the hypervisor never sets execute-never: what can be read can be executed (mmu_cell.c).
    execute: config.arch === 'x86' ? hasFlag(region, 'EXECUTE') : read,
    device: hasFlag(region, 'IO'),
    region,
    unit: undefined,
  };
  mappings.set(region, mapping);
  return mapping;
}

/**
 * What the units map before a cell's regions. With a GICv2 the virtual CPU interface appears where the guest looks for the
 * physical one, two pages (gic-v2.c:gicv2_cell_init); firmware with SDEI, which is not known here, would leave the real one.
 */
export function unitStrokes(system: Config): readonly Stroke<Mapping>[] {
  const gic = gicOf(system);
  if (gic?.gicVersion?.value !== 2 || gic.giccBase.value === 0n) return [];
  const value: Mapping = {
    kind: 'mapped',
    offset: gic.gicvBase.value - gic.giccBase.value,
    read: true,
    write: true,
    execute: true,
    device: true,
    region: undefined,
    unit: 'GICV',
  };
  return [{ ...rangeOf(gic.giccBase.value, 2n * pageSize), value }];
}

/**
 * The root cell once Jailhouse is enabled: an empty page instead of each page of hypervisor memory, read-only; then the units;
 * then the regions, of which a later one wins (setup.c:init_early, init_late). With a virtual debug console one of the empty
 * pages is the console's ring buffer; which one depends on the build.
 */
export function enabledStage2(system: Config): Stage2 {
  const memory = system.system?.hypervisorMemory;
  const hidden: Stroke<Mapping>[] = [];
  if (memory !== undefined && !isEmpty(memory)) {
    const value: Mapping = {
      kind: 'empty-page',
      offset: undefined,
      read: true,
      write: false,
      execute: system.arch !== 'x86',
      device: false,
      region: memory,
      unit: 'hypervisor memory',
    };
    hidden.push({ ...rangeOf(memory.physStart.value, memory.size.value), value });
  }
  return paint([], [...hidden, ...unitStrokes(system), ...regionStrokes(system)]);
}

/** A cell's own address space, from create to destroy. */
export function cellStage2(system: Config, cell: Config): Stage2 {
  return paint([], [...unitStrokes(system), ...regionStrokes(cell)]);
}

function regionStrokes(config: Config): readonly Stroke<Mapping>[] {
  return config.memoryRegions.flatMap((region) => mapRegion(config, region) ?? []);
}

/**
 * Takes a cell's region away from the root cell. The hypervisor takes the physical address for the root cell's guest-physical
 * one, and decides by it whether the region is one of whole pages (control.c:unmap_from_root_cell).
 */
export function removalOf(region: MemoryRegion): Stroke<Mapping> | undefined {
  if (isEmpty(region) || !hasWholePages(region.physStart.value, region.size.value)) return undefined;
  return { ...rangeOf(region.physStart.value, region.size.value), value: undefined };
}

/** True where the hypervisor would map or unmap pages; false where it would register or drop a trap (JAILHOUSE_MEMORY_IS_SUBPAGE). */
export function hasWholePages(start: bigint, size: bigint): boolean {
  return start % pageSize === 0n && size % pageSize === 0n;
}

/** What the root cell gets back of a region of a cell: the common part with one of its own regions (control.c:remap_to_root_cell). */
export interface Return {
  readonly rootRegion: MemoryRegion;
  /** In the root cell's address space. */
  readonly virt: bigint;
  readonly phys: bigint;
  readonly size: bigint;
}

/** In the order of the root cell's regions; their flags count. */
export function returnsOf(system: Config, region: MemoryRegion): readonly Return[] {
  const start = region.physStart.value;
  const end = start + region.size.value;
  return rootRegionsIn(system, start, end).flatMap((rootRegion) => {
    const rootStart = rootRegion.physStart.value;
    const rootEnd = rootStart + rootRegion.size.value;
    const phys = higher(start, rootStart);
    const size = lower(end, rootEnd) - phys;
    if (size <= 0n) return [];
    return [{ rootRegion, virt: rootRegion.virtStart.value + phys - rootStart, phys, size }];
  });
}

export function returnStroke(system: Config, back: Return): Stroke<Mapping> | undefined {
  if (!hasWholePages(back.virt, back.size)) return undefined;
  return { ...rangeOf(back.virt, back.size), value: mappingOf(system, back.rootRegion) };
}

interface RegionIndex {
  readonly regions: readonly MemoryRegion[];
  /** Highest end of this region and all before it. */
  readonly reach: readonly bigint[];
}

const indexes = new WeakMap<Config, RegionIndex>();

/** The root cell's regions that touch [start, end) physically, in array order, without looking at all of them each time. */
function rootRegionsIn(system: Config, start: bigint, end: bigint): readonly MemoryRegion[] {
  let index = indexes.get(system);
  if (index === undefined) {
    const regions = [...system.memoryRegions].sort((a, b) => (a.physStart.value < b.physStart.value ? -1 : 1));
    let highest = 0n;
    const reach = regions.map((region) => {
      const regionEnd = region.physStart.value + region.size.value;
      if (regionEnd > highest) highest = regionEnd;
      return highest;
    });
    index = { regions, reach };
    indexes.set(system, index);
  }
  let low = 0;
  let high = index.regions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((index.regions[middle] as MemoryRegion).physStart.value < end) low = middle + 1;
    else high = middle;
  }
  const found: MemoryRegion[] = [];
  for (let at = low - 1; at >= 0 && (index.reach[at] as bigint) > start; at--) found.push(index.regions[at] as MemoryRegion);
  return found.sort((a, b) => a.index - b.index);
}

/** Whole pages around [start, start + size), cut at 2^64. */
function rangeOf(start: bigint, size: bigint): Range {
  const from = roundDown(start);
  // paging_create and paging_destroy round the address down and the size up, each for itself.
  const end = from + roundDown(size + pageSize - 1n);
  return { start: from, end: lower(end, addressEnd) };
}

function roundDown(address: bigint): bigint {
  return address - (address % pageSize);
}
