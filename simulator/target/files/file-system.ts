import type { ByteText } from '../byte-text.ts';
import { FileError, type TargetFaults } from '../target.ts';
import {
  type Actor,
  type Directory,
  type Inode,
  type Link,
  makeDirectoryInode,
  makeFileInode,
  nextNumber,
  type StoredFile,
} from './inode.ts';

const mostLinks = 40;
const longestName = 255;

export interface Found {
  readonly directory: Directory;
  /** Last part of the path; empty for the root directory. */
  readonly name: ByteText;
  readonly inode: Inode | undefined;
}

/** The tree of files. Paths are absolute; every error is a `FileError` with the path as it was given. */
export class FileSystem {
  readonly root: Directory;

  constructor(
    private readonly faults: TargetFaults,
    readonly now: () => number,
  ) {
    this.root = makeDirectoryInode('disk', 0o755, { uid: 0, gid: 0 }, now());
  }

  /** The inode behind a path. Throws ENOENT, ENOTDIR, EACCES, ELOOP. */
  inode(path: ByteText, actor: Actor, follow = true): Inode {
    const { inode } = this.find(path, actor, follow);
    if (inode === undefined) throw new FileError('ENOENT', path);
    return inode;
  }

  exists(path: ByteText, actor: Actor): boolean {
    try {
      return this.find(path, actor, true).inode !== undefined;
    } catch {
      return false;
    }
  }

  directory(path: ByteText, actor: Actor): Directory {
    const inode = this.inode(path, actor);
    if (inode.kind !== 'directory') throw new FileError('ENOTDIR', path);
    return inode;
  }

  /** Where a path leads; the last part need not exist. */
  find(path: ByteText, actor: Actor, follow: boolean): Found {
    if (path === '') throw new FileError('ENOENT', path);
    let links = 0;
    const pending = path.split('/').filter((part) => part !== '');
    const mustBeDirectory = path.endsWith('/') || /(^|\/)\.\.?$/.test(path);
    const stack: { directory: Directory; name: ByteText }[] = [{ directory: this.root, name: '' }];
    while (true) {
      const here = (stack.at(-1) as { directory: Directory }).directory;
      const part = pending.shift();
      if (part === undefined) {
        const last = stack.at(-1) as { directory: Directory; name: ByteText };
        const parent = stack.at(-2)?.directory ?? this.root;
        return { directory: parent, name: last.name, inode: last.directory };
      }
      if (part.length > longestName) throw new FileError('ENAMETOOLONG', path);
      if (!allows(here, actor, 1)) throw new FileError('EACCES', path);
      if (part === '.') continue;
      if (part === '..') {
        if (stack.length > 1) stack.pop();
        continue;
      }
      const inode = here.entries.get(part);
      const last = pending.length === 0;
      if (inode?.kind === 'link' && (!last || follow || mustBeDirectory)) {
        links += 1;
        if (links > mostLinks) throw new FileError('ELOOP', path);
        if (inode.target.startsWith('/')) stack.length = 1;
        pending.unshift(...inode.target.split('/').filter((piece) => piece !== ''));
        if (pending.length === 0) continue;
        continue;
      }
      if (inode?.kind === 'directory') {
        stack.push({ directory: inode, name: part });
        continue;
      }
      if (!last) throw new FileError(inode === undefined ? 'ENOENT' : 'ENOTDIR', path);
      if (inode !== undefined && mustBeDirectory) throw new FileError('ENOTDIR', path);
      return { directory: here, name: part, inode };
    }
  }

  /** Absolute path without `.`, `..` and links. */
  realPath(path: ByteText, actor: Actor): ByteText {
    this.inode(path, actor);
    let parts: ByteText[] = [];
    const pending = path.split('/').filter((part) => part !== '');
    while (pending.length > 0) {
      const part = pending.shift() as ByteText;
      if (part === '.') continue;
      if (part === '..') {
        parts.pop();
        continue;
      }
      const inode = this.inode(`/${[...parts, part].join('/')}`, actor, false);
      if (inode.kind === 'link') {
        if (inode.target.startsWith('/')) parts = [];
        pending.unshift(...inode.target.split('/').filter((piece) => piece !== ''));
      } else parts.push(part);
    }
    return `/${parts.join('/')}`;
  }

