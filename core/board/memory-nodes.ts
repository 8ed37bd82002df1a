import type { AddressWindow } from '../config/address-window.ts';
import { type RegEntry, regOf } from '../devicetree/addresses.ts';
import type { TreeNode } from '../devicetree/model.ts';
import { stringOf } from '../devicetree/tree-access.ts';

/** Nodes that state RAM (Devicetree Specification 3.4), with their `reg`. */
export interface MemoryNode {
  readonly node: TreeNode;
  readonly entries: readonly RegEntry[];
}

export function isMemoryNode(node: TreeNode): boolean {
  if (node.parent === undefined || node.parent.parent !== undefined) return false;
  return stringOf(node, 'device_type') === 'memory' || node.name === 'memory' || node.name.startsWith('memory@');
}

export function memoryNodes(root: TreeNode): readonly MemoryNode[] {
  const found: MemoryNode[] = [];
  for (const node of root.children) {
    if (!isMemoryNode(node)) continue;
    const status = stringOf(node, 'status');
    if (status === undefined || status === 'okay' || status === 'ok') found.push({ node, entries: regOf(node) });
  }
  return found;
}

/**
 * RAM by the tree's memory nodes, ascending; undefined where no node says how much there is. A size of 0 is one that the firmware fills in at boot.
 */
export function memoryOf(root: TreeNode): readonly AddressWindow[] | undefined {
  const windows: AddressWindow[] = [];
  for (const { node, entries } of memoryNodes(root)) {
    for (const { address, size, span } of entries) {
      if (address !== undefined && size > 0n) windows.push({ name: node.name, start: address, size, span });
    }
  }
  return windows.length === 0 ? undefined : windows.sort(byStart);
}

export function byStart(a: { readonly start: bigint }, b: { readonly start: bigint }): number {
  if (a.start === b.start) return 0;
  return a.start < b.start ? -1 : 1;
}
