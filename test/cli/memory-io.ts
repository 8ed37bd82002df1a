import type { Io, OutputFile } from '@jailhouse-cells/cli/io.ts';
import type { DirectoryEntry, FileSystem } from '@jailhouse-cells/core/source/file-system.ts';

/** Files in memory by absolute path. */
export class MemoryFiles implements FileSystem {
  private readonly files = new Map<string, Uint8Array>();

  constructor(files: Readonly<Record<string, string | Uint8Array>>) {
    for (const [path, content] of Object.entries(files)) this.set(path, content);
  }

  set(path: string, content: string | Uint8Array): void {
    this.files.set(path, typeof content === 'string' ? new TextEncoder().encode(content) : content);
  }

  readText(path: string): string | undefined {
    const bytes = this.files.get(path);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  readBytes(path: string): Uint8Array | undefined {
    return this.files.get(path);
  }

  stat(path: string): 'file' | 'directory' | undefined {
    if (this.files.has(path)) return 'file';
    const folder = path.endsWith('/') ? path : `${path}/`;
    return [...this.files.keys()].some((name) => name.startsWith(folder)) ? 'directory' : undefined;
  }

  size(path: string): number | undefined {
    return this.files.get(path)?.length;
  }

  list(path: string): readonly DirectoryEntry[] {
    const folder = path.endsWith('/') ? path : `${path}/`;
    const entries = new Map<string, 'file' | 'directory'>();
    for (const name of this.files.keys()) {
      if (!name.startsWith(folder)) continue;
      const [first, ...rest] = name.slice(folder.length).split('/');
      if (first !== undefined) entries.set(first, rest.length > 0 ? 'directory' : 'file');
    }
    return [...entries].map(([name, kind]) => ({ name, kind })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

export interface TestIo extends Io {
  readonly fs: MemoryFiles;
  readonly written: OutputFile[];
  printed(): { readonly out: string; readonly err: string };
}

interface TestIoOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly isTerminal?: boolean;
  readonly cancelAfter?: number;
}

/** A process that is none: files in memory, output in strings. */
export function testIo(files: Readonly<Record<string, string | Uint8Array>>, options: TestIoOptions = {}): TestIo {
  const out: string[] = [];
  const err: string[] = [];
  const written: OutputFile[] = [];
  const fs = new MemoryFiles(files);
  let asked = 0;
  const sink = (texts: string[]) => ({
    write: (text: string) => {
      texts.push(text);
    },
    isTerminal: options.isTerminal ?? false,
    columns: options.columns,
  });
  return {
    fs,
    cwd: options.cwd ?? '/work',
    env: options.env ?? {},
    out: sink(out),
    err: sink(err),
    written,
    printed: () => ({ out: out.join(''), err: err.join('') }),
    writeFiles: async (outputs) => {
      for (const output of outputs) {
        written.push(output);
        fs.set(output.path, output.bytes);
      }
      return { ok: true };
    },
    cancelled: async () => asked++ >= (options.cancelAfter ?? Number.POSITIVE_INFINITY),
  };
}
