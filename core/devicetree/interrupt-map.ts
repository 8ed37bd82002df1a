import type { Span } from '../source/span.ts';
import { interruptCells } from './interrupt-parent.ts';
import { type InterruptSpecifier, readSpecifier } from './interrupt-specifier.ts';
import type { TreeNode, TreeProperty } from './model.ts';
import { phandlesOf, rootOf } from './phandles.ts';
import { cellOf, cellsOf, property, spanOfCells } from './tree-access.ts';

/** One line of `interrupt-map` (Devicetree Specification 2.4.3.1). */
export interface InterruptMapEntry extends InterruptSpecifier {
  readonly index: number;
  /** Unit address that it is for, as cells: three on a PCI bus, `device << 11` in the first. */
  readonly childAddress: readonly number[];
  /** The child's specifier, as cells. */
  readonly childSpecifier: readonly number[];
  /** First cell of the child's specifier: 1 to 4 for INTA to INTD of PCI. 0 where there is none. */
  readonly pin: number;
  readonly controller: TreeNode;
  /** Address on the controller's side, as cells: none for most. */
  readonly parentAddress: readonly number[];
  /** What the controller reads. */
  readonly cells: readonly number[];
  readonly span: Span;
  readonly childAddressSpan: Span;
  readonly pinSpan: Span;
  readonly controllerSpan: Span;
  /** The specifier for the controller. */
  readonly specifierSpan: Span;
}

export interface InterruptMap {
  readonly property: TreeProperty;
  readonly entries: readonly InterruptMapEntry[];
  /** `interrupt-map-mask`: address cells, then specifier cells; undefined where it is missing (Linux compares all bits then). */
  readonly mask: readonly number[] | undefined;
  readonly maskProperty: TreeProperty | undefined;
  /** Cells behind the last entry that can be read. */
  readonly rest: number;
  /**
   * The entries are written for another number of address cells than the controller says (`#address-cells`; none means 0): Linux reads every entry
   * after the first at the wrong place. `entries` are then as they are written. A few interrupt controllers that are no PCI hosts want it so: their
   * drivers read the map themselves (Linux, drivers/of/irq.c:of_irq_imap_abusers).
   */
  readonly wrongStride: { readonly controller: TreeNode; readonly said: number; readonly written: number } | undefined;
}

/** Address cells of a controller in a map: Linux takes 0, not 2, where it says nothing (of_irq_parse_raw). */
function controllerAddressCells(controller: TreeNode): number {
  return cellOf(controller, '#address-cells') ?? 0;
}

/** A tree does not change once it is read. */
const known = new WeakMap<TreeNode, InterruptMap>();

/** Undefined for a node without `interrupt-map`. */
export function interruptMapOf(nexus: TreeNode): InterruptMap | undefined {
  const before = known.get(nexus);
  if (before !== undefined) return before;
  const map = property(nexus, 'interrupt-map');
  if (map === undefined) return undefined;
  const decoded = decode(nexus, map);
  known.set(nexus, decoded);
  return decoded;
}

/** Cells in front of the controller in each entry: the unit address and the specifier of the child. */
export function childCells(nexus: TreeNode): { readonly address: number; readonly specifier: number } {
  return { address: Math.min(nexusAddressCells(nexus), 4), specifier: interruptCells(nexus) ?? 1 };
}

/** Levels above a nexus in which its address cells are looked for. */
const deepestNexus = 64;

/** Linux looks above a nexus that does not say its own (of_irq_parse_raw). */
function nexusAddressCells(nexus: TreeNode): number {
  let at: TreeNode | undefined = nexus;
  for (let depth = 0; at !== undefined && depth < deepestNexus; depth++, at = at.parent) {
    const cells = cellOf(at, '#address-cells');
    if (cells !== undefined) return cells;
  }
  return 2;
}

