import { ByteWriter } from './byte-writer.ts';
import type { DeviceTree, TreeNode } from './model.ts';

/** Structure block tokens (Devicetree Specification 5.4.1). */
export const dtbToken = { beginNode: 1, endNode: 2, property: 3, nop: 4, end: 9 } as const;
export const dtbMagic = 0xd00dfeed;
/** Bytes of the header of version 17. */
export const dtbHeaderSize = 40;

/** The blob, version 17, laid out as dtc lays it out: header, reservations, structure, strings. */
export function encodeDtb(tree: DeviceTree): Uint8Array {
  const strings = new StringTable();
  const structure = new ByteWriter();
  writeNodes(tree.root, structure, strings);
  structure.u32(dtbToken.end);

  const reservations = new ByteWriter();
  for (const { address, size } of tree.reservations) {
    reservations.u64(address);
    reservations.u64(size);
  }
  reservations.u64(0n);
  reservations.u64(0n);

  const structureAt = dtbHeaderSize + reservations.length;
  const stringsAt = structureAt + structure.length;
  const table = strings.bytes();
  const header = new ByteWriter();
  header.u32(dtbMagic);
  header.u32(stringsAt + table.length);
  header.u32(structureAt);
  header.u32(stringsAt);
  header.u32(dtbHeaderSize);
  header.u32(17);
  header.u32(16);
  header.u32(tree.bootCpu);
  header.u32(table.length);
  header.u32(structure.length);
  return concatenate([header.bytes(), reservations.bytes(), structure.bytes(), table]);
}

/** Without recursion: hostile trees are 10,000 nodes deep. */
function writeNodes(root: TreeNode, out: ByteWriter, strings: StringTable): void {
  const open: (TreeNode | 'end')[] = [root];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === 'end') {
      out.u32(dtbToken.endNode);
      continue;
    }
    out.u32(dtbToken.beginNode);
    out.text(at.name);
    out.align();
    for (const { name, value } of at.properties) {
      out.u32(dtbToken.property);
      out.u32(value.length);
      out.u32(strings.offsetOf(name));
      out.raw(value);
      out.align();
    }
    open.push('end');
    for (let i = at.children.length - 1; i >= 0; i--) open.push(at.children[i] as TreeNode);
  }
}

const utf8 = new TextEncoder();

/** Property names, each once; a name that ends another one shares its bytes, as in dtc (livetree.c:stringtable_insert in flattree.c). */
class StringTable {
  private readonly out = new ByteWriter();
  /** Offset of every name and of every end of a name. */
  private readonly known = new Map<string, number>();

  offsetOf(name: string): number {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const offset = this.out.length;
    this.out.text(name);
    // The first place that spells a text counts.
    for (let at = 0, bytes = 0; at <= name.length; at++) {
      const end = name.slice(at);
      if (!this.known.has(end)) this.known.set(end, offset + bytes);
      bytes += at < name.length ? utf8.encode(name[at] as string).length : 0;
    }
    return offset;
  }

  bytes(): Uint8Array {
    return this.out.bytes();
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
