/** A device tree blob as nodes; written back in the same order. Devicetree Specification, chapter 5. */
export interface TreeNode {
  readonly name: string;
  readonly properties: Map<string, Uint8Array>;
  readonly children: TreeNode[];
}

export interface FlattenedTree {
  readonly root: TreeNode;
  readonly version: number;
  readonly bootCpu: number;
  readonly reservations: Uint8Array;
}

const magic = 0xd00dfeed;
const [beginNode, endNode, property, nop, end] = [1, 2, 3, 4, 9];

/** Undefined for bytes that are no blob. */
export function readFlattenedTree(bytes: Uint8Array): FlattenedTree | undefined {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(0) !== magic) return undefined;
    const [structAt, stringsAt, reserveAt] = [view.getUint32(8), view.getUint32(12), view.getUint32(16)];
    const text = (at: number): string => {
      let stop = at;
      while (bytes[stop] !== 0) {
        if (stop >= bytes.length) throw new RangeError('no end of a name');
        stop += 1;
      }
      return Buffer.from(bytes.subarray(at, stop)).toString('latin1');
    };
    let at = structAt;
    const stack: TreeNode[] = [];
    let root: TreeNode | undefined;
    for (;;) {
      const token = view.getUint32(at);
      at += 4;
      if (token === beginNode) {
        const name = text(at);
        at += (name.length + 4) & ~3;
        const node: TreeNode = { name, properties: new Map(), children: [] };
        stack.at(-1)?.children.push(node);
        root ??= node;
        stack.push(node);
      } else if (token === endNode) stack.pop();
      else if (token === property) {
        const length = view.getUint32(at);
        const name = text(stringsAt + view.getUint32(at + 4));
        stack.at(-1)?.properties.set(name, bytes.slice(at + 8, at + 8 + length));
        at += 8 + ((length + 3) & ~3);
      } else if (token === end) break;
      else if (token !== nop) return undefined;
    }
    let reserveEnd = reserveAt;
    while (view.getBigUint64(reserveEnd) !== 0n || view.getBigUint64(reserveEnd + 8) !== 0n) reserveEnd += 16;
    if (root === undefined) return undefined;
    return { root, version: view.getUint32(20), bootCpu: view.getUint32(28), reservations: bytes.slice(reserveAt, reserveEnd + 16) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export function writeFlattenedTree(tree: FlattenedTree): Uint8Array {
  const strings: Buffer[] = [];
  const offsets = new Map<string, number>();
  let stringsSize = 0;
  const nameAt = (name: string): number => {
    const known = offsets.get(name);
    if (known !== undefined) return known;
    const bytes = Buffer.from(`${name}\0`, 'latin1');
    strings.push(bytes);
    offsets.set(name, stringsSize);
    stringsSize += bytes.length;
    return stringsSize - bytes.length;
  };
  const structure: Uint8Array[] = [];
  const word = (value: number): void => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    structure.push(bytes);
  };
  const padded = (bytes: Uint8Array): void => {
    const room = new Uint8Array((bytes.length + 3) & ~3);
    room.set(bytes);
    structure.push(room);
  };
  const write = (node: TreeNode): void => {
    word(beginNode as number);
    padded(Buffer.from(`${node.name}\0`, 'latin1'));
    for (const [name, value] of node.properties) {
      word(property as number);
      word(value.length);
      word(nameAt(name));
      padded(value);
    }
    for (const child of node.children) write(child);
    word(endNode as number);
  };
  write(tree.root);
  word(end as number);
  const body = Buffer.concat(structure);
  const header = 40;
  const structAt = header + tree.reservations.length;
  const stringsAt = structAt + body.length;
  const all = new Uint8Array(stringsAt + stringsSize);
  const view = new DataView(all.buffer);
  for (const [index, value] of [magic, all.length, structAt, stringsAt, header, 17, 16, tree.bootCpu, stringsSize, body.length].entries())
    view.setUint32(4 * index, value);
  all.set(tree.reservations, header);
  all.set(body, structAt);
  all.set(Buffer.concat(strings), stringsAt);
  return all;
}

/** A child by its full name, made when it is missing. */
export function childNode(node: TreeNode, name: string): TreeNode {
  const found = node.children.find((child) => child.name === name);
  if (found !== undefined) return found;
  const made: TreeNode = { name, properties: new Map(), children: [] };
  node.children.push(made);
  return made;
}
