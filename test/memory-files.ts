import type { DirectoryEntry, FileSystem } from '@jailhouse-cells/core/source/file-system.ts';

/** Files that exist in memory only: absolute path to text or bytes. */
export class MemoryFiles implements FileSystem {
  readonly files = new Map<string, string | Uint8Array>();

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [path, content] of Object.entries(files)) this.files.set(path, content);
  }

  set(path: string, content: string | Uint8Array): void {
    this.files.set(path, content);
  }

  readText(path: string): string | undefined {
    const content = this.files.get(path);
    return content instanceof Uint8Array ? new TextDecoder().decode(content) : content;
  }

  readBytes(path: string): Uint8Array | undefined {
    const content = this.files.get(path);
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  }

  stat(path: string): 'file' | 'directory' | undefined {
    if (this.files.has(path)) return 'file';
    const prefix = path.endsWith('/') ? path : `${path}/`;
    for (const name of this.files.keys()) if (name.startsWith(prefix)) return 'directory';
    return undefined;
  }

  size(path: string): number | undefined {
    return this.readBytes(path)?.length;
  }

  list(path: string): readonly DirectoryEntry[] {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const entries = new Map<string, 'file' | 'directory'>();
    for (const name of this.files.keys()) {
      if (!name.startsWith(prefix)) continue;
      const rest = name.slice(prefix.length);
      const slash = rest.indexOf('/');
      entries.set(slash < 0 ? rest : rest.slice(0, slash), slash < 0 ? 'file' : 'directory');
    }
    return [...entries].map(([name, kind]) => ({ name, kind })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
