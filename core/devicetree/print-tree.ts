import { hex } from '../source/numbers.ts';
import type { DeviceTree, TreeNode } from './model.ts';
import { phandlesOf } from './phandles.ts';
import { ValuePrinter } from './print-value.ts';
import { labelsOf, labelsOfBase } from './tree-labels.ts';

/** Hostile trees are 10,000 deep: a line does not start with more tabs than this. */
const MOST_TABS = 40;

/**
 * The tree as device-tree source that compiles to the same bytes (`dtc -I dts -O dtb`, with `-b` where the header's boot CPU is not the first one). Cells in
 * hex, references by label or path where the property is known to hold phandles, ranges of addresses as comments. An overlay is printed as the plain
 * tree that its blob is, with `__fixups__`.
 */
export function printTree(tree: DeviceTree): string {
  const labels = labelsOf(tree);
  const values = new ValuePrinter(phandlesOf(tree.root), labels, labelsOfBase(tree));
  const lines = ['/dts-v1/;', ''];
  for (const { address, size } of tree.reservations) lines.push(`/memreserve/ ${hex(address)} ${hex(size)};`);
  if (tree.reservations.length > 0) lines.push('');

  const open: { readonly node: TreeNode; readonly depth: number; readonly close: boolean }[] = [
    { node: tree.root, depth: 0, close: false },
  ];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { node, depth, close } = at;
    const indent = '\t'.repeat(Math.min(depth, MOST_TABS));
    if (close) {
      lines.push(`${indent}};`);
      continue;
    }
    if (node.parent !== undefined && lines.at(-1)?.endsWith('{') === false) lines.push('');
    // The grammar knows no label on the root.
    const own = node.parent === undefined ? '' : (labels.get(node) ?? []).map((label) => `${label}: `).join('');
    lines.push(`${indent}${own}${node.parent === undefined ? '/' : node.name} {`);
    for (const property of node.properties) lines.push(values.statement(node, property, `${indent}\t`));
    open.push({ node, depth, close: true });
    for (let i = node.children.length - 1; i >= 0; i--) open.push({ node: node.children[i] as TreeNode, depth: depth + 1, close: false });
  }
  return `${lines.join('\n')}\n`;
}
