import { type ByteText, fromUnicode, toUnicode } from '../byte-text.ts';
import { sizeOf } from '../programs/file-status.ts';
import { FileError, type TargetFiles } from '../target.ts';
import type { FileSystem } from './file-system.ts';
import { allows } from './file-system.ts';
import { type Actor, contentOf, type Inode, type Waiter } from './inode.ts';

/** What cannot be answered at once is busy: SFTP and tests do not wait. */
const impatient: Waiter = { wait: () => Promise.reject(new FileError('EBUSY', '')) };

/** The files of a target for the outside: names in Unicode, all as the login, or as root. */
export function targetFiles(files: () => FileSystem, actor: () => Actor): TargetFiles {
  const at = <T>(path: string, work: (full: ByteText, files: FileSystem, actor: Actor) => T): T => {
    try {
      return work(fromUnicode(path), files(), actor());
    } catch (error) {
      throw error instanceof FileError ? new FileError(error.errno, path) : error;
    }
  };
  const writeAt = (path: string, bytes: Uint8Array, mode: number, keep: boolean): void =>
    at(path, (full, tree, who) => {
      const found = tree.find(full, who, true).inode;
      const inode = found ?? tree.createFile(full, mode, who);
      tree.mayWrite(inode, who, full);
      if (inode.kind === 'generated') {
        inode.write?.(bytes);
        return;
      }
      if (inode.kind !== 'file') return;
      if (!keep) tree.truncate(inode, 0);
      for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(tree.writeAt(inode, inode.size, rest, full));
    });
  return {
    read: (path) =>
      at(path, (full, tree, who) => {
        const inode = tree.inode(full, who);
        if (inode.kind === 'directory') throw new FileError('EISDIR', path);
        if (!allows(inode, who, 4)) throw new FileError('EACCES', path);
        if (inode.kind === 'file') return contentOf(inode).slice();
        if (inode.kind !== 'generated') throw new FileError('EINVAL', path);
        const content = inode.readNow === undefined ? inode.read(who, impatient) : inode.readNow(who);
        if (content instanceof Promise) {
          content.catch(() => undefined);
          throw new FileError('EBUSY', path);
        }
        return content;
      }),
    write: (path, bytes, mode = 0o644) => writeAt(path, bytes, mode, false),
    append: (path, bytes) => writeAt(path, bytes, 0o644, true),
    list: (path) =>
      at(path, (full, tree, who) => {
        const directory = tree.directory(full, who);
        if (!allows(directory, who, 4)) throw new FileError('EACCES', path);
        return [...directory.entries.keys()].map(toUnicode).sort();
      }),
    stat: (path) =>
      at(path, (full, tree, who) => {
        let inode: Inode | undefined;
        try {
          inode = tree.find(full, who, false).inode;
        } catch (error) {
          if (error instanceof FileError && (error.errno === 'ENOENT' || error.errno === 'ENOTDIR')) return undefined;
          throw error;
        }
        if (inode === undefined) return undefined;
        const kind = inode.kind === 'generated' ? 'file' : inode.kind;
        return { kind, size: sizeOf(inode), mode: inode.mode, inode: inode.number, modified: inode.modified };
      }),
    makeDirectory: (path) =>
      at(path, (full, tree, who) => {
        tree.makeDirectory(full, 0o755, who);
      }),
    changeMode: (path, mode) => at(path, (full, tree, who) => tree.changeMode(full, mode & 0o7777, who)),
    rename: (from, to) => at(from, (full, tree, who) => tree.rename(full, fromUnicode(to), who)),
    remove: (path) =>
      at(path, (full, tree, who) => {
        if (tree.inode(full, who, false).kind === 'directory') tree.removeDirectory(full, who);
        else tree.unlink(full, who);
      }),
  };
}
