import { liveNodes, sourcePath } from './source-lookup.ts';
import { SourceNode, SourceProperty, type ValueMarker } from './source-node.ts';
import type { SourceReferences } from './source-references.ts';

/** The tables by which an overlay is applied later (dtc 1.6.1, livetree.c: generate_label_tree, generate_fixups_tree, generate_local_fixups_tree). */
const utf8 = new TextEncoder();

/** `__symbols__`: the path of every labelled node; each gets a phandle. */
export function addSymbols(root: SourceNode, references: SourceReferences): void {
  const labelled = [...liveNodes(root)].filter((node) => node.marks.length > 0);
  if (labelled.length === 0) return;
  const symbols = childOf(root, '__symbols__');
  for (const node of liveNodes(root)) {
    if (node.marks.length === 0) continue;
    for (const { name, deleted, span } of node.marks)
      if (!deleted && symbols.property(name) === undefined)
        symbols.addProperty(new SourceProperty(name, utf8.encode(`${sourcePath(node)}\0`), span));
    references.phandleOf(node);
  }
}

/** `__fixups__`: where phandles of the tree below go; `__local_fixups__`: where phandles of the overlay itself stand. */
export function addFixups(root: SourceNode, references: SourceReferences): void {
  const open: Place[] = [];
  const local: Place[] = [];
  for (const node of liveNodes(root))
    for (const property of node.properties) {
      if (property.deleted) continue;
      for (const marker of property.markers)
        if (marker.kind === 'phandle') (references.find(marker.name) === undefined ? open : local).push({ node, property, marker });
    }
  if (open.length > 0) {
    const fixups = childOf(root, '__fixups__');
    for (const { node, property, marker } of open)
      append(fixups, marker.name, utf8.encode(`${sourcePath(node)}:${property.name}:${marker.offset}\0`), marker);
  }
  if (local.length > 0) {
    const fixups = childOf(root, '__local_fixups__');
    for (const { node, property, marker } of local) {
      const offset = new Uint8Array(4);
      new DataView(offset.buffer).setUint32(0, marker.offset);
      append(mirrored(fixups, node), property.name, offset, marker);
    }
  }
}

interface Place {
  readonly node: SourceNode;
  readonly property: SourceProperty;
  readonly marker: ValueMarker;
}

/** The node below `table` that stands for `node`. */
function mirrored(table: SourceNode, node: SourceNode): SourceNode {
  const names: string[] = [];
  for (let at = node; at.parent !== undefined && !at.parentLost; at = at.parent) names.push(at.name);
  let at = table;
  for (const name of names.reverse()) at = childOf(at, name);
  return at;
}

function childOf(parent: SourceNode, name: string): SourceNode {
  const known = parent.child(name);
  if (known !== undefined) return known;
  const made = new SourceNode(name, parent.span);
  parent.addChild(made);
  return made;
}

function append(node: SourceNode, name: string, bytes: Uint8Array, { span }: ValueMarker): void {
  const known = node.property(name);
  if (known === undefined) {
    node.addProperty(new SourceProperty(name, bytes, span));
    return;
  }
  const value = new Uint8Array(known.value.length + bytes.length);
  value.set(known.value);
  value.set(bytes, known.value.length);
  known.value = value;
}
