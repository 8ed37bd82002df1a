import type { SourceNode } from './source-node.ts';

/** `/soc/serial@0`; names are spelled in full, and `//` counts as `/` (dtc, livetree.c:get_node_by_path). */
export function sourceNodeAt(root: SourceNode, path: string): SourceNode | undefined {
  if (path === '/') return root;
  let at: SourceNode | undefined = root;
  for (let rest = path; at !== undefined; ) {
    if (rest === '') return at.deleted ? undefined : at;
    rest = rest.replace(/^\/+/, '');
    const slash = rest.indexOf('/');
    if (slash < 0) return at.child(rest);
    at = at.child(rest.slice(0, slash));
    rest = rest.slice(slash + 1);
  }
  return undefined;
}

/** `/soc/serial@0`; `/` for the root. */
export function sourcePath(node: SourceNode): string {
  const names: string[] = [];
  for (let at = node; at.parent !== undefined; at = at.parent) names.push(at.name);
  return `/${names.reverse().join('/')}`;
}

/** The nodes that are not deleted, parents first, in the order of the tree. */
export function* liveNodes(root: SourceNode): Generator<SourceNode> {
  const open = [root];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.deleted && at !== root) continue;
    yield at;
    for (let i = at.children.length - 1; i >= 0; i--) open.push(at.children[i] as SourceNode);
  }
}

/**
 * Labels while the tree is read. It changes all the time then, so what is kept is who ever had a label; whether it still
 * has it, and is still in the tree, is looked up.
 */
export class LabelTable {
  private readonly holders = new Map<string, SourceNode | SourceNode[]>();

  add(name: string, node: SourceNode): void {
    const known = this.holders.get(name);
    if (known === undefined) this.holders.set(name, node);
    else if (Array.isArray(known)) known.push(node);
    else if (known !== node) this.holders.set(name, [known, node]);
  }

  /** The first node in the order of the tree that has the label. */
  find(root: SourceNode, name: string): SourceNode | undefined {
    const known = this.holders.get(name);
    if (known === undefined) return undefined;
    if (!Array.isArray(known)) return holds(known, name) && isIn(root, known) ? known : undefined;
    const fitting = [...new Set(known)].filter((node) => holds(node, name) && isIn(root, node));
    if (fitting.length <= 1) return fitting[0];
    for (const node of liveNodes(root)) if (holds(node, name)) return node;
    return undefined;
  }

  reference(root: SourceNode, name: string): SourceNode | undefined {
    return name.startsWith('/') ? sourceNodeAt(root, name) : this.find(root, name);
  }
}

export function holds(node: SourceNode, label: string): boolean {
  return node.marks.some((mark) => mark.name === label && !mark.deleted);
}

function isIn(root: SourceNode, node: SourceNode): boolean {
  for (let at: SourceNode | undefined = node; at !== undefined; at = at.parent) {
    if (at === root) return true;
    if (at.deleted || at.parent === undefined) return false;
  }
  return false;
}
