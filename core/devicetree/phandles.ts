import type { TreeNode } from './model.ts';
import { cellOf, nodesBelow } from './tree-access.ts';

/** A tree does not change once it is read. */
const known = new WeakMap<TreeNode, ReadonlyMap<number, TreeNode>>();

/** Nodes by `phandle` (Devicetree Specification 2.3.3), or by `linux,phandle` as old blobs call it. The first of two with the same number counts. */
export function phandlesOf(root: TreeNode): ReadonlyMap<number, TreeNode> {
  let index = known.get(root);
  if (index === undefined) {
    const made = new Map<number, TreeNode>();
    for (const node of nodesBelow(root)) {
      const phandle = cellOf(node, 'phandle') ?? cellOf(node, 'linux,phandle');
      if (phandle !== undefined && !made.has(phandle)) made.set(phandle, node);
    }
    index = made;
    known.set(root, made);
  }
  return index;
}

export function rootOf(node: TreeNode): TreeNode {
  let at = node;
  while (at.parent !== undefined) at = at.parent;
  return at;
}

/** The node that a phandle names in the tree around `node`. */
export function nodeOfPhandle(node: TreeNode, phandle: number): TreeNode | undefined {
  return phandlesOf(rootOf(node)).get(phandle);
}
