import { FixedLookup, lookUpPath } from './libfdt-lookup.ts';
import type { DeviceTree, TreeNode, TreeProperty } from './model.ts';
import { stringsOf } from './tree-access.ts';

const label = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Labels of nodes, as the source or the blob's `__symbols__` tells them. Each label belongs to one node. */
export function labelsOf(tree: DeviceTree): ReadonlyMap<TreeNode, readonly string[]> {
  const labels = new Map<TreeNode, string[]>();
  const taken = new Set<string>();
  const add = (node: TreeNode, name: string): void => {
    if (taken.has(name) || !label.test(name)) return;
    taken.add(name);
    const own = labels.get(node);
    if (own === undefined) labels.set(node, [name]);
    else own.push(name);
  };
  const open: TreeNode[] = [tree.root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const name of node.labels) add(node, name);
    for (const below of node.children) open.push(below);
  }
  const lookup = new FixedLookup(tree.root);
  const symbols = lookup.child(tree.root, '__symbols__');
  for (const symbol of symbols?.properties ?? []) {
    const [path] = stringsOf(symbol);
    const node = path?.startsWith('/') ? lookUpPath(lookup, path) : undefined;
    if (node !== undefined) add(node, symbol.name);
  }
  return labels;
}

/** In an overlay that is not applied: the labels of the base that cells stand for, by property and byte offset (`__fixups__`). */
export function labelsOfBase(tree: DeviceTree): ReadonlyMap<TreeProperty, ReadonlyMap<number, string>> {
  const found = new Map<TreeProperty, Map<number, string>>();
  const lookup = new FixedLookup(tree.root);
  const fixups = tree.plugin ? lookup.child(tree.root, '__fixups__') : undefined;
  for (const fixup of fixups?.properties ?? []) {
    if (!label.test(fixup.name)) continue;
    for (const text of stringsOf(fixup)) {
      const [, path, name, offset] = /^(\/[^:]*):([^:]+):(\d+)$/.exec(text) ?? [];
      const node = path === undefined ? undefined : lookUpPath(lookup, path);
      const at = node && name !== undefined ? lookup.property(node, name) : undefined;
      if (at === undefined) continue;
      const own = found.get(at) ?? new Map<number, string>();
      found.set(at, own.set(Number(offset), fixup.name));
    }
  }
  return found;
}
