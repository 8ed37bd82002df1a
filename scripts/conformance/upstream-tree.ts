import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One row of test/conformance/upstream-cells.tsv: what gcc 12 and objcopy made of an upstream config. */
export interface KnownCell {
  /** `HEAD` or a tag. */
  readonly ref: string;
  readonly commit: string;
  /** Path in upstream's tree. */
  readonly path: string;
  readonly arch: string;
  readonly size: number;
  readonly sha256: string;
}

export function knownCells(): KnownCell[] {
  const text = readFileSync(new URL('../../test/conformance/upstream-cells.tsv', import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [ref, commit, path, arch, , size, sha256] = line.split('\t') as [string, string, string, string, string, string, string];
      return { ref, commit, path, arch, size: Number(size), sha256 };
    });
}

function git(directory: string, ...args: string[]): Buffer {
  return execFileSync('git', ['-C', directory, ...args], { maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'pipe'] });
}

/**
 * A tree of each known commit, laid out below `scratch` from the checkout's history; commits that it lacks are left out. The
 * checkout's own files serve for its HEAD, so that local changes show.
 */
export function treesOf(directory: string, scratch: string, cells: readonly KnownCell[]): ReadonlyMap<string, string> {
  const trees = new Map<string, string>();
  const head = attempt(() => git(directory, 'rev-parse', 'HEAD').toString().trim());
  for (const { ref, commit } of cells) {
    if (trees.has(ref)) continue;
    if (commit === head && existsSync(join(directory, 'configs'))) trees.set(ref, directory);
    else {
      const archive = attempt(() => git(directory, 'archive', commit));
      if (!archive) continue;
      const target = join(scratch, ref);
      mkdirSync(target, { recursive: true });
      execFileSync('tar', ['-x', '-C', target], { input: archive });
      trees.set(ref, target);
    }
  }
  return trees;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
