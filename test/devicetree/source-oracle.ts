import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bindings } from '@jailhouse-cells/core/devicetree/bindings.ts';
import { encodeDtb } from '@jailhouse-cells/core/devicetree/encode-dtb.ts';
import { FileTreeHost } from '@jailhouse-cells/core/devicetree/file-tree-host.ts';
import { type ReadTree, readTreeSource } from '@jailhouse-cells/core/devicetree/read-source.ts';
import type { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { MemoryFiles } from '../memory-files.ts';

/** What is compiled: a source, and the files beside it. */
export interface TreeInput {
  readonly source: string;
  readonly files: ReadonlyMap<string, string>;
  readonly symbols: boolean;
}

/** A place that cpp or dtc names in an error. Lines count from 1. */
export interface NamedPlace {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** `cpp | dtc`, in a folder of its own; `close` removes it. */
export class SourceOracle {
  private readonly folder = mkdtempSync(join(tmpdir(), 'jailhouse-cells-dts-'));
  private runs = 0;

  constructor() {
    for (const [name, text] of bindings) this.write('include', name, text);
  }

  /** The blob, or the places of errors. */
  compile({ source, files, symbols }: TreeInput): { readonly bytes: Uint8Array | undefined; readonly errors: readonly NamedPlace[] } {
    const name = `run-${this.runs++}`;
    this.write(name, 'main.dts', source);
    for (const [path, text] of files) this.write(name, path, text);
    const cwd = join(this.folder, name);
    const cppArgs = ['-nostdinc', '-undef', '-x', 'assembler-with-cpp', '-I', join(this.folder, 'include'), 'main.dts'];
    const cpp = run('cpp', 'cpp', cppArgs, cwd, '');
    const args = ['-I', 'dts', '-O', 'dtb', ...(symbols ? ['-@'] : []), '-'];
    const dtc = cpp.status === 0 ? run('dtc', 'device-tree-compiler', args, cwd, cpp.stdout) : undefined;
    rmSync(cwd, { recursive: true });
    if (dtc?.status === 0) return { bytes: new Uint8Array(dtc.stdout), errors: [] };
    return { bytes: undefined, errors: placesIn(cpp.stderr + (dtc?.stderr ?? '')) };
  }

  private write(folder: string, name: string, text: string): void {
    const path = join(this.folder, folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What we make of the same. The source is /main.dts. */
export function compileHere({ source, files, symbols }: TreeInput): ReadTree & { readonly bytes: Uint8Array } {
  const fs = new MemoryFiles({ '/main.dts': source });
  for (const [name, text] of files) fs.set(`/${name}`, text);
  const host = new FileTreeHost(fs, []);
  const read = readTreeSource(host.source('/main.dts') as SourceFile, host, { symbols });
  return { ...read, bytes: encodeDtb(read.tree) };
}

/** Tells two blobs apart in words, as dtc prints them; undefined when they are the same. */
export function blobDifference(theirs: Uint8Array, ours: Uint8Array): string | undefined {
  if (Buffer.from(theirs).equals(Buffer.from(ours))) return undefined;
  const print = (blob: Uint8Array): string =>
    run('dtc', 'device-tree-compiler', ['-q', '-I', 'dtb', '-O', 'dts', '-'], tmpdir(), blob).stdout.toString();
  return `dtc (${theirs.length} bytes):\n${print(theirs)}\nours (${ours.length} bytes):\n${print(ours)}`;
}

/** `main.dts:3.5-8 syntax error`, `main.dts:3.1-9: ERROR (…): …`, `main.dts:3:10: error: …` */
function placesIn(stderr: string): NamedPlace[] {
  const places: NamedPlace[] = [];
  for (const line of stderr.split('\n')) {
    if (line.includes('Warning (')) continue;
    const match = /(?:^|Error: |error: )([\w./-]+):(\d+)[.:](.*)$/.exec(line);
    if (match && !/ (?:warning|note): /.test(line)) places.push({ file: match[1] as string, line: Number(match[2]), text: line });
  }
  return places;
}

function run(
  command: string,
  apt: string,
  args: readonly string[],
  cwd: string,
  input: string | Uint8Array,
): { status: number | null; stdout: Buffer; stderr: string } {
  const done = spawnSync(command, args, { cwd, input, maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C' } });
  if (done.error) throw new Error(`${command} does not start (${done.error.message}); on Debian: apt-get install ${apt}`);
  return { status: done.status, stdout: done.stdout, stderr: done.stderr.toString() };
}
