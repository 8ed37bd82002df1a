import type { AddressRange } from '../config/address-window.ts';
import { cellCounts, regOf } from '../devicetree/addresses.ts';
import type { DeviceTree, TreeNode } from '../devicetree/model.ts';
import { cellOf, numberIn, property, stringOf } from '../devicetree/tree-access.ts';
import type { DynamicReservation, ReservedRange } from './board.ts';
import { byStart } from './memory-nodes.ts';

/** The node whose children reserve memory (Devicetree Specification 3.5). */
export function reservedMemoryNode(root: TreeNode): TreeNode | undefined {
  return root.children.find(({ name }) => name === 'reserved-memory');
}

/** Why Linux passes over all of `/reserved-memory`. */
export type ReservationsUnread = '#address-cells' | '#size-cells' | 'ranges';

/**
 * Linux reads `/reserved-memory` only with the root's cell counts, written down again, and with `ranges`
 * (drivers/of/of_reserved_mem.c:__reserved_mem_check_root: "unsupported node format, ignoring"). Undefined where all is well.
 */
export function reservationsUnread(reservedMemory: TreeNode): ReservationsUnread | undefined {
  const root = reservedMemory.parent;
  if (root === undefined) return undefined;
  const expected = cellCounts(root);
  if (cellOf(reservedMemory, '#address-cells') !== expected.address) return '#address-cells';
  if (cellOf(reservedMemory, '#size-cells') !== expected.size) return '#size-cells';
  return property(reservedMemory, 'ranges') === undefined ? 'ranges' : undefined;
}

/** Reserved ranges with a place of their own, ascending: children of `/reserved-memory` by their own cell counts, and `/memreserve/`. */
export function reservedRanges(tree: DeviceTree): readonly ReservedRange[] {
  const ranges: ReservedRange[] = [];
  for (const node of reservations(tree.root)) {
    for (const { address, size, span } of regOf(node)) {
      if (address !== undefined && size > 0n)
        ranges.push({ name: node.name, start: address, size, span, ...use(node), from: 'node', node });
    }
  }
  for (const { address, size, span } of tree.reservations) {
    if (size > 0n)
      ranges.push({ name: '/memreserve/', start: address, size, span, noMap: false, reusable: false, from: 'memreserve', node: undefined });
  }
  return ranges.sort(byStart);
}

/** Pools that Linux places at boot: `size`, and no `reg`. */
export function dynamicReservations(root: TreeNode): readonly DynamicReservation[] {
  const found: DynamicReservation[] = [];
  for (const node of reservations(root)) {
    const size = property(node, 'size');
    const parent = node.parent;
    if (size === undefined || parent === undefined || property(node, 'reg') !== undefined) continue;
    const counts = cellCounts(parent);
    const bytes = counts.size > 0 && counts.size <= 4 ? numberIn(size, 0, counts.size) : undefined;
    if (bytes === undefined || bytes === 0n) continue;
    found.push({ name: node.name, size: bytes, within: allocRanges(node, counts), ...use(node), node, span: size.valueSpan });
  }
  return found;
}

/** `alloc-ranges`: one address and size after the other, as in `reg`. */
function allocRanges(node: TreeNode, counts: { readonly address: number; readonly size: number }): readonly AddressRange[] {
  const ranges = property(node, 'alloc-ranges');
  const perEntry = counts.address + counts.size;
  if (ranges === undefined || counts.address === 0 || counts.address > 4) return [];
  const found: AddressRange[] = [];
  for (let at = 0; (at + perEntry) * 4 <= ranges.value.length; at += perEntry) {
    found.push({ start: numberIn(ranges, at, counts.address) ?? 0n, size: numberIn(ranges, at + counts.address, counts.size) ?? 0n });
  }
  return found;
}

/** Linux passes over those that are not enabled. */
function reservations(root: TreeNode): readonly TreeNode[] {
  return (reservedMemoryNode(root)?.children ?? []).filter((node) => {
    const status = stringOf(node, 'status');
    return status === undefined || status === 'okay' || status === 'ok';
  });
}

function use(node: TreeNode): { readonly noMap: boolean; readonly reusable: boolean } {
  return { noMap: property(node, 'no-map') !== undefined, reusable: property(node, 'reusable') !== undefined };
}
