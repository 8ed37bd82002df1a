import type { FileSystem } from '../source/file-system.ts';
import { directoryOf, isAbsolute, joinPath } from '../source/paths.ts';
import type { Prelude } from '../source/preprocessor-result.ts';
import { SourceFile } from '../source/source-file.ts';
import { type TokenizedFile, tokenize } from '../source/tokenizer.ts';
import { bindingScheme, bindings } from './bindings.ts';
import type { TreeHost } from './read-source.ts';
import { treePrelude } from './tree-prelude.ts';

/** Reads device trees from files, each once: for one call of a command, where nothing changes meanwhile. */
export class FileTreeHost implements TreeHost {
  private readonly sources = new Map<string, SourceFile | undefined>();
  private readonly tokenized = new WeakMap<SourceFile, TokenizedFile>();
  private readonly start: Prelude;

  /** `includePaths` are absolute. */
  constructor(
    private readonly fs: Pick<FileSystem, 'readText' | 'readBytes'>,
    private readonly includePaths: readonly string[],
    defines: Readonly<Record<string, string>> = {},
  ) {
    this.start = treePrelude(defines);
  }

  source(path: string): SourceFile | undefined {
    if (!this.sources.has(path)) {
      const text = this.isBuiltIn(path) ? bindings.get(path.slice(bindingScheme.length + 1)) : this.fs.readText(path);
      this.sources.set(path, text === undefined ? undefined : new SourceFile(path, text));
    }
    return this.sources.get(path);
  }

  protected isBuiltIn(path: string): boolean {
    return path.startsWith(bindingScheme);
  }

  resolve(name: string, quoted: boolean, from: SourceFile): SourceFile | undefined {
    for (const path of this.candidates(name, quoted, from)) {
      const file = this.source(path);
      if (file !== undefined) return file;
    }
    return bindings.has(name) ? this.source(`${bindingScheme}/${name}`) : undefined;
  }

  tokens(file: SourceFile): TokenizedFile {
    let known = this.tokenized.get(file);
    if (known === undefined) {
      known = tokenize(file, 'assembler');
      this.tokenized.set(file, known);
    }
    return known;
  }

  isCurrent(file: SourceFile): boolean {
    return this.source(file.path) === file;
  }

  searched(name: string, quoted: boolean, from: SourceFile): readonly string[] {
    return [...new Set(this.candidates(name, quoted, from).map(directoryOf))];
  }

  bytes(name: string, from: SourceFile): Uint8Array | undefined {
    for (const path of this.candidates(name, true, from)) {
      const bytes = this.fs.readBytes(path);
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  }

  prelude(): Prelude {
    return this.start;
  }

  private candidates(name: string, quoted: boolean, from: SourceFile): string[] {
    if (isAbsolute(name)) return [name];
    const beside = quoted ? [joinPath(directoryOf(from.path), name)] : [];
    return [...beside, ...this.includePaths.map((path) => joinPath(path, name))];
  }
}
