import { hex, humanSize } from '../source/numbers.ts';
import { BuiltNode } from './built-node.ts';
import type { DtbDamage } from './dtb-damage.ts';
import { type DtbHead, readU32 } from './dtb-head.ts';
import { dtbToken } from './encode-dtb.ts';
import type { TreeProperty } from './model.ts';

/** Bytes. The specification's limit is 31, real names are somewhat longer; more is a lost NUL. */
const LONGEST_PROPERTY_NAME = 1023;

/** The structure block (Devicetree Specification 5.4) up to its end or its first damage; undefined where there is not even a root. */
export function readStructure(path: string, bytes: Uint8Array, head: DtbHead, blobEnd: number, damage: DtbDamage): BuiltNode | undefined {
  return new StructureReader(path, bytes, head, blobEnd, damage).read();
}

class StructureReader {
  private at: number;
  private readonly end: number;
  private readonly strings: PropertyNames;
  private root: BuiltNode | undefined;

  constructor(
    private readonly path: string,
    private readonly bytes: Uint8Array,
    private readonly head: DtbHead,
    blobEnd: number,
    private readonly damage: DtbDamage,
  ) {
    this.at = head.structureAt;
    this.end = Math.min(blobEnd, head.structureAt + (head.structureSize ?? blobEnd));
    this.strings = new PropertyNames(bytes, head, blobEnd);
  }

  read(): BuiltNode | undefined {
    // The node that is open; its parents lead to those around it. Hostile blobs nest 10,000 deep: no recursion.
    let open: BuiltNode | undefined;
    for (;;) {
      const at = this.at;
      if (at + 4 > this.end) {
        this.damage.add('The structure block ends without its end token (FDT_END)', Math.min(at, this.end), this.end);
        return this.root;
      }
      const token = readU32(this.bytes, at);
      this.at += 4;
      if (token === dtbToken.nop) continue;
      if (token === dtbToken.end) {
        if (this.root === undefined) this.damage.add('The structure block has no root node', at, at + 4);
        else if (open !== undefined) this.damage.add(`Node ${shown(open.name)} is not closed where the structure ends`, at, at + 4);
        return this.root;
      }
      if (token === dtbToken.beginNode) {
        const next = this.readNode(open, at);
        if (next === undefined) return this.root;
        open = next;
      } else if (token === dtbToken.property && open !== undefined) {
        if (!this.readProperty(open, at)) return this.root;
      } else if (token === dtbToken.endNode && open !== undefined) {
        open = open.parent;
      } else {
        const known = token === dtbToken.property || token === dtbToken.endNode;
        const what = known
          ? `A ${token === dtbToken.property ? 'property' : 'node end'} stands outside of the root node`
          : `${hex(token)} is no token of a structure block`;
        this.damage.add(what, at, at + 4);
        return this.root;
      }
    }
  }

  /** Undefined where reading cannot go on. */
  private readNode(parent: BuiltNode | undefined, token: number): BuiltNode | undefined {
    if (parent === undefined && this.root !== undefined) {
      this.damage.add('A second root node follows', token, token + 4);
      return undefined;
    }
    const start = this.at;
    const nul = this.bytes.indexOf(0, start);
    if (nul < 0 || nul >= this.end) {
      this.damage.add('The name of a node has no NUL at its end', start, this.end);
      return undefined;
    }
    this.at = this.aligned(nul + 1);
    let nameStart = start;
    // Up to version 3 a node has its whole path.
    if (this.head.version < 16) for (let i = start; i < nul; i++) if (this.bytes[i] === 0x2f) nameStart = i + 1;
    const name = this.nodeName(nameStart, nul, parent === undefined);
    const node = new BuiltNode(name, parent, { file: this.path, start: nameStart, end: nul });
    if (parent === undefined) this.root = node;
    else parent.children.push(node);
    return node;
  }

  private nodeName(start: number, end: number, isRoot: boolean): string {
    if (start === end) {
      if (!isRoot) this.damage.add('A node below the root has no name', start, end + 1);
      return '';
    }
    const name = latin(this.bytes, start, end);
    const clean = name.replace(/[^!-.0-~]/g, '?');
    if (clean !== name) this.damage.add(`The name of node ${shown(clean)} holds bytes that no name can have`, start, end);
    return clean;
  }

