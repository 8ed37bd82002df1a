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

/**
 * The device tree of a Linux cell's guest by upstream's convention, `dts/inmate-NAME.dts` beside the configs: NAME is the cell's without
 * `-linux-demo`, or its beginning, or the one that begins with it. Undefined for cells whose name does not speak of Linux.
 */
export function guestTreeByName(cell: string, trees: readonly string[]): string | undefined {
  const name = configName(cell);
  if (!/-linux(?:-|$)/.test(name)) return undefined;
  const wanted = name.replace(/-linux(?:-demo)?/, '');
  const nameOf = (tree: string): string => /^inmate-(.+)\.dts$/.exec(baseName(tree))?.[1] ?? '';
  const exact = trees.find((tree) => nameOf(tree) === wanted);
  if (exact !== undefined) return exact;
  const beginnings = trees.filter((tree) => nameOf(tree) !== '' && wanted.startsWith(`${nameOf(tree)}-`));
  if (beginnings.length > 0) return beginnings.reduce((best, tree) => (nameOf(tree).length > nameOf(best).length ? tree : best));
  const longer = trees.filter((tree) => nameOf(tree).startsWith(`${wanted}-`));
  return longer.length === 1 ? longer[0] : undefined;
}