function decode(nexus: TreeNode, map: TreeProperty): InterruptMap {
  const mask = property(nexus, 'interrupt-map-mask');
  const common = { property: map, mask: mask && cellsOf(mask), maskProperty: mask };
  const cells = cellsOf(map);
  const asSaid = readEntries(nexus, map, cells, undefined);
  if (asSaid.rest > 0 && asSaid.first !== undefined) {
    const said = controllerAddressCells(asSaid.first);
    for (const written of [0, 1, 2]) {
      if (written === said) continue;
      const read = readEntries(nexus, map, cells, written);
      if (read.rest === 0) return { ...common, ...read, wrongStride: { controller: asSaid.first, said, written } };
    }
  }
  return { ...common, entries: asSaid.entries, rest: asSaid.rest, wrongStride: undefined };
}

interface Entries {
  readonly entries: readonly InterruptMapEntry[];
  readonly rest: number;
  /** The first controller that is named. */
  readonly first: TreeNode | undefined;
}

/** Reads until a phandle leads nowhere or the cells run out. `addressCells` stands in for what the controllers say. */
function readEntries(nexus: TreeNode, map: TreeProperty, cells: readonly number[], addressCells: number | undefined): Entries {
  const child = childCells(nexus);
  const phandles = phandlesOf(rootOf(nexus));
  const entries: InterruptMapEntry[] = [];
  let first: TreeNode | undefined;
  let at = 0;
  while (at < cells.length) {
    const controllerAt = at + child.address + child.specifier;
    const phandle = cells[controllerAt];
    const controller = phandle === undefined ? undefined : phandles.get(phandle);
    const specifierCells = controller && interruptCells(controller);
    if (controller === undefined || specifierCells === undefined) break;
    first ??= controller;
    const parentCells = addressCells ?? controllerAddressCells(controller);
    const specifierAt = controllerAt + 1 + parentCells;
    const end = specifierAt + specifierCells;
    if (end > cells.length) break;
    const specifier = cells.slice(specifierAt, end);
    entries.push({
      ...readSpecifier(controller, specifier),
      index: entries.length,
      childAddress: cells.slice(at, at + child.address),
      childSpecifier: cells.slice(at + child.address, controllerAt),
      pin: child.specifier === 0 ? 0 : (cells[at + child.address] ?? 0),
      controller,
      parentAddress: cells.slice(controllerAt + 1, specifierAt),
      cells: specifier,
      span: spanOfCells(map, at, end - at),
      childAddressSpan: spanOfCells(map, at, child.address),
      pinSpan: spanOfCells(map, at + child.address, child.specifier),
      controllerSpan: spanOfCells(map, controllerAt, 1),
      specifierSpan: spanOfCells(map, specifierAt, specifierCells),
    });
    at = end;
  }
  return { entries, rest: cells.length - at, first };
}

/** Entries by what is left of them under the mask; the first of two counts. */
const lookups = new WeakMap<InterruptMap, ReadonlyMap<string, InterruptMapEntry>>();

/** The entry that an interrupt of a child takes, by its unit address and specifier under the mask. */
export function mappedEntry(
  map: InterruptMap,
  unitAddress: readonly number[],
  specifier: readonly number[],
): InterruptMapEntry | undefined {
  const [sample] = map.entries;
  if (sample === undefined) return undefined;
  let lookup = lookups.get(map);
  if (lookup === undefined) {
    const made = new Map<string, InterruptMapEntry>();
    for (const entry of map.entries) {
      const key = masked([...entry.childAddress, ...entry.childSpecifier], map.mask);
      if (!made.has(key)) made.set(key, entry);
    }
    lookup = made;
    lookups.set(map, made);
  }
  const address = sample.childAddress.map((_, i) => unitAddress[i] ?? 0);
  return lookup.get(masked([...address, ...sample.childSpecifier.map((_, i) => specifier[i] ?? 0)], map.mask));
}

function masked(cells: readonly number[], mask: readonly number[] | undefined): string {
  return cells.map((cell, i) => (mask === undefined ? cell : (cell & (mask[i] ?? 0)) >>> 0)).join(' ');
}
