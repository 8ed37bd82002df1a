import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { decodeDtb } from '@jailhouse-cells/core/devicetree/decode-dtb.ts';
import { type DtbHead, readDtbHead } from '@jailhouse-cells/core/devicetree/dtb-head.ts';
import { encodeDtb } from '@jailhouse-cells/core/devicetree/encode-dtb.ts';
import { printTree } from '@jailhouse-cells/core/devicetree/print-tree.ts';
import { installOnce } from '../cache-folder.mjs';

/** Every this many blobs one is printed and compiled again. */
const printEvery = 10;

export interface BoardBlobs {
  /** Debian's package that they come from. */
  readonly kernel: string;
  readonly blobs: number;
  readonly identical: number;
  /** Blobs that we write otherwise, with the reason: they were not laid out by dtc, and dtc writes them as we do. */
  readonly exceptions: readonly string[];
  readonly printed: number;
  readonly misses: readonly string[];
}

/** The device trees of real boards, read and written again; a sample of them printed and compiled by dtc. */
export function compareBoardBlobs(): BoardBlobs {
  let folder: string;
  try {
    folder = boardBlobFolder('arm64');
  } catch (error) {
    const reason = `the kernel package is not to be had (Debian, and root for the first fetch): ${error instanceof Error ? error.message : error}`;
    return { kernel: 'no kernel', blobs: 0, identical: 0, exceptions: [], printed: 0, misses: [reason] };
  }
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dtb'));
  const exceptions: string[] = [];
  const misses: string[] = [];
  let identical = 0;
  let printed = 0;
  for (const [index, name] of files.sort().entries()) {
    const blob = new Uint8Array(readFileSync(join(folder, name)));
    const shown = relative('usr/lib', name);
    const { tree, findings } = decodeDtb(name, blob);
    if (tree === undefined || findings.length > 0) {
      misses.push(`${shown}: ${findings[0]?.message}`);
      continue;
    }
    const written = encodeDtb(tree);
    if (same(written, blob)) identical++;
    else if (same(written, dtc(['-I', 'dtb', '-O', 'dtb'], blob))) exceptions.push(`${shown}: ${layoutOf(blob, written)}`);
    else misses.push(`${shown}: neither the blob nor what dtc makes of it`);
    if (index % printEvery !== 0) continue;
    printed++;
    const compiled = dtc(['-I', 'dts', '-O', 'dtb', '-b', String(tree.bootCpu)], printTree(tree));
    if (!same(compiled, written)) misses.push(`${shown}: printed, it does not compile to the same tree`);
  }
  return { kernel: readFileSync(join(folder, 'package'), 'utf8').trim(), blobs: files.length, identical, exceptions, printed, misses };
}

/** What is laid out otherwise than dtc does it. */
function layoutOf(blob: Uint8Array, written: Uint8Array): string {
  const [theirs, ours] = [readDtbHead(blob), readDtbHead(written)];
  if (theirs === undefined || ours === undefined) return 'no header';
  const reasons: string[] = [];
  if (theirs.version !== ours.version) reasons.push(`version ${theirs.version}`);
  if (theirs.structureSize !== ours.structureSize) reasons.push('no-operations in the structure');
  if (theirs.structureAt !== ours.structureAt || theirs.stringsAt !== ours.stringsAt) reasons.push('blocks at other places');
  const namesOf = (bytes: Uint8Array, { stringsAt, stringsSize }: DtbHead): Uint8Array =>
    bytes.subarray(stringsAt, stringsAt + (stringsSize ?? 0));
  if (!same(namesOf(blob, theirs), namesOf(written, ours)))
    reasons.push(
      theirs.stringsSize === ours.stringsSize
        ? 'names of properties in another order (fdtoverlay wrote it)'
        : `strings block of ${theirs.stringsSize} bytes for ${ours.stringsSize} (fdtoverlay wrote it)`,
    );
  else if (theirs.structureSize === ours.structureSize)
    reasons.push('rests of longer values in the gaps between values (fdtoverlay wrote it)');
  const padding = theirs.totalSize - theirs.stringsAt - (theirs.stringsSize ?? 0);
  if (padding > 0) reasons.push(`${padding} bytes of padding`);
  return reasons.join(', ');
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function dtc(args: readonly string[], input: Uint8Array | string): Uint8Array {
  return run('dtc', ['-q', ...args], { input });
}

function run(command: string, args: readonly string[], options: { input?: Uint8Array | string; cwd?: string } = {}): Uint8Array {
  const done = spawnSync(command, args, { ...options, maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C' } });
  if (done.error) throw new Error(`${command} does not start: ${done.error.message}`);
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${done.stderr}`);
  return done.stdout;
}

const metapackages = { arm64: 'linux-image-arm64', armhf: 'linux-image-armmp' } as const;

export type BlobArchitecture = keyof typeof metapackages;

/** All blobs of Debian's newest kernel, fetched once into the user's cache folder. Needs Debian and root for the first fetch. */
export function boardBlobFolder(architecture: BlobArchitecture): string {
  return installOnce(`debian-${architecture}-board-blobs-1`, (folder) => {
    if (!run('dpkg', ['--print-foreign-architectures']).toString().split('\n').includes(architecture)) {
      run('dpkg', ['--add-architecture', architecture]);
      run('apt-get', ['update']);
    }
    const metapackage = `${metapackages[architecture]}:${architecture}`;
    const kernel = /Depends: (linux-image-[^:\s]+)/.exec(run('apt-cache', ['depends', metapackage]).toString())?.[1];
    if (kernel === undefined) throw new Error(`apt knows no ${metapackage}`);
    run('apt-get', ['download', `${kernel}:${architecture}`], { cwd: folder });
    const packages = readdirSync(folder).filter((name) => name.endsWith('.deb'));
    run('dpkg-deb', ['-x', packages[0] ?? '', '.'], { cwd: folder });
    for (const name of [...packages, 'boot', 'lib', 'usr/share']) rmSync(join(folder, name), { recursive: true, force: true });
    writeFileSync(join(folder, 'package'), `${packages[0]}\n`);
  });
}

/** A blob of that kernel by its path in the kernel's own tree of blobs; undefined where it has none. */
export function boardBlob(architecture: BlobArchitecture, path: string): string | undefined {
  const all = join(boardBlobFolder(architecture), 'usr/lib');
  return readdirSync(all)
    .map((kernel) => join(all, kernel, path))
    .find((blob) => existsSync(blob));
}
