import type { Finding } from '../source/finding.ts';
import { hex, humanSize } from '../source/numbers.ts';
import { DtbDamage } from './dtb-damage.ts';
import { type DtbField, type DtbHead, dtbField, readDtbHead, readU32 } from './dtb-head.ts';
import { readStructure } from './dtb-structure.ts';
import { dtbHeaderSize, dtbMagic } from './encode-dtb.ts';
import type { DeviceTree, MemoryReservation } from './model.ts';

/** Bytes. Linux on arm64 takes blobs of up to 2 MiB (Documentation/arch/arm64/booting.rst); a larger file is something else. */
const LARGEST_BLOB = 8 << 20;

/** The newest version that this reads: the newest that there is. */
const NEWEST = 17;

export interface DecodedDtb {
  /** Undefined where nothing could be read; of a damaged blob what stands before the damage. */
  readonly tree: DeviceTree | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Reads a device tree blob of version 1, 2, 3, 16 or 17. Spans are byte offsets: of a node its name, of a property its value
 * (of an empty one the field with the offset of its name). Values are views into `bytes`, so those must not change afterwards.
 */
export function decodeDtb(path: string, bytes: Uint8Array): DecodedDtb {
  const damage = new DtbDamage(path);
  const head = readableHead(bytes, damage);
  if (head === undefined) return { tree: undefined, findings: damage.findings };
  const end = Math.min(head.totalSize, bytes.length);
  const reservations = readReservations(path, bytes, head, end, damage);
  const root = readStructure(path, bytes, head, end, damage);
  if (root === undefined) return { tree: undefined, findings: damage.findings };
  const plugin = root.children.some((fragment) => fragment.children.some(({ name }) => name === '__overlay__'));
  const blobVersion = { value: head.version, span: { file: path, start: dtbField.version, end: dtbField.version + 4 } };
  return { tree: { path, origin: 'binary', root, plugin, reservations, bootCpu: head.bootCpu, blobVersion }, findings: damage.findings };
}

/** Undefined where the rest cannot be read. */
function readableHead(bytes: Uint8Array, damage: DtbDamage): DtbHead | undefined {
  const field = (name: DtbField, what: string): void => damage.add(what, dtbField[name], dtbField[name] + 4);
  if (bytes.length === 0) {
    damage.add('The file is empty', 0, 0);
    return undefined;
  }
  if (bytes.length < 4 || readU32(bytes, 0) !== dtbMagic) {
    damage.add(`This is no device tree blob: it does not start with ${hex(dtbMagic)}`, 0, Math.min(4, bytes.length));
    return undefined;
  }
  if (bytes.length > LARGEST_BLOB) {
    const size = humanSize(bytes.length);
    damage.add(`The file has ${size}; a device tree blob of more than 2 MiB does not boot, and this one is not read`, 0, 4);
    return undefined;
  }
  const head = readDtbHead(bytes);
  if (head === undefined) {
    damage.add(`The file ends within the header: it has ${bytes.length} bytes, the header ${dtbHeaderSize}`, 0, bytes.length);
    return undefined;
  }
  if (head.lastCompatible > NEWEST) {
    field('last_comp_version', `last_comp_version is ${head.lastCompatible}: only programs that know that version can read the blob`);
    return undefined;
  }
  if (head.version === 0 || (head.version > 3 && head.version < 16)) {
    field('version', `version is ${head.version}; there are 1, 2, 3, 16 and 17`);
    return undefined;
  }
  if (head.lastCompatible > head.version)
    field('last_comp_version', `last_comp_version ${head.lastCompatible} is newer than version ${head.version}`);
  checkBlocks(bytes, head, damage);
  return head;
}

interface Block {
  readonly name: string;
  readonly at: DtbField;
  readonly start: number;
  readonly end: number;
}

/** Whether the header's offsets and sizes fit the file and one another. What does not is told, and read as far as it is there. */
function checkBlocks(bytes: Uint8Array, head: DtbHead, damage: DtbDamage): void {
  const field = (name: DtbField, what: string): void => damage.add(what, dtbField[name], dtbField[name] + 4);
  const { totalSize } = head;
  if (totalSize > bytes.length)
    field('totalsize', `totalsize is ${hex(totalSize)}, but the file ends after ${hex(bytes.length)} bytes: its end is missing`);
  else if (totalSize < bytes.length) {
    const rest = `${humanSize(bytes.length - totalSize)} stand behind the end of the blob, which nothing reads`;
    damage.add(rest, totalSize, bytes.length, 'information');
  }
  const blocks: Block[] = [
    { name: 'memory reservation block', at: 'off_mem_rsvmap', start: head.reservationsAt, end: head.reservationsAt + 16 },
    { name: 'structure block', at: 'off_dt_struct', start: head.structureAt, end: head.structureAt + (head.structureSize ?? 4) },
    { name: 'strings block', at: 'off_dt_strings', start: head.stringsAt, end: head.stringsAt + (head.stringsSize ?? 0) },
  ];
  if (head.structureAt % 4 !== 0) field('off_dt_struct', `off_dt_struct is ${hex(head.structureAt)}, no multiple of 4`);
  if (head.reservationsAt % 8 !== 0) field('off_mem_rsvmap', `off_mem_rsvmap is ${hex(head.reservationsAt)}, no multiple of 8`);
  blocks.forEach((block, index) => {
    const range = `${hex(block.start)} to ${hex(block.end)}`;
    if (block.start < head.headSize) field(block.at, `${block.at} puts the ${block.name} into the header: ${hex(block.start)}`);
    if (block.end > totalSize) field(block.at, `The ${block.name}, ${range}, ends behind totalsize, ${hex(totalSize)}`);
    for (const other of blocks.slice(0, index))
      if (block.start < other.end && other.start < block.end)
        field(block.at, `The ${block.name}, ${range}, and the ${other.name}, ${hex(other.start)} to ${hex(other.end)}, overlap`);
  });
}

/** Up to the first entry of size 0, where Linux and dtc stop, too. */
function readReservations(path: string, bytes: Uint8Array, head: DtbHead, blobEnd: number, damage: DtbDamage): MemoryReservation[] {
  const reservations: MemoryReservation[] = [];
  // No further than the block that follows.
  const limit = Math.min(blobEnd, ...[head.structureAt, head.stringsAt].filter((at) => at > head.reservationsAt));
  const u64 = (at: number): bigint => (BigInt(readU32(bytes, at)) << 32n) | BigInt(readU32(bytes, at + 4));
  for (let at = head.reservationsAt; ; at += 16) {
    if (at + 16 > limit) {
      // A block that is not in the file at all is told with the header.
      if (head.reservationsAt + 16 <= limit) damage.add('The memory reservations have no entry of size 0 at their end', at, limit);
      return reservations;
    }
    const size = u64(at + 8);
    if (size === 0n) return reservations;
    reservations.push({ address: u64(at), size, span: { file: path, start: at, end: at + 16 } });
  }
}
