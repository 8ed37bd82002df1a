import type { Span } from '../source/span.ts';
import type { TreeNode, TreeProperty } from './model.ts';
import { cellOf, cellsOf, nodesBelow, numberIn, property, spanOfCells } from './tree-access.ts';

/**
 * Addresses of a device tree: Devicetree Specification v0.4, 2.3.5 (#address-cells, #size-cells), 2.3.6 (reg), 2.3.8 (ranges). The three-cell addresses of
 * PCI are those of the PCI Bus Binding to Open Firmware, 2.2.1.1: flags in the first cell, a 64-bit address in the other two.
 */

/** Cells of an address and of a size. */
export interface CellCounts {
  readonly address: number;
  readonly size: number;
}

/** What `#address-cells` and `#size-cells` of a node say of its children's `reg`; 2 and 1 where it says nothing. They are not inherited. */
export function cellCounts(node: TreeNode): CellCounts {
  return { address: cellOf(node, '#address-cells') ?? 2, size: cellOf(node, '#size-cells') ?? 1 };
}

/** Linux reads no longer addresses and sizes (drivers/of: OF_MAX_ADDR_CELLS). */
const mostCells = 4;

/** One address and size of `reg`, bytes. */
export interface RegEntry {
  readonly index: number;
  /** As the node writes it: the address on its bus, all cells as one number. */
  readonly busAddress: bigint;
  /** As the CPUs see it, after the `ranges` of all buses above; undefined where they cannot address it (`cpus`, I2C, PCI configuration space). */
  readonly address: bigint | undefined;
  /** 0 where the bus has no sizes. */
  readonly size: bigint;
  readonly span: Span;
  readonly addressSpan: Span;
  /** That of the entry where the bus has no sizes. */
  readonly sizeSpan: Span;
}

/** How a value divides into entries: a rest means that it was written for other cell counts than those of the parent. */
export interface EntryShape {
  readonly counts: CellCounts;
  /** Cells that one entry takes; 0 where the counts cannot be used. */
  readonly perEntry: number;
  /** Whole cells in the value. */
  readonly cells: number;
  /** Bytes behind the last whole entry. */
  readonly rest: number;
}

/** How `reg` of a node divides by its parent's cell counts; undefined for the root and for nodes without `reg`. */
export function regShape(node: TreeNode): EntryShape | undefined {
  const reg = property(node, 'reg');
  if (reg === undefined || node.parent === undefined) return undefined;
  const counts = cellCounts(node.parent);
  const usable = counts.address > 0 && counts.address <= mostCells && counts.size <= mostCells;
  const perEntry = usable ? counts.address + counts.size : 0;
  const rest = perEntry === 0 ? reg.value.length : reg.value.length % (perEntry * 4);
  return { counts, perEntry, cells: Math.floor(reg.value.length / 4), rest };
}

/** The whole entries of `reg`; a rest that is too short for one is left out (`regShape` tells). */
export function regOf(node: TreeNode): readonly RegEntry[] {
  const reg = property(node, 'reg');
  const bus = node.parent;
  const shape = regShape(node);
  if (reg === undefined || bus === undefined || shape === undefined || shape.perEntry === 0) return [];
  const { counts, perEntry } = shape;
  const entries: RegEntry[] = [];
  for (let at = 0; at + perEntry <= shape.cells; at += perEntry) {
    const busAddress = numberIn(reg, at, counts.address) ?? 0n;
    const span = spanOfCells(reg, at, perEntry);
    entries.push({
      index: entries.length,
      busAddress,
      // Without sizes it is no memory: a CPU's number, the address of a chip on I2C.
      address: counts.size === 0 ? undefined : translate(bus, busAddress),
      size: numberIn(reg, at + counts.address, counts.size) ?? 0n,
      span,
      addressSpan: spanOfCells(reg, at, counts.address),
      sizeSpan: counts.size === 0 ? span : spanOfCells(reg, at + counts.address, counts.size),
    });
  }
  return entries;
}

