import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOnce } from '../cache-folder.mjs';

const cli = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));

/** One row of test/conformance/upstream-guest-trees.tsv: what cpp and dtc 1.6.1 made of an upstream guest tree. */
interface KnownTree {
  /** Path in upstream's tree. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

function knownTrees(): KnownTree[] {
  const text = readFileSync(new URL('../../test/conformance/upstream-guest-trees.tsv', import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [path = '', size = '', sha256 = ''] = line.split('\t');
      return { path, size: Number(size), sha256 };
    });
}

export interface GuestTrees {
  /** Debian's package with the kernel's headers. */
  readonly headers: string;
  readonly trees: number;
  readonly identical: number;
  /** Trees that compile to the same bytes with the built-in headers alone. */
  readonly builtIn: number;
  /** Folders to search for those headers. */
  readonly includePaths: readonly string[];
  readonly misses: readonly string[];
}

/** Compiles upstream's guest trees with the product's own command, with nothing on the PATH, and compares checksums. */
export function compareGuestTrees(tree: string, out: string): GuestTrees {
  const known = knownTrees();
  const misses: string[] = [];
  let headers: string | undefined;
  try {
    headers = bindingsFolder();
  } catch (error) {
    misses.push(`the kernel's headers are not to be had (Debian): ${error instanceof Error ? error.message : error}`);
  }
  mkdirSync(out, { recursive: true });
  let identical = 0;
  let builtIn = 0;
  for (const row of known) {
    if (compile(tree, row, out, []) === undefined) builtIn++;
    if (headers === undefined) continue;
    const miss = compile(tree, row, out, ['-I', join(headers, 'include')]);
    if (miss === undefined) identical++;
    else misses.push(`${row.path}: ${miss}`);
  }
  const name = headers === undefined ? 'no headers' : readFileSync(join(headers, 'package'), 'utf8').trim();
  const includePaths = headers === undefined ? [] : [join(headers, 'include')];
  return { headers: name, trees: known.length, identical, builtIn, includePaths, misses };
}

/** What is wrong with our blob, or nothing. */
function compile(tree: string, { path, size, sha256 }: KnownTree, out: string, options: readonly string[]): string | undefined {
  const blob = join(out, basename(path).replace(/\.dts$/, '.dtb'));
  rmSync(blob, { force: true });
  const done = spawnSync(process.execPath, [cli, 'dtc', ...options, join(tree, path), '-o', blob], { env: { PATH: '' }, encoding: 'utf8' });
  if (done.status !== 0 || !existsSync(blob)) return `status ${done.status}: ${done.stderr.slice(0, 1000)}`;
  const bytes = readFileSync(blob);
  if (bytes.length !== size) return `${bytes.length} bytes instead of ${size}`;
  return createHash('sha256').update(bytes).digest('hex') === sha256 ? undefined : 'other bytes';
}

/** `include/dt-bindings` of the newest kernel that apt has, fetched once into the user's cache folder. */
export function bindingsFolder(): string {
  return installOnce('debian-dt-bindings-1', (folder) => {
    const names = run('apt-cache', ['pkgnames', 'linux-headers-'], folder)
      .split('\n')
      .filter((name) => /^linux-headers-[0-9].*-common$/.test(name));
    const newest = names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
    if (newest === undefined) throw new Error('apt knows no linux-headers-*-common; run apt-get update');
    run('apt-get', ['download', newest], folder);
    const file = readdirSync(folder).find((name) => name.endsWith('.deb')) ?? '';
    run('dpkg-deb', ['-x', file, 'all'], folder);
    mkdirSync(join(folder, 'include'));
    // Some bindings are links into uapi.
    for (const part of ['include/dt-bindings', 'include/uapi']) renameSync(join(folder, 'all/usr/src', newest, part), join(folder, part));
    for (const name of [file, 'all']) rmSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'package'), `${file}\n`);
  });
}

function run(command: string, args: readonly string[], cwd: string): string {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C' } });
  if (done.error) throw new Error(`${command} does not start: ${done.error.message}`);
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${done.stderr}`);
  return done.stdout;
}
