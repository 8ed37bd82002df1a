import type { FileSystem } from '@jailhouse-cells/core/source/file-system.ts';

/** A folder tree deeper or larger than this holds a loop of links, or is not a project. */
const deepest = 24;
const mostFolders = 50_000;

/** What may hold a config that an editor can show. A `.cell` file is binary: the command line checks those. */
export function mayBeConfig(path: string): boolean {
  return path.endsWith('.c');
}

/** Yields, folder by folder, the files below `folder` that may be configs; hidden folders and installed packages are left out. */
export function* searchFolder(fs: FileSystem, folder: string): Generator<readonly string[]> {
  const waiting = [{ path: folder.replace(/(?<=.)\/$/, ''), depth: 0 }];
  for (let seen = 0; seen < mostFolders; seen++) {
    const next = waiting.pop();
    if (!next) return;
    const files: string[] = [];
    for (const entry of fs.list(next.path)) {
      const path = `${next.path === '/' ? '' : next.path}/${entry.name}`;
      if (entry.kind === 'file') {
        if (mayBeConfig(path)) files.push(path);
      } else if (next.depth < deepest && !entry.name.startsWith('.') && entry.name !== 'node_modules') {
        waiting.push({ path, depth: next.depth + 1 });
      }
    }
    yield files;
  }
}
