import { BuiltNode } from './built-node.ts';
import { ChildIndex, type Lookup, phandleAmong } from './libfdt-lookup.ts';
import type { TreeNode, TreeProperty } from './model.ts';
import { nodesBelow, property } from './tree-access.ts';

/** A node of a base tree that overlays are merged into. */
export class MergedNode extends BuiltNode {
  override children: MergedNode[] = [];
  private readonly fresh: MergedNode[] = [];
  private childIndex: ChildIndex<MergedNode> | undefined;
  private propertyIndex: Map<string, number> | undefined;

  find(name: string): MergedNode | undefined {
    this.childIndex ??= new ChildIndex(this.children);
    return this.childIndex.find(name);
  }

  /** A new child, with the spans of the node it is made after. It is among `children` after `settle`. */
  add(model: TreeNode): MergedNode {
    const node = new MergedNode(model.name, this, model.span);
    node.labels = [...model.labels];
    node.places = [...model.places];
    this.childIndex ??= new ChildIndex(this.children);
    this.childIndex.putInFront(node);
    this.fresh.push(node);
    return node;
  }

  /** Puts new children where libfdt puts them, in front: the next overlay finds them in that order. */
  settle(): void {
    if (this.fresh.length > 0) this.children = [...this.fresh.reverse(), ...this.children];
    this.fresh.length = 0;
  }

  get(name: string): TreeProperty | undefined {
    const at = this.placeOfProperty().get(name);
    return at === undefined ? undefined : this.properties[at];
  }

  private placeOfProperty(): Map<string, number> {
    // The first of two with the same name counts.
    this.propertyIndex ??= new Map(this.properties.map(({ name }, at) => [name, at] as const).reverse());
    return this.propertyIndex;
  }

  /** The property that it replaces, if any. */
  set(property: TreeProperty): TreeProperty | undefined {
    const places = this.placeOfProperty();
    const at = places.get(property.name);
    if (at === undefined) {
      places.set(property.name, this.properties.length);
      this.properties.push(property);
      return undefined;
    }
    const before = this.properties[at];
    this.properties[at] = property;
    return before;
  }
}

/** A copy of a tree that can grow; properties are shared with the tree it is made from. */
export class MergedTree implements Lookup<MergedNode> {
  readonly root: MergedNode;
  private readonly byPhandle = new Map<number, MergedNode>();
  private readonly grown = new Set<MergedNode>();
  private max = 0;

  constructor(base: TreeNode) {
    this.root = copyOf(base, undefined);
    const open: [TreeNode, MergedNode][] = [[base, this.root]];
    for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
      const [from, to] = pair;
      for (const child of from.children) {
        const copy = copyOf(child, to);
        to.children.push(copy);
        open.push([child, copy]);
      }
    }
    for (const node of nodesBelow(this.root))
      this.note(
        node as MergedNode,
        phandleAmong((name) => property(node, name)),
      );
  }

  /** 0 where the tree has none. */
  get highestPhandle(): number {
    return this.max;
  }

  child(node: MergedNode, name: string): MergedNode | undefined {
    return node.find(name);
  }

  /** The child of this name, made after `model` where there is none. */
  childLike(node: MergedNode, model: TreeNode): MergedNode {
    const there = node.find(model.name);
    if (there !== undefined) return there;
    this.grown.add(node);
    return node.add(model);
  }

  /** To be called once nothing is added any more. */
  settle(): void {
    for (const node of this.grown) node.settle();
    this.grown.clear();
  }

  property(node: MergedNode, name: string): TreeProperty | undefined {
    return node.get(name);
  }

  nodeOf(phandle: number): MergedNode | undefined {
    return this.byPhandle.get(phandle);
  }

  /** The property that it replaces, if any. */
  set(node: MergedNode, changed: TreeProperty): TreeProperty | undefined {
    if (changed.name !== 'phandle' && changed.name !== 'linux,phandle') return node.set(changed);
    const old = phandleAmong((name) => node.get(name));
    if (this.byPhandle.get(old) === node) this.byPhandle.delete(old);
    const before = node.set(changed);
    this.note(
      node,
      phandleAmong((name) => node.get(name)),
    );
    return before;
  }

  private note(node: MergedNode, phandle: number): void {
    if (phandle === 0) return;
    this.max = Math.max(this.max, phandle);
    if (!this.byPhandle.has(phandle)) this.byPhandle.set(phandle, node);
  }
}

function copyOf(node: TreeNode, parent: MergedNode | undefined): MergedNode {
  const copy = new MergedNode(node.name, parent, node.span);
  copy.labels = [...node.labels];
  copy.places = [...node.places];
  copy.properties = [...node.properties];
  return copy;
}
