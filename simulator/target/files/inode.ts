import type { ByteText } from '../byte-text.ts';

/** Who asks for a file. */
export interface Actor {
  readonly uid: number;
  readonly gid: number;
}

export const superuser: Actor = { uid: 0, gid: 0 };

/** Which file system an inode belongs to: faults concern the disk alone, and `memory` is empty after a power cycle. */
export type Storage = 'disk' | 'memory' | 'kernel' | 'devices';

interface Common {
  readonly number: number;
  readonly storage: Storage;
  /** Permission bits, 0 to 0o7777. */
  mode: number;
  uid: number;
  gid: number;
  /** Milliseconds since 1970. */
  modified: number;
}

export interface Directory extends Common {
  readonly kind: 'directory';
  readonly entries: Map<ByteText, Inode>;
}

export interface StoredFile extends Common {
  readonly kind: 'file';
  bytes: Uint8Array;
  size: number;
  links: number;
}

/** A file of /proc or /sys: its content is made when it is read. */
export interface GeneratedFile extends Common {
  readonly kind: 'generated';
  /** What stat says: 0 in /proc, 4096 in /sys. */
  readonly statedSize: number;
  readonly read: (reader: Actor, wait: Waiter) => Uint8Array | Promise<Uint8Array>;
  /** The same for who cannot wait, where `read` may have to. Throws FileError EBUSY. */
  readonly readNow?: ((reader: Actor) => Uint8Array) | undefined;
  readonly write: ((bytes: Uint8Array) => void) | undefined;
}

export interface Link extends Common {
  readonly kind: 'link';
  readonly target: ByteText;
}

export interface Device extends Common {
  readonly kind: 'device';
  readonly major: number;
  readonly minor: number;
}

export type Inode = Directory | StoredFile | GeneratedFile | Link | Device;

/** Something that waits until a promise is kept, unless it is killed first. */
export interface Waiter {
  wait<T>(promise: Promise<T>): Promise<T>;
}

let lastNumber = 1000;

/** Inode numbers are never used twice in the life of a board, as in sysfs. */
export function nextNumber(): number {
  lastNumber += 1;
  return lastNumber;
}

export function makeDirectoryInode(storage: Storage, mode: number, owner: Actor, modified: number): Directory {
  return { kind: 'directory', number: nextNumber(), storage, mode, uid: owner.uid, gid: owner.gid, modified, entries: new Map() };
}

export function makeFileInode(storage: Storage, mode: number, owner: Actor, modified: number, bytes = new Uint8Array()): StoredFile {
  return {
    kind: 'file',
    number: nextNumber(),
    storage,
    mode,
    uid: owner.uid,
    gid: owner.gid,
    modified,
    bytes,
    size: bytes.length,
    links: 1,
  };
}

export function contentOf(file: StoredFile): Uint8Array {
  return file.bytes.subarray(0, file.size);
}
