/** What the core may know of the outside: synchronous, and never throwing. Paths are absolute, with `/` between segments. */
export interface FileSystem {
  /** The text of a file (UTF-8), or undefined when there is none or it cannot be read. */
  readText(path: string): string | undefined;
  readBytes(path: string): Uint8Array | undefined;
  stat(path: string): 'file' | 'directory' | undefined;
  /** Bytes of a file of any size; undefined when there is none. */
  size(path: string): number | undefined;
  /** Names (not paths) of the entries of a directory, sorted; empty when there is none. */
  list(path: string): readonly DirectoryEntry[];
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory';
}
