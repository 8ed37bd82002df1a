import { MemoryFiles } from '../memory-files.ts';

/** Files of a test and what the server wrote. */
export class MemoryFileSystem extends MemoryFiles {
  readonly written = new Map<string, Uint8Array>();

  /** Stands for the disk that builds write to; a path below /full cannot be written. */
  write(path: string, bytes: Uint8Array): string | undefined {
    if (path.startsWith('/full/')) return `${path} could not be written: no space left on device`;
    this.written.set(path, bytes);
    return undefined;
  }
}
