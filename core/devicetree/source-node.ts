import type { Span } from '../source/span.ts';
import { BuiltNode } from './built-node.ts';
import type { TreeProperty, ValuePart } from './model.ts';

/** A label where it stands. What is deleted keeps its place: it may be given again (dtc, livetree.c:add_label). */
export interface LabelMark {
  readonly name: string;
  readonly span: Span;
  deleted: boolean;
}

/** Something in a value that has to be filled in: a phandle or a path; or a label. Offsets are bytes in the value. */
export interface ValueMarker {
  readonly kind: 'phandle' | 'path' | 'label';
  offset: number;
  /** The label or the path. */
  readonly name: string;
  readonly span: Span;
}

/** The parts of a value while references are filled in. */
export interface SourcePart extends ValuePart {
  offset: number;
  size: number;
}

export class SourceProperty implements TreeProperty {
  readonly name: string;
  value: Uint8Array;
  span: Span;
  valueSpan: Span;
  parts: readonly SourcePart[];
  marks: LabelMark[] = [];
  deleted = false;

  constructor(
    name: string,
    value: Uint8Array,
    span: Span,
    valueSpan: Span = span,
    parts: readonly SourcePart[] = [],
    public markers: readonly ValueMarker[] = [],
  ) {
    this.name = name;
    this.value = value;
    this.span = span;
    this.valueSpan = valueSpan;
    this.parts = parts;
  }
}

/** A node with what only its reading needs. What is deleted stays in its lists until `settle`, since it may come back to its old place. */
export class SourceNode extends BuiltNode {
  declare properties: SourceProperty[];
  declare children: SourceNode[];
  declare parent: SourceNode | undefined;
  marks: LabelMark[] = [];
  deleted = false;
  /** `/omit-if-no-ref/` */
  omitIfUnused = false;
  isReferenced = false;
  /** 0 while there is none. */
  phandle = 0;
  /** Made by `/delete-node/` where no such node was: should it come to life later, dtc does not know its parent (build_node). */
  parentLost = false;
  /** By name, made for nodes with many properties or children. The first of a name counts. */
  private propertyIndex: Map<string, SourceProperty> | undefined;
  private childIndex: Map<string, SourceNode> | undefined;

  constructor(name: string, span: Span) {
    super(name, undefined, span);
  }

  /** The first property of that name, also a deleted one. */
  anyProperty(name: string): SourceProperty | undefined {
    if (this.properties.length < INDEX_FROM) return this.properties.find((property) => property.name === name);
    if (this.propertyIndex === undefined) {
      this.propertyIndex = new Map();
      for (const property of this.properties) if (!this.propertyIndex.has(property.name)) this.propertyIndex.set(property.name, property);
    }
    return this.propertyIndex.get(name);
  }

  /** The first property of that name that is not deleted. */
  property(name: string): SourceProperty | undefined {
    const first = this.anyProperty(name);
    if (first === undefined || !first.deleted) return first;
    return this.properties.find((property) => property.name === name && !property.deleted);
  }

  anyChild(name: string): SourceNode | undefined {
    if (this.children.length < INDEX_FROM) return this.children.find((child) => child.name === name);
    if (this.childIndex === undefined) {
      this.childIndex = new Map();
      for (const child of this.children) if (!this.childIndex.has(child.name)) this.childIndex.set(child.name, child);
    }
    return this.childIndex.get(name);
  }

  child(name: string): SourceNode | undefined {
    const first = this.anyChild(name);
    if (first === undefined || !first.deleted) return first;
    return this.children.find((child) => child.name === name && !child.deleted);
  }

  addProperty(property: SourceProperty): void {
    this.properties.push(property);
    if (this.propertyIndex !== undefined && !this.propertyIndex.has(property.name)) this.propertyIndex.set(property.name, property);
  }

  addChild(child: SourceNode): void {
    child.parent = this;
    this.children.push(child);
    if (this.childIndex !== undefined && !this.childIndex.has(child.name)) this.childIndex.set(child.name, child);
  }

  removeProperty(property: SourceProperty): void {
    this.properties.splice(this.properties.indexOf(property), 1);
    this.propertyIndex = undefined;
  }
}

const INDEX_FROM = 12;

/** The label goes to the front, as dtc puts it; one that is there stays where it is. */
export function addLabel(marks: LabelMark[], name: string, span: Span): void {
  const known = marks.find((mark) => mark.name === name);
  if (known === undefined) marks.unshift({ name, span, deleted: false });
  else known.deleted = false;
}

export function deleteProperty(property: SourceProperty): void {
  property.deleted = true;
  for (const mark of property.marks) mark.deleted = true;
}

/** The node and all below it; without recursion, since hostile trees are 10,000 nodes deep. */
export function deleteNode(node: SourceNode): void {
  const open = [node];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    at.deleted = true;
    for (const child of at.children) if (!child.deleted) open.push(child);
    for (const property of at.properties) if (!property.deleted) deleteProperty(property);
    for (const mark of at.marks) mark.deleted = true;
  }
}

/** Puts what is newly written over what is there, in the order in which it is written (dtc, livetree.c:merge_nodes). */
export function mergeNodes(old: SourceNode, added: SourceNode, labelled: Labelled): void {
  const open = [begun(old, added, labelled)];
  for (let merge = open.at(-1); merge !== undefined; merge = open.at(-1)) {
    const child = merge.from.children[merge.at++];
    if (child === undefined) {
      open.pop();
      continue;
    }
    const known = merge.into.anyChild(child.name);
    if (child.deleted) {
      if (known !== undefined) deleteNode(known);
    } else if (known === undefined) merge.into.addChild(child);
    else open.push(begun(known, child, labelled));
  }
}

/** Told of every label that a node gets. */
type Labelled = (name: string, node: SourceNode) => void;

interface Merge {
  readonly into: SourceNode;
  readonly from: SourceNode;
  /** The next child of `from`. */
  at: number;
}

/** Merges what the node itself has; the children are left to do. */
function begun(into: SourceNode, from: SourceNode, labelled: Labelled): Merge {
  into.deleted = false;
  for (const { name, span } of from.marks) {
    addLabel(into.marks, name, span);
    labelled(name, into);
  }
  for (const place of from.places) into.places.push(place);
  for (const property of from.properties) mergeProperty(into, property);
  return { into, from, at: 0 };
}

function mergeProperty(into: SourceNode, property: SourceProperty): void {
  const known = into.anyProperty(property.name);
  if (property.deleted) {
    if (known !== undefined) deleteProperty(known);
    return;
  }
  if (known === undefined) {
    into.addProperty(property);
    return;
  }
  for (const { name, span } of property.marks) addLabel(known.marks, name, span);
  known.value = property.value;
  known.markers = property.markers;
  known.parts = property.parts;
  known.span = property.span;
  known.valueSpan = property.valueSpan;
  known.deleted = false;
}

/** Takes out what is deleted, and writes down the labels that are left. */
export function settle(root: SourceNode): void {
  const open = [root];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.properties.some((property) => property.deleted)) at.properties = at.properties.filter((property) => !property.deleted);
    if (at.children.some((child) => child.deleted)) at.children = at.children.filter((child) => !child.deleted);
    if (at.marks.length > 0) at.labels = at.marks.filter((mark) => !mark.deleted).map((mark) => mark.name);
    for (const child of at.children) open.push(child);
  }
}
