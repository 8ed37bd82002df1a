import { latestRevision, type Revision } from '../abi/entry.ts';
import { builtInHeaders, systemHeaders } from '../abi/headers.ts';
import type { Architecture } from '../config/model.ts';
import { upwards } from '../source/paths.ts';

/** Where the headers of a config are. */
export interface HeaderTree {
  /** The Jailhouse tree; undefined where only the built-in headers serve. */
  readonly root: string | undefined;
  /** Revision of the built-in headers. */
  readonly revision: Revision;
}

export const virtualScheme = 'jailhouse-abi:';

const markers = ['include/jailhouse/cell-config.h', 'hypervisor/include/jailhouse/cell-config.h'];

/** Looks upwards from a folder for a Jailhouse tree (in trees up to v0.7 the header lies under `hypervisor`). */
export function findTree(directory: string, isFile: (path: string) => boolean): string | undefined {
  for (const at of upwards(directory)) {
    const base = at === '/' ? '' : at;
    if (markers.some((marker) => isFile(`${base}/${marker}`))) return at;
  }
  return undefined;
}

/** Search paths of a tree, in the order of upstream's configs/Makefile; forks keep more headers beside the configs. */
export function treeSearchPaths(root: string, arch: Architecture): string[] {
  return [`hypervisor/arch/${arch}/include`, 'hypervisor/include', 'include', `configs/${arch}/include`, 'configs/include'].map(
    (path) => `${root}/${path}`,
  );
}

/** `jailhouse-abi:/14/jailhouse/cell-config.h`: the name of a built-in header. */
export function virtualPath(revision: Revision, name: string): string {
  return `${virtualScheme}/${revision}/${name}`;
}

/** The text of a built-in header by its virtual path. */
export function virtualText(path: string): string | undefined {
  const match = /^jailhouse-abi:\/(\d+)\/(.+)$/.exec(path);
  if (!match) return undefined;
  const headers = builtInHeaders((Number(match[1]) as Revision) ?? latestRevision);
  return headers?.get(match[2] as string) ?? systemHeaders.get(match[2] as string);
}

/** The virtual path behind `#include <name>`: ABI headers only without a tree, system headers always. */
export function builtInInclude(name: string, tree: HeaderTree): string | undefined {
  if (tree.root === undefined && builtInHeaders(tree.revision).has(name)) return virtualPath(tree.revision, name);
  return systemHeaders.has(name) ? virtualPath(tree.revision, name) : undefined;
}
