import type { FileSystem } from '@jailhouse-cells/core/source/file-system.ts';
import { skippedFolders } from '@jailhouse-cells/core/workspace/workspace.ts';

/** A folder tree deeper or larger than this holds a loop of links, or is not a project. */
const deepest = 24;
const mostFolders = 50_000;

/** What may hold a config that an editor can show, or says how configs belong together. A `.cell` is binary: the command line checks it. */
export function mayBeChecked(path: string): boolean {
  return path.endsWith('.c') || isProjectFile(path);
}

/** True for a `jailhouse.json`, which is checked as a file of its own. */
export function isProjectFile(path: string): boolean {
  return path.endsWith('/jailhouse.json');
}

/** Yields, folder by folder, the files below `folder` that may be configs; hidden folders and those of builds and packages are left out. */
export function* searchFolder(fs: FileSystem, folder: string): Generator<readonly string[]> {
  const waiting = [{ path: folder.replace(/(?<=.)\/$/, ''), depth: 0 }];
  for (let seen = 0; seen < mostFolders; seen++) {
    const next = waiting.pop();
    if (!next) return;
    const files: string[] = [];
    for (const entry of fs.list(next.path)) {
      const path = `${next.path === '/' ? '' : next.path}/${entry.name}`;
      if (entry.kind === 'file') {
        if (mayBeChecked(path)) files.push(path);
      } else if (next.depth < deepest && !entry.name.startsWith('.') && !skippedFolders.has(entry.name)) {
        waiting.push({ path, depth: next.depth + 1 });
      }
    }
    yield files;
  }
}
