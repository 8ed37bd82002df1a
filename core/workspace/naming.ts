import { baseName } from '../source/paths.ts';

/** The name of a config file without folder and ending. */
export function configName(path: string): string {
  return baseName(path).replace(/\.(?:c|cell)$/, '');
}

/**
 * The root that a cell belongs to by upstream's convention: `NAME-*.c` beside `NAME.c`, the longest NAME first; else the one
 * root that shares the most words of its name. Undefined when none does, or several do.
 */
export function rootByName(cell: string, roots: readonly string[]): string | undefined {
  const name = configName(cell);
  let best: string | undefined;
  for (const root of roots) {
    const own = configName(root);
    if (name.startsWith(`${own}-`) && (best === undefined || own.length > configName(best).length)) best = root;
  }
  if (best !== undefined) return best;
  const words = name.split('-');
  const shared = roots.map((root) => {
    const own = configName(root).split('-');
    let count = 0;
    while (count < own.length && own[count] === words[count]) count++;
    return count;
  });
  const most = Math.max(0, ...shared);
  if (most === 0) return undefined;
  const candidates = roots.filter((_, i) => shared[i] === most);
  return candidates.length === 1 ? candidates[0] : undefined;
}
