/** Absolute paths with `/` between segments, as the FileSystem takes them; `C:/…` and `jailhouse-abi:/…` are absolute too. */

export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z][A-Za-z0-9+.-]*:\//.test(path);
}

/** `path` seen from `directory`, with `.` and `..` resolved. */
export function joinPath(directory: string, path: string): string {
  const whole = isAbsolute(path) ? path : `${directory.replace(/\/$/, '')}/${path}`;
  if (!/\/\.{1,2}(?:\/|$)|\/\//.test(whole)) return whole;
  const root = /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?\//.exec(whole)?.[0] ?? '/';
  const segments: string[] = [];
  for (const segment of whole.slice(root.length).split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '.' && segment !== '') segments.push(segment);
  }
  return root + segments.join('/');
}

/** Linux: PATH_MAX. */
export const longestPath = 4096;

/** The folders from `directory` up to the root; none for a path that is too long to exist. */
export function* upwards(directory: string): Generator<string> {
  if (directory.length > longestPath) return;
  for (let at = directory; ; at = directoryOf(at)) {
    yield at;
    if (directoryOf(at) === at || /^[A-Za-z][A-Za-z0-9+.-]*:\/?$/.test(at)) return;
  }
}
