import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { builtInHeaders } from '@jailhouse-cells/core/abi/headers.ts';
import type { Architecture } from '@jailhouse-cells/core/config/model.ts';
import type { Revision } from '@jailhouse-cells/core/workspace/settings.ts';

/** The compilers that our bytes are measured against. `apt` is the Debian package. */
const prefixes: Readonly<Record<Architecture, { readonly prefix: string; readonly apt: string }>> = {
  arm64: { prefix: 'aarch64-linux-gnu-', apt: 'gcc-aarch64-linux-gnu' },
  arm: { prefix: 'arm-linux-gnueabihf-', apt: 'gcc-arm-linux-gnueabihf' },
  x86: { prefix: process.arch === 'x64' ? '' : 'x86_64-linux-gnu-', apt: process.arch === 'x64' ? 'gcc' : 'gcc-x86-64-linux-gnu' },
};

export interface CompilerMessage {
  /** Zero-based, as ours are. */
  readonly line: number;
  readonly severity: 'error' | 'warning';
  readonly text: string;
  /** Lines of the macro uses around it, for a message inside a macro's body. */
  readonly uses: readonly number[];
}

export interface Compiled {
  /** What objcopy wrote; undefined when gcc refused the source. */
  readonly bytes: Uint8Array | undefined;
  readonly messages: readonly CompilerMessage[];
  /** gcc itself broke (gcc 12 has such sources): it says nothing about this one. */
  readonly crashed: boolean;
}

/** A folder of its own for one test run; `close` removes it. */
export class Toolchain {
  readonly folder = mkdtempSync(join(tmpdir(), 'jailhouse-cells-oracle-'));
  private runs = 0;

  /** Writes the built-in headers of a revision and gives the folder to include. */
  headers(revision: Revision): string {
    const root = join(this.folder, `headers-${revision}`);
    for (const [name, text] of builtInHeaders(revision)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    return root;
  }

  /** Compiles every source as upstream's makefile does, a few gcc processes for all of them. */
  async compile(architecture: Architecture, sources: readonly string[], args: readonly string[]): Promise<readonly Compiled[]> {
    const { prefix, apt } = prefixes[architecture];
    const out: Compiled[] = [];
    const chunks: string[][] = [];
    for (let at = 0; at < sources.length; at += 40) chunks.push(sources.slice(at, at + 40));
    for (let at = 0; at < chunks.length; at += 2) {
      const pair = chunks.slice(at, at + 2).map((chunk) => this.compileChunk(prefix, apt, chunk, args));
      for (const results of await Promise.all(pair)) out.push(...results);
    }
    return out;
  }

  private async compileChunk(prefix: string, apt: string, sources: readonly string[], args: readonly string[]): Promise<Compiled[]> {
    const folder = join(this.folder, `run-${this.runs++}`);
    mkdirSync(folder);
    sources.forEach((source, index) => {
      writeFileSync(join(folder, `${index}.c`), source);
    });
    const files = sources.map((_source, index) => `${index}.c`);
    const gcc = await run(`${prefix}gcc`, apt, ['-fno-diagnostics-show-caret', ...args, '-c', ...files], folder);
    const results: Compiled[] = [];
    for (let index = 0; index < sources.length; index++) {
      const text = gcc.stderr.split('\n').filter((line) => line.startsWith(`${index}.c:`));
      const crashed = text.some((line) => line.includes('internal compiler error'));
      results.push({ bytes: crashed ? undefined : await this.binary(prefix, apt, folder, index), messages: messagesOf(text), crashed });
    }
    rmSync(folder, { recursive: true });
    return results;
  }

  private async binary(prefix: string, apt: string, folder: string, index: number): Promise<Uint8Array | undefined> {
    const object = readIfThere(join(folder, `${index}.o`));
    if (!object) return undefined;
    const copied = await run(
      `${prefix}objcopy`,
      apt,
      ['-O', 'binary', '--remove-section=.note.gnu.property', `${index}.o`, `${index}.cell`],
      folder,
    );
    if (copied.status !== 0) throw new Error(`objcopy failed: ${copied.stderr}`);
    return readIfThere(join(folder, `${index}.cell`));
  }

  /** The text behind gcc's preprocessor; undefined when it reports an error. */
  async preprocess(sources: readonly string[], files: ReadonlyMap<string, string>): Promise<readonly (string | undefined)[]> {
    const folder = join(this.folder, `run-${this.runs++}`);
    mkdirSync(folder);
    for (const [name, text] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const out: (string | undefined)[] = [];
    for (const [index, source] of sources.entries()) {
      writeFileSync(join(folder, `${index}.c`), source);
      const { prefix, apt } = prefixes.arm64;
      const result = await run(`${prefix}gcc`, apt, ['-w', '-E', '-P', '-I', folder, `${index}.c`], folder);
      out.push(result.status === 0 ? result.stdout : undefined);
    }
    rmSync(folder, { recursive: true });
    return out;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function messagesOf(lines: readonly string[]): CompilerMessage[] {
  const out: (CompilerMessage & { uses: number[] })[] = [];
  for (const line of lines) {
    const use = /^\d+\.c:(\d+):(?:\d+:)? note: in (?:expansion|definition) of macro/.exec(line);
    if (use) out.at(-1)?.uses.push(Number(use[1]) - 1);
    const match = /^\d+\.c:(\d+):(?:\d+:)? (?:fatal )?(error|warning): (.*)$/.exec(line);
    if (match) out.push({ line: Number(match[1]) - 1, severity: match[2] as 'error' | 'warning', text: match[3] as string, uses: [] });
  }
  return out;
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return new Uint8Array(readFileSync(path));
  } catch {
    return undefined;
  }
}

interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, apt: string, args: readonly string[], cwd: string): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(command, args, { cwd, env: { ...process.env, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error) => reject(new Error(`${command} does not start (${error.message}); on Debian: apt-get install ${apt}`)));
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}
