/** A node of a device tree: its properties and nodes in order. */
export interface TreeNode {
  readonly name: string;
  readonly properties: Readonly<Record<string, TreeValue>>;
  readonly nodes?: readonly TreeNode[];
}

/** Texts, cells of 32 bits, or nothing. */
export type TreeValue = string | readonly string[] | readonly number[] | true;

const magic = 0xd00dfeed;
const headerSize = 40;
/** An empty entry ends the reservations of memory. */
const reservationsSize = 16;
const token = { beginNode: 1, endNode: 2, property: 3, end: 9 } as const;

/** The blob of a tree (Devicetree Specification 0.4, chapter 5, version 17). */
export function flatTree(root: TreeNode): Uint8Array {
  const structure = new ByteList();
  const strings = new ByteList();
  const offsets = new Map<string, number>();
  function write(node: TreeNode): void {
    structure.u32(token.beginNode).text(node.name).align();
    for (const [name, value] of Object.entries(node.properties)) {
      const bytes = valueBytes(value);
      let offset = offsets.get(name);
      if (offset === undefined) {
        offset = strings.length;
        offsets.set(name, offset);
        strings.text(name);
      }
      structure.u32(token.property).u32(bytes.length).u32(offset).bytes(bytes).align();
    }
    for (const child of node.nodes ?? []) write(child);
    structure.u32(token.endNode);
  }
  write(root);
  structure.u32(token.end);

  const structureAt = headerSize + reservationsSize;
  const stringsAt = structureAt + structure.length;
  const blob = new ByteList();
  for (const word of [
    magic,
    stringsAt + strings.length,
    structureAt,
    stringsAt,
    headerSize,
    17,
    16,
    // The boot CPU.
    0,
    strings.length,
    structure.length,
  ]) {
    blob.u32(word);
  }
  blob.bytes(new Uint8Array(reservationsSize)).bytes(structure.done()).bytes(strings.done());
  return blob.done();
}

function valueBytes(value: TreeValue): Uint8Array {
  const bytes = new ByteList();
  if (value === true) return bytes.done();
  if (typeof value === 'string') return bytes.text(value).done();
  for (const each of value) {
    if (typeof each === 'string') bytes.text(each);
    else bytes.u32(each);
  }
  return bytes.done();
}

class ByteList {
  private readonly all: number[] = [];

  get length(): number {
    return this.all.length;
  }

  u32(value: number): this {
    this.all.push((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
    return this;
  }

  text(value: string): this {
    return this.bytes(new TextEncoder().encode(`${value}\0`));
  }

  bytes(value: Uint8Array): this {
    for (const byte of value) this.all.push(byte);
    return this;
  }

  align(): this {
    while (this.all.length % 4 !== 0) this.all.push(0);
    return this;
  }

  done(): Uint8Array {
    return Uint8Array.from(this.all);
  }
}
