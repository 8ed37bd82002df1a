import { liveNodes, sourceNodeAt, sourcePath } from './source-lookup.ts';
import { deleteNode, type SourceNode, SourceProperty, type ValueMarker } from './source-node.ts';
import type { SourceProblems } from './source-problems.ts';

/** References of a tree that is read: labels do not change any more, but phandles are still given out. */
export class SourceReferences {
  private readonly labels = new Map<string, SourceNode>();
  private readonly phandles = new Map<number, SourceNode>();
  private nextPhandle = 1;

  constructor(
    private readonly root: SourceNode,
    private readonly problems: SourceProblems,
  ) {
    for (const node of liveNodes(root))
      for (const mark of node.marks) if (!mark.deleted && !this.labels.has(mark.name)) this.labels.set(mark.name, node);
  }

  /** The node that a label, or a path, names. */
  find(name: string): SourceNode | undefined {
    if (name.startsWith('/')) return sourceNodeAt(this.root, name);
    const node = this.labels.get(name);
    // A node that was omitted takes its labels with it.
    return node?.deleted ? undefined : node;
  }

  allLabels(): ReadonlyMap<string, SourceNode> {
    return this.labels;
  }

  /** Takes over the phandles that the source itself gives (dtc, checks.c:check_explicit_phandles). */
  readPhandles(): void {
    for (const node of liveNodes(this.root)) {
      const phandle = this.explicit(node, 'phandle');
      const old = this.explicit(node, 'linux,phandle');
      const given = phandle === 0 ? old : phandle;
      if (given === 0) continue;
      const property = node.property(phandle === 0 ? 'linux,phandle' : 'phandle') as SourceProperty;
      if (phandle !== 0 && old !== 0 && phandle !== old)
        this.problems.report('dts-reference', 'phandle and linux,phandle of a node must be the same. Remove linux,phandle.', property.span);
      const other = this.phandles.get(given);
      if (other !== undefined) {
        const message = `The phandle 0x${given.toString(16)} is that of ${sourcePath(other)} already. Give this node a label in place of a number.`;
        this.problems.report('dts-reference', message, property.span, [{ span: other.span, message: 'the other node' }]);
        continue;
      }
      node.phandle = given;
      this.phandles.set(given, node);
    }
  }

  /** 0 where there is none, where it is wrong, and where the node asks for its own. */
  private explicit(node: SourceNode, name: string): number {
    const property = node.property(name);
    if (property === undefined) return 0;
    if (property.value.length !== 4) {
      this.problems.report('dts-reference', `${name} is one cell, and has ${property.value.length} bytes here.`, property.valueSpan);
      return 0;
    }
    const marker = property.markers.find(({ kind }) => kind === 'phandle');
    if (marker !== undefined) {
      if (this.find(marker.name) !== node)
        this.problems.report('dts-reference', `${name} can only refer to its own node. Remove it.`, property.valueSpan);
      return 0;
    }
    const [a = 0, b = 0, c = 0, d = 0] = property.value;
    const phandle = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    if (phandle !== 0 && phandle !== 0xffffffff) return phandle;
    this.problems.report('dts-reference', `0x${phandle.toString(16)} is no phandle: it means that there is none.`, property.valueSpan);
    return 0;
  }

  /** The phandle of a node; a new one, and the property, where it has none. */
  phandleOf(node: SourceNode): number {
    if (node.phandle !== 0) return node.phandle;
    // The number of a node that was left out on the way is free again.
    while (this.phandles.get(this.nextPhandle)?.deleted === false) this.nextPhandle++;
    const phandle = this.nextPhandle;
    node.phandle = phandle;
    this.phandles.set(phandle, node);
    if (node.property('phandle') === undefined) {
      const value = new Uint8Array(4);
      new DataView(value.buffer).setUint32(0, phandle);
      node.addProperty(new SourceProperty('phandle', value, node.span));
    }
    return phandle;
  }

  /** Fills in phandles; in an overlay what is not found stays open. */
  fillPhandles(plugin: boolean): void {
    for (const node of liveNodes(this.root)) {
      // A phandle may be added at the end on the way: it refers to nothing.
      for (const property of node.properties) {
        if (property.deleted) continue;
        for (const marker of property.markers) {
          if (marker.kind !== 'phandle') continue;
          const target = this.find(marker.name);
          if (target === undefined) {
            if (!plugin) this.missing(marker);
            continue;
          }
          new DataView(property.value.buffer, property.value.byteOffset).setUint32(marker.offset, this.phandleOf(target));
          target.isReferenced = true;
        }
      }
    }
  }

  /** Puts paths in where `&label` stands outside of `< >`. */
  fillPaths(): void {
    for (const node of liveNodes(this.root))
      for (const property of node.properties)
        if (!property.deleted && property.markers.some(({ kind }) => kind === 'path')) this.fillPathsOf(property);
  }

  private fillPathsOf(property: SourceProperty): void {
    const pieces: Uint8Array[] = [];
    /** Bytes of each path, in the order of the text. */
    const sizes: number[] = [];
    let from = 0;
    let added = 0;
    for (const marker of property.markers) {
      const { offset } = marker;
      marker.offset += added;
      if (marker.kind !== 'path') continue;
      const target = this.find(marker.name);
      if (target === undefined) this.missing(marker);
      else target.isReferenced = true;
      const path = target === undefined ? new Uint8Array() : utf8.encode(`${sourcePath(target)}\0`);
      pieces.push(property.value.subarray(from, offset), path);
      from = offset;
      sizes.push(path.length);
      added += path.length;
    }
    pieces.push(property.value.subarray(from));
    property.value = joined(pieces);
    placeParts(property, sizes);
  }

  private missing({ name, span }: ValueMarker): void {
    const what = name.startsWith('/') ? `There is no node ${name}.` : `No node has the label ${name}.`;
    this.problems.report('dts-reference', `${what} Correct the name, or include the file that has the node.`, span);
  }

  /** `/omit-if-no-ref/`; with symbols, a label counts as a reference. */
  omitUnused(symbols: boolean): void {
    for (const node of liveNodes(this.root))
      if (node.omitIfUnused && !node.isReferenced && !(symbols && node.marks.length > 0)) deleteNode(node);
  }
}

const utf8 = new TextEncoder();

/** Gives the parts that are paths their sizes, and moves what stands behind them. */
function placeParts(property: SourceProperty, sizes: readonly number[]): void {
  let path = 0;
  let added = 0;
  for (const part of property.parts) {
    part.offset += added;
    if (part.kind !== 'path') continue;
    part.size = sizes[path++] ?? 0;
    added += part.size;
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
