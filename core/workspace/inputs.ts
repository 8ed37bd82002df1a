import type { DirectoryEntry, FileSystem } from '../source/file-system.ts';
import { directoryOf } from '../source/paths.ts';
import { SourceFile } from '../source/source-file.ts';
import { virtualScheme, virtualText } from './header-tree.ts';
import type { Queries } from './queries.ts';

/** Files and open texts as recorded inputs: also the question whether a file exists is one. */
export class Inputs {
  private readonly openTexts = new Map<string, string>();
  private readonly virtual = new Map<string, SourceFile | undefined>();

  constructor(
    private readonly fs: FileSystem,
    private readonly queries: Queries,
  ) {}

  /** The file as it counts now: its open text, else what is on disk. */
  source(path: string): SourceFile | undefined {
    if (path.startsWith(virtualScheme)) return this.builtIn(path);
    return this.queries.input(
      `text:${path}`,
      () => {
        const text = this.openTexts.get(path) ?? this.fs.readText(path);
        return text === undefined ? undefined : new SourceFile(path, text);
      },
      (a, b) => a?.text === b?.text,
    );
  }

  bytes(path: string): Uint8Array | undefined {
    return this.queries.input(
      `bytes:${path}`,
      () => this.fs.readBytes(path),
      (a, b) => a === b || (a !== undefined && b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i])),
    );
  }

  isFile(path: string): boolean {
    return this.queries.input(`file:${path}`, () => this.openTexts.has(path) || this.fs.stat(path) === 'file');
  }

  size(path: string): number | undefined {
    return this.queries.input(`size:${path}`, () => this.fs.size(path));
  }

  /** A file or a folder. */
  exists(path: string): boolean {
    return this.isFile(path) || this.isDirectory(path);
  }

  isDirectory(path: string): boolean {
    return this.queries.input(`directory:${path}`, () => this.fs.stat(path) === 'directory');
  }

  list(path: string): readonly DirectoryEntry[] {
    return this.queries.input(
      `list:${path}`,
      () => this.withOpen(path, this.fs.list(path)),
      (a, b) => a.length === b.length && a.every((entry, i) => entry.name === b[i]?.name && entry.kind === b[i]?.kind),
    );
  }

  /** Files that are open but not saved yet belong to their folder too. */
  private withOpen(path: string, entries: readonly DirectoryEntry[]): readonly DirectoryEntry[] {
    const names = new Set(entries.map((entry) => entry.name));
    const extra = [...this.openTexts.keys()]
      .filter((open) => directoryOf(open) === path)
      .map((open) => open.slice(path.length).replace(/^\//, ''));
    const missing = extra.filter((name) => !names.has(name)).map((name) => ({ name, kind: 'file' as const }));
    return missing.length === 0 ? entries : [...entries, ...missing].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  open(path: string, text: string): void {
    const isNew = !this.openTexts.has(path);
    this.openTexts.set(path, text);
    this.queries.changed(isNew ? this.keysOf(path) : [`text:${path}`]);
  }

  close(path: string): void {
    if (this.openTexts.delete(path)) this.queries.changed(this.keysOf(path));
  }

  isOpen(path: string): boolean {
    return this.openTexts.has(path);
  }

  /** Reads again what is known of these paths, of what is inside them, and of the folders that hold them. */
  invalidate(paths: readonly string[]): void {
    const keys = new Set(paths.flatMap((path) => this.keysOf(path)));
    const folders = paths.map((path) => `${path}/`);
    this.queries.changedWhere((key) => keys.has(key) || folders.some((folder) => key.slice(key.indexOf(':') + 1).startsWith(folder)));
  }

  private keysOf(path: string): string[] {
    return [
      `text:${path}`,
      `bytes:${path}`,
      `size:${path}`,
      `file:${path}`,
      `directory:${path}`,
      `list:${path}`,
      `list:${directoryOf(path)}`,
    ];
  }

  private builtIn(path: string): SourceFile | undefined {
    if (!this.virtual.has(path)) {
      const text = virtualText(path);
      this.virtual.set(path, text === undefined ? undefined : new SourceFile(path, text));
    }
    return this.virtual.get(path);
  }
}
