import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { DirectoryEntry, FileSystem } from '@jailhouse-cells/core/source/file-system.ts';

/** More than any source or config; keeps a device node or a disk image from being read whole. */
const MAX_FILE_SIZE = 64 * 1024 * 1024;

/** The machine's files. Whatever goes wrong counts as "not there": the caller says what it misses. */
export const nodeFileSystem: FileSystem = {
  readText(path) {
    return read(path)?.toString('utf8');
  },

  readBytes(path) {
    const bytes = read(path);
    return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  },

  stat(path) {
    try {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats?.isFile() ? 'file' : stats?.isDirectory() ? 'directory' : undefined;
    } catch {
      return undefined;
    }
  },

  size(path) {
    try {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats?.isFile() ? stats.size : undefined;
    } catch {
      return undefined;
    }
  },

  list(path) {
    try {
      return readdirSync(path, { withFileTypes: true })
        .flatMap((entry): DirectoryEntry[] => {
          if (entry.isDirectory()) return [{ name: entry.name, kind: 'directory' }];
          if (entry.isFile()) return [{ name: entry.name, kind: 'file' }];
          // Links to files count as files; links to folders are not followed, they may lead in circles.
          return entry.isSymbolicLink() && this.stat(`${path}/${entry.name}`) === 'file' ? [{ name: entry.name, kind: 'file' }] : [];
        })
        .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    } catch {
      return [];
    }
  },
};

function read(path: string): Buffer | undefined {
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > MAX_FILE_SIZE) return undefined;
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