  /** A new, empty file. Throws EEXIST, EACCES, EROFS, ENOENT. */
  createFile(path: ByteText, mode: number, actor: Actor): StoredFile {
    const { directory, name } = this.place(path, actor);
    this.mayChange(directory, actor, path);
    const file = makeFileInode(directory.storage, mode, actor, this.now());
    directory.entries.set(name, file);
    directory.modified = this.now();
    return file;
  }

  makeDirectory(path: ByteText, mode: number, actor: Actor): Directory {
    const { directory, name } = this.place(path, actor);
    this.mayChange(directory, actor, path);
    const made = makeDirectoryInode(directory.storage, mode, actor, this.now());
    directory.entries.set(name, made);
    directory.modified = this.now();
    return made;
  }

  symlink(target: ByteText, path: ByteText, actor: Actor): void {
    const { directory, name } = this.place(path, actor);
    this.mayChange(directory, actor, path);
    const { uid, gid } = actor;
    const link: Link = {
      kind: 'link',
      number: nextNumber(),
      storage: directory.storage,
      mode: 0o777,
      uid,
      gid,
      modified: this.now(),
      target,
    };
    directory.entries.set(name, link);
  }

  link(existing: ByteText, path: ByteText, actor: Actor): void {
    const inode = this.inode(existing, actor, false);
    if (inode.kind === 'directory') throw new FileError('EPERM', existing);
    const { directory, name } = this.place(path, actor);
    this.mayChange(directory, actor, path);
    if (directory.storage !== inode.storage) throw new FileError('EXDEV', path);
    if (inode.kind === 'file') inode.links += 1;
    directory.entries.set(name, inode);
  }

  /** Removes what is no directory. */
  unlink(path: ByteText, actor: Actor): void {
    const { directory, name, inode } = this.find(path, actor, false);
    if (inode === undefined) throw new FileError('ENOENT', path);
    if (inode.kind === 'directory') throw new FileError('EISDIR', path);
    this.mayChange(directory, actor, path);
    this.maySticky(directory, inode, actor, path);
    directory.entries.delete(name);
    directory.modified = this.now();
    this.dropped(inode);
  }

  removeDirectory(path: ByteText, actor: Actor): void {
    const { directory, name, inode } = this.find(path, actor, false);
    if (inode === undefined) throw new FileError('ENOENT', path);
    if (inode.kind !== 'directory') throw new FileError('ENOTDIR', path);
    this.mayChange(directory, actor, path);
    if (name === '') throw new FileError('EBUSY', path);
    if (inode.entries.size > 0) throw new FileError('ENOTEMPTY', path);
    directory.entries.delete(name);
    directory.modified = this.now();
  }

  /** As rename(2): replaces a file in one step. */
  rename(from: ByteText, to: ByteText, actor: Actor): void {
    const source = this.find(from, actor, false);
    if (source.inode === undefined) throw new FileError('ENOENT', from);
    const target = this.find(to, actor, false);
    this.mayChange(source.directory, actor, from);
    this.mayChange(target.directory, actor, to);
    if (source.inode === target.inode) return;
    if (source.directory.storage !== target.directory.storage) throw new FileError('EXDEV', to);
    if (target.inode?.kind === 'directory') {
      if (source.inode.kind !== 'directory') throw new FileError('EISDIR', to);
      if (target.inode.entries.size > 0) throw new FileError('ENOTEMPTY', to);
    } else if (target.inode !== undefined && source.inode.kind === 'directory') throw new FileError('ENOTDIR', to);
    if (source.inode.kind === 'directory' && holds(source.inode, target.directory)) throw new FileError('EINVAL', to);
    if (target.inode !== undefined) this.dropped(target.inode);
    source.directory.entries.delete(source.name);
    target.directory.entries.set(target.name, source.inode);
    source.directory.modified = this.now();
    target.directory.modified = this.now();
  }

  changeMode(path: ByteText, mode: number, actor: Actor): void {
    const inode = this.inode(path, actor);
    if (inode.storage === 'disk' && this.faults.readOnly === true) throw new FileError('EROFS', path);
    if (actor.uid !== 0 && actor.uid !== inode.uid) throw new FileError('EPERM', path);
    inode.mode = mode;
  }