  /** False where reading cannot go on. */
  private readProperty(node: BuiltNode, token: number): boolean {
    if (this.at + 8 > this.end) {
      this.damage.add('The structure block ends within a property', token, this.end);
      return false;
    }
    const length = readU32(this.bytes, this.at);
    const nameField = this.at + 4;
    const nameOffset = readU32(this.bytes, nameField);
    let start = this.at + 8;
    // Up to version 3 long values stand at multiples of 8, counted from the start of the block.
    if (this.head.version < 16 && length >= 8) start = this.head.structureAt + ((start - this.head.structureAt + 7) & ~7);
    const name = this.strings.at(nameOffset);
    if (length > this.end - start) {
      const of = name === undefined ? '' : ` ${shown(name)}`;
      const size = `${hex(length)} (${humanSize(length)})`;
      this.damage.add(`Property${of} of node ${shown(node.name)} is ${size} long, more than is left of the block`, this.at, this.at + 4);
      return false;
    }
    this.at = this.aligned(start + length);
    if (name === undefined) {
      const what = this.strings.reasonAgainst(nameOffset);
      this.damage.add(`A property of node ${shown(node.name)} ${what}: it is left out`, nameField, nameField + 4);
      return true;
    }
    if (node.children.length > 0)
      this.damage.add(`Property ${shown(name)} stands behind a child of its node, where Linux does not see it`, token, start + length);
    const span = length > 0 ? { file: this.path, start, end: start + length } : { file: this.path, start: nameField, end: nameField + 4 };
    const value = this.bytes.subarray(start, start + length);
    if (this.head.version < 16 && isRedundantName(name, value, node.name)) return true;
    const property: TreeProperty = { name, value, span, valueSpan: span, parts: [] };
    node.properties.push(property);
    return true;
  }

  /** The next multiple of four, counted from the start of the block. */
  private aligned(at: number): number {
    return this.head.structureAt + ((at - this.head.structureAt + 3) & ~3);
  }
}

/** Up to version 3 each node has its name as a property, too. */
function isRedundantName(property: string, value: Uint8Array, node: string): boolean {
  return property === 'name' && latin(value, 0, value.length).replace(/\0$/, '') === node.replace(/@.*/, '');
}

/** The strings block, asked by offset. */
class PropertyNames {
  private readonly known = new Map<number, string | undefined>();
  /** The whole block: names are slices of it, so that blobs whose names overlap cost no memory. */
  private readonly text: string;

  constructor(bytes: Uint8Array, head: DtbHead, blobEnd: number) {
    const start = Math.min(head.stringsAt, blobEnd);
    const end = head.stringsSize === undefined ? blobEnd : Math.min(blobEnd, start + head.stringsSize);
    this.text = latin(bytes, start, end);
  }

  at(offset: number): string | undefined {
    if (!this.known.has(offset)) this.known.set(offset, this.read(offset));
    return this.known.get(offset);
  }

  private read(offset: number): string | undefined {
    if (offset >= this.text.length) return undefined;
    for (let at = offset; at <= offset + LONGEST_PROPERTY_NAME && at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === 0) return at === offset ? undefined : this.text.slice(offset, at);
      if (code < 0x21 || code > 0x7e) return undefined;
    }
    return undefined;
  }

  /** Why there is no name at this offset, to be said of a property. */
  reasonAgainst(offset: number): string {
    if (offset >= this.text.length) return `has its name at ${hex(offset)}, but the strings block has ${hex(this.text.length)} bytes`;
    const code = this.text.charCodeAt(offset);
    if (code === 0) return `has an empty name, at ${hex(offset)} of the strings block`;
    return `has no readable name at ${hex(offset)} of the strings block`;
  }
}

/** One character per byte. */
function latin(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += 4096) text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + 4096)));
  return text;
}

function shown(name: string): string {
  const text = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return text === '' ? '/' : text;
}