/** One window of a bus: children see it at `childAddress`, the bus above at `parentAddress`. Bytes. */
export interface RangeEntry {
  readonly index: number;
  /** First cell of a three-cell (PCI) address: bits 24 and 25 are 1 for I/O, 2 for 32-bit, 3 for 64-bit memory; bit 30 prefetchable. Else undefined. */
  readonly flags: number | undefined;
  /** Without the flags. */
  readonly childAddress: bigint;
  readonly parentAddress: bigint;
  /** Where the CPUs see it, after the buses above; undefined where they do not. */
  readonly address: bigint | undefined;
  readonly size: bigint;
  readonly span: Span;
  readonly childSpan: Span;
  readonly parentSpan: Span;
  readonly sizeSpan: Span;
}

/** The windows of a bus: an empty list where `ranges` is empty (addresses are the same above), undefined where there is none (nothing gets through). */
export function rangesOf(bus: TreeNode): readonly RangeEntry[] | undefined {
  return windowsOf(bus)?.map((window) => {
    const { property: of, cell, counts, parentCells } = window;
    const total = counts.address + parentCells + counts.size;
    return {
      index: window.index,
      flags: window.flags,
      childAddress: window.child,
      parentAddress: window.parent,
      address: bus.parent === undefined ? window.parent : translate(bus.parent, window.parent),
      size: window.size,
      span: spanOfCells(of, cell, total),
      childSpan: spanOfCells(of, cell, counts.address),
      parentSpan: spanOfCells(of, cell + counts.address, parentCells),
      sizeSpan: spanOfCells(of, cell + counts.address + parentCells, counts.size),
    };
  });
}

/** Cells that one entry of `ranges` takes, and the bytes behind the last whole one. Undefined without `ranges` and for the root. */
export function rangesShape(bus: TreeNode): EntryShape | undefined {
  const ranges = property(bus, 'ranges');
  if (ranges === undefined || bus.parent === undefined) return undefined;
  const counts = cellCounts(bus);
  const parentCells = cellCounts(bus.parent).address;
  const usable = [counts.address, counts.size, parentCells].every((count) => count > 0 && count <= mostCells);
  const perEntry = usable ? counts.address + parentCells + counts.size : 0;
  const rest = perEntry === 0 ? ranges.value.length : ranges.value.length % (perEntry * 4);
  return { counts, perEntry, cells: Math.floor(ranges.value.length / 4), rest };
}

interface Window {
  readonly index: number;
  readonly property: TreeProperty;
  /** Where the entry starts, in cells. */
  readonly cell: number;
  readonly counts: CellCounts;
  readonly parentCells: number;
  readonly flags: number | undefined;
  readonly child: bigint;
  readonly parent: bigint;
  readonly size: bigint;
}

/** Windows of a bus that are looked at: real buses have less than a hundred. */
const mostWindows = 256;

/** A tree does not change once it is read. */
const knownWindows = new WeakMap<TreeNode, readonly Window[] | 'none'>();

function windowsOf(bus: TreeNode): readonly Window[] | undefined {
  const known = knownWindows.get(bus);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const windows = decodeWindows(bus);
  knownWindows.set(bus, windows ?? 'none');
  return windows;
}

function decodeWindows(bus: TreeNode): readonly Window[] | undefined {
  const ranges = property(bus, 'ranges');
  const shape = rangesShape(bus);
  if (ranges === undefined || bus.parent === undefined || shape === undefined) return undefined;
  if (ranges.value.length === 0) return [];
  if (shape.cells < shape.perEntry || shape.perEntry === 0) return undefined;
  const { counts } = shape;
  const parentCells = cellCounts(bus.parent).address;
  const windows: Window[] = [];
  for (let cell = 0; cell + shape.perEntry <= shape.cells && windows.length < mostWindows; cell += shape.perEntry) {
    const { flags, address: child } = splitAddress(numberIn(ranges, cell, counts.address) ?? 0n, counts.address);
    windows.push({
      index: windows.length,
      property: ranges,
      cell,
      counts,
      parentCells,
      flags,
      child,
      parent: numberIn(ranges, cell + counts.address, parentCells) ?? 0n,
      size: numberIn(ranges, cell + counts.address + parentCells, counts.size) ?? 0n,
    });
  }
  return windows;
}

/** PCI addresses: the flags, and the rest. Other addresses have none. */
function splitAddress(address: bigint, cells: number): { readonly flags: number | undefined; readonly address: bigint } {
  if (cells !== 3) return { flags: undefined, address };
  return { flags: Number((address >> 64n) & 0xffffffffn), address: address & 0xffffffffffffffffn };
}

