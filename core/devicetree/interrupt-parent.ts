import type { TreeNode } from './model.ts';
import { nodeOfPhandle } from './phandles.ts';
import { cellOf, property } from './tree-access.ts';

/** Cells of an interrupt specifier for this controller or nexus; undefined where it is none, or hostile. */
export function interruptCells(controller: TreeNode): number | undefined {
  const cells = cellOf(controller, '#interrupt-cells');
  return cells !== undefined && cells <= mostInterruptCells ? cells : undefined;
}

/** Linux: MAX_PHANDLE_ARGS. */
const mostInterruptCells = 16;

/** A tree does not change once it is read. */
const known = new WeakMap<TreeNode, TreeNode | 'none'>();

/**
 * The node that reads a node's interrupt specifiers (Devicetree Specification 2.4.1.1): the one that `interrupt-parent` names, here or above, or the first
 * node above that is itself a controller or nexus. Undefined where nothing leads to one.
 */
export function interruptParentOf(node: TreeNode): TreeNode | undefined {
  const passed: TreeNode[] = [];
  const seen = new Set<TreeNode>();
  let found: TreeNode | 'none' = 'none';
  let at: TreeNode | undefined = node;
  while (at !== undefined && !seen.has(at)) {
    const before = known.get(at);
    if (before !== undefined) {
      found = before;
      break;
    }
    seen.add(at);
    passed.push(at);
    const next: TreeNode | undefined = property(at, 'interrupt-parent') === undefined ? at.parent : named(at);
    if (next !== undefined && interruptCells(next) !== undefined) {
      found = next;
      break;
    }
    at = next;
  }
  for (const each of passed) known.set(each, found);
  return found === 'none' ? undefined : found;
}

function named(node: TreeNode): TreeNode | undefined {
  const phandle = cellOf(node, 'interrupt-parent');
  return phandle === undefined ? undefined : nodeOfPhandle(node, phandle);
}
