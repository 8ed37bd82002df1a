import type { TreeNode, TreeProperty } from './model.ts';
import { stringsOf } from './tree-access.ts';

/**
 * The children of one node as libfdt finds them (fdt_subnode_offset): by the full name, and for a name without unit address also the first
 * child that has it in front of one. A node that is added later stands in front of those that were there (fdt_add_subnode).
 */
export class ChildIndex<N extends { readonly name: string }> {
  private readonly byName = new Map<string, { readonly node: N; readonly order: number }>();
  /** By the name in front of the unit address. */
  private readonly byStem = new Map<string, { readonly node: N; readonly order: number }>();
  private lowest = 0;

  constructor(children: readonly N[]) {
    children.forEach((node, order) => {
      if (!this.byName.has(node.name)) this.byName.set(node.name, { node, order });
      const stem = stemOf(node.name);
      if (stem !== undefined && !this.byStem.has(stem)) this.byStem.set(stem, { node, order });
    });
  }

  find(name: string): N | undefined {
    const exact = this.byName.get(name);
    const loose = name.includes('@') ? undefined : this.byStem.get(name);
    if (exact === undefined || loose === undefined) return (exact ?? loose)?.node;
    return (exact.order < loose.order ? exact : loose).node;
  }

  putInFront(node: N): void {
    const entry = { node, order: --this.lowest };
    this.byName.set(node.name, entry);
    const stem = stemOf(node.name);
    if (stem !== undefined) this.byStem.set(stem, entry);
  }
}

function stemOf(name: string): string | undefined {
  const at = name.indexOf('@');
  return at < 0 ? undefined : name.slice(0, at);
}

/** A tree whose nodes can be asked for children and properties the way libfdt does, and fast also where a node has 100,000 of them. */
export interface Lookup<N extends TreeNode> {
  readonly root: N;
  child(node: N, name: string): N | undefined;
  property(node: N, name: string): TreeProperty | undefined;
}

/** A tree that does not change. */
export class FixedLookup implements Lookup<TreeNode> {
  private readonly children = new Map<TreeNode, ChildIndex<TreeNode>>();
  private readonly properties = new Map<TreeNode, ReadonlyMap<string, TreeProperty>>();

  constructor(readonly root: TreeNode) {}

  child(node: TreeNode, name: string): TreeNode | undefined {
    let index = this.children.get(node);
    if (index === undefined) {
      index = new ChildIndex(node.children);
      this.children.set(node, index);
    }
    return index.find(name);
  }

  property(node: TreeNode, name: string): TreeProperty | undefined {
    let index = this.properties.get(node);
    if (index === undefined) {
      // The first of two with the same name counts.
      index = new Map(node.properties.map((property) => [property.name, property] as const).reverse());
      this.properties.set(node, index);
    }
    return index.get(name);
  }
}

/** An alias may name an alias; a circle of them must end. */
const LONGEST_ALIAS_CHAIN = 8;

/** As libfdt's fdt_path_offset: a path that does not start at the root starts with an alias. */
export function lookUpPath<N extends TreeNode>(tree: Lookup<N>, path: string, aliases = LONGEST_ALIAS_CHAIN): N | undefined {
  let at: N | undefined = tree.root;
  let rest = path;
  if (!path.startsWith('/')) {
    const alias = /^[^/]*/.exec(path)?.[0] ?? '';
    rest = path.slice(alias.length);
    const node = tree.child(tree.root, 'aliases');
    const [meant] = stringsOf(node && tree.property(node, alias));
    if (meant === undefined || aliases === 0) return undefined;
    at = lookUpPath(tree, meant, aliases - 1);
  }
  for (const step of rest.split('/')) {
    if (step === '') continue;
    at = at && tree.child(at, step);
    if (at === undefined) return undefined;
  }
  return at;
}

/** As libfdt's fdt_get_phandle: 0 where a node has none. `find` gives the node's properties. */
export function phandleAmong(find: (name: string) => TreeProperty | undefined): number {
  for (const name of ['phandle', 'linux,phandle']) {
    const found = find(name);
    if (found !== undefined && found.value.length === 4) return readCell(found.value, 0);
  }
  return 0;
}

/** Big endian, at any offset; the caller has checked the length. */
export function readCell(value: Uint8Array, at: number): number {
  return new DataView(value.buffer, value.byteOffset, value.byteLength).getUint32(at);
}

export function writeCell(value: Uint8Array, at: number, cell: number): void {
  new DataView(value.buffer, value.byteOffset, value.byteLength).setUint32(at, cell);
}
