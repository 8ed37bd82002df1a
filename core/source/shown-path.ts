/** Absolute paths as people want to read them, seen from a folder. */

const drive = /^[A-Za-z]:(?=\/|$)/;

/** The way from one folder to a path: `../b/c.c`; `.` for the folder itself. */
export function relativePath(from: string, to: string): string {
  const base = from.split('/').filter((segment) => segment !== '');
  const target = to.split('/').filter((segment) => segment !== '');
  let common = 0;
  while (common < base.length && common < target.length && base[common] === target[common]) common++;
  const steps = [...base.slice(common).map(() => '..'), ...target.slice(common)];
  return steps.length === 0 ? '.' : steps.join('/');
}

/** True for the folder itself and everything under it. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** A path as people want to read it: relative to a folder, such as the current one, unless that is longer; virtual documents as they are. */
export function shownPath(folder: string, path: string): string {
  if (!path.startsWith('/') && !drive.test(path)) return path;
  const relative = relativePath(folder, path);
  return isInside(folder, path) || relative.length < path.length ? relative : path;
}