  changeOwner(path: ByteText, owner: Actor, actor: Actor): void {
    const inode = this.inode(path, actor);
    if (inode.storage === 'disk' && this.faults.readOnly === true) throw new FileError('EROFS', path);
    if (actor.uid !== 0 && (actor.uid !== owner.uid || actor.uid !== inode.uid)) throw new FileError('EPERM', path);
    inode.uid = owner.uid;
    inode.gid = owner.gid;
  }

  /** Whether a file may be opened for writing. */
  mayWrite(inode: Inode, actor: Actor, path: ByteText): void {
    if (inode.kind === 'directory') throw new FileError('EISDIR', path);
    if (!allows(inode, actor, 2)) throw new FileError('EACCES', path);
    if (inode.kind === 'file' && inode.storage === 'disk' && this.faults.readOnly === true) throw new FileError('EROFS', path);
  }

  truncate(file: StoredFile, size: number): void {
    if (size < file.size) this.give(file, file.size - size);
    else if (size > file.size) this.writeAt(file, file.size, new Uint8Array(size - file.size), '');
    file.size = size;
    file.modified = this.now();
  }

  /** Writes as much as there is room for; throws ENOSPC when that is nothing of it. @returns Bytes written. */
  writeAt(file: StoredFile, offset: number, bytes: Uint8Array, path: ByteText): number {
    const wanted = Math.max(0, offset + bytes.length - file.size);
    const left = file.storage === 'disk' ? (this.faults.diskLeft ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    const fits = wanted <= left ? bytes.length : Math.max(0, bytes.length - (wanted - left));
    if (fits === 0 && bytes.length > 0) throw new FileError('ENOSPC', path);
    const end = offset + fits;
    if (end > file.bytes.length) {
      const grown = new Uint8Array(Math.max(end, file.bytes.length * 2, 256));
      grown.set(file.bytes.subarray(0, file.size));
      file.bytes = grown;
    } else if (offset > file.size) file.bytes.fill(0, file.size, offset);
    file.bytes.set(fits === bytes.length ? bytes : bytes.subarray(0, fits), offset);
    if (end > file.size) {
      this.give(file, file.size - end);
      file.size = end;
    }
    file.modified = this.now();
    return fits;
  }

  private place(path: ByteText, actor: Actor): Found {
    const found = this.find(path, actor, false);
    if (found.inode !== undefined) throw new FileError('EEXIST', path);
    return found;
  }

  private mayChange(directory: Directory, actor: Actor, path: ByteText): void {
    if (directory.storage === 'kernel') throw new FileError('EPERM', path);
    if (!allows(directory, actor, 3)) throw new FileError('EACCES', path);
    if (directory.storage === 'disk' && this.faults.readOnly === true) throw new FileError('EROFS', path);
  }

  /** In /tmp only the owner of a file may remove it. */
  private maySticky(directory: Directory, inode: Inode, actor: Actor, path: ByteText): void {
    if ((directory.mode & 0o1000) === 0 || actor.uid === 0 || actor.uid === inode.uid || actor.uid === directory.uid) return;
    throw new FileError('EPERM', path);
  }

  private dropped(inode: Inode): void {
    if (inode.kind !== 'file') return;
    inode.links -= 1;
    if (inode.links === 0) this.give(inode, inode.size);
  }

  private give(file: StoredFile, bytes: number): void {
    if (file.storage === 'disk' && this.faults.diskLeft !== undefined) this.faults.diskLeft += bytes;
  }
}

/** @param wanted 4 read, 2 write, 1 execute or enter. */
export function allows(inode: Inode, actor: Actor, wanted: number): boolean {
  if (actor.uid === 0) return wanted !== 1 || inode.kind === 'directory' || (inode.mode & 0o111) !== 0;
  const bits = actor.uid === inode.uid ? inode.mode >> 6 : actor.gid === inode.gid ? inode.mode >> 3 : inode.mode;
  return (bits & wanted) === wanted;
}

function holds(directory: Directory, searched: Directory): boolean {
  if (directory === searched) return true;
  for (const entry of directory.entries.values()) if (entry.kind === 'directory' && holds(entry, searched)) return true;
  return false;
}