/** Which of the spaces an address is in: 0 configuration, 1 I/O, 2 memory (32 or 64 bits). Other addresses than PCI's have one space. */
function spaceOf(flags: number | undefined): number {
  if (flags === undefined) return 0;
  const space = (flags >>> 24) & 3;
  return space === 3 ? 2 : space;
}

/** Buses inside buses that are followed: real trees have less than ten. */
const deepestBus = 64;

/**
 * The address that CPUs use for an address on a bus (all its cells as one number), through the `ranges` of the bus and of every bus above it. Undefined
 * where a bus has no `ranges`, or none that holds the address. The start decides, as in Linux; a size is not looked at.
 */
export function translate(bus: TreeNode, address: bigint): bigint | undefined {
  let at = bus;
  for (let depth = 0; at.parent !== undefined; depth++) {
    const windows = depth < deepestBus ? windowsOf(at) : undefined;
    if (windows === undefined) return undefined;
    const own = splitAddress(address, cellCounts(at).address);
    if (windows.length === 0) address = own.address;
    else {
      const fits = windows.find(
        ({ flags, child, size }) => spaceOf(flags) === spaceOf(own.flags) && own.address >= child && own.address < child + size,
      );
      if (fits === undefined || (own.flags !== undefined && spaceOf(own.flags) === 0)) return undefined;
      address = fits.parent + (own.address - fits.child);
    }
    at = at.parent;
  }
  return address;
}

/** The address on a bus for an address of the CPUs, with the flags of the window on a PCI bus. Undefined where the bus does not see it. */
export function toBus(bus: TreeNode, cpuAddress: bigint): bigint | undefined {
  const chain: TreeNode[] = [];
  for (let at = bus; at.parent !== undefined; at = at.parent) chain.push(at);
  if (chain.length > deepestBus) return undefined;
  let address = cpuAddress;
  for (const at of chain.reverse()) {
    const windows = windowsOf(at);
    if (windows === undefined) return undefined;
    if (windows.length === 0) continue;
    const parent = at.parent as TreeNode;
    const above = splitAddress(address, cellCounts(parent).address).address;
    const fits = windows.find((window) => above >= window.parent && above < window.parent + window.size);
    if (fits === undefined) return undefined;
    address = fits.child + (above - fits.parent);
    if (fits.flags !== undefined) address |= BigInt(fits.flags) << 64n;
  }
  return address;
}

/** An address that would mean something else if it were one of a bus. */
export interface BusReading {
  readonly bus: TreeNode;
  /** What the CPUs would have to write. */
  readonly address: bigint;
}

/**
 * What a number means when it is taken for an address on one of the tree's buses: 0x7e215040 on a Raspberry Pi 4 means 0xfe215040. Buses that change
 * nothing and PCI are left out. Outer buses first.
 */
export function busReadings(root: TreeNode, address: bigint): readonly BusReading[] {
  let buses = knownBuses.get(root);
  if (buses === undefined) {
    buses = [...nodesBelow(root)].filter(changesAddresses).slice(0, mostBuses);
    knownBuses.set(root, buses);
  }
  return buses.flatMap((bus) => {
    const translated = translate(bus, address);
    return translated === undefined || translated === address ? [] : [{ bus, address: translated }];
  });
}

/** Buses that are looked at: real trees have less than twenty that change addresses. */
const mostBuses = 256;

/** A tree does not change once it is read. */
const knownBuses = new WeakMap<TreeNode, readonly TreeNode[]>();

function changesAddresses(bus: TreeNode): boolean {
  if (bus.parent === undefined || property(bus, 'ranges') === undefined || cellCounts(bus).address === 3) return false;
  return (windowsOf(bus)?.length ?? 0) > 0;
}

/** The cells of a node's first address: its unit address in an interrupt map. Empty without `reg`. */
export function unitAddressOf(node: TreeNode): readonly number[] {
  const reg = property(node, 'reg');
  if (reg === undefined || node.parent === undefined) return [];
  return cellsOf(reg).slice(0, Math.min(cellCounts(node.parent).address, mostCells));
}
