import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KnownCell } from './upstream-tree.ts';

const cli = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));

export interface BytesResult {
  readonly identical: number;
  readonly misses: readonly string[];
}

/** Builds every config of a tree with the product's own command, with nothing on the PATH, and compares checksums. */
export function compareBytes(tree: string, out: string, cells: readonly KnownCell[]): BytesResult {
  const build = spawnSync(process.execPath, [cli, 'build', join(tree, 'configs'), '--out', out, '--force'], {
    env: { PATH: '' },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (build.status !== 0) return { identical: 0, misses: [`the build failed with status ${build.status}: ${build.stderr.slice(-2000)}`] };
  const misses: string[] = [];
  for (const cell of cells) {
    const file = builtFile(out, cell);
    if (!existsSync(file)) {
      misses.push(`${cell.path}: not built`);
      continue;
    }
    const bytes = readFileSync(file);
    if (bytes.length !== cell.size) misses.push(`${cell.path}: ${bytes.length} bytes instead of ${cell.size}`);
    else if (createHash('sha256').update(bytes).digest('hex') !== cell.sha256) misses.push(`${cell.path}: other bytes`);
  }
  return { identical: cells.length - misses.length, misses };
}

/** Where `build configs --out` puts the cell of an upstream path. */
export function builtFile(out: string, cell: Pick<KnownCell, 'path'>): string {
  return join(out, relative('configs', cell.path).replace(/\.c$/, '.cell'));
}
