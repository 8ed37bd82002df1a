import type { DirectoryEntry, FileSystem } from '@jailhouse-cells/core/source/file-system.ts';

/** Files of a test, by absolute path; folders are there when a file lies in them. */
export class MemoryFileSystem implements FileSystem {
  readonly files: Map<string, string>;
  readonly written = new Map<string, Uint8Array>();

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.files = new Map(Object.entries(files));
  }

  readText(path: string): string | undefined {
    return this.files.get(path);
  }

  readBytes(path: string): Uint8Array | undefined {
    const text = this.files.get(path);
    return text === undefined ? undefined : new TextEncoder().encode(text);
  }

  /** Stands for the disk that builds write to; a path below /full cannot be written. */
  write(path: string, bytes: Uint8Array): string | undefined {
    if (path.startsWith('/full/')) return `${path} could not be written: no space left on device`;
    this.written.set(path, bytes);
    return undefined;
  }

  stat(path: string): 'file' | 'directory' | undefined {
    if (this.files.has(path)) return 'file';
    return this.list(path).length > 0 ? 'directory' : undefined;
  }

  list(path: string): readonly DirectoryEntry[] {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const entries = new Map<string, DirectoryEntry>();
    for (const file of this.files.keys()) {
      if (!file.startsWith(prefix)) continue;
      const [name = '', ...below] = file.slice(prefix.length).split('/');
      entries.set(name, { name, kind: below.length > 0 ? 'directory' : 'file' });
    }
    return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
