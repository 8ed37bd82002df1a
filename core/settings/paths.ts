/** Where relative paths of settings start, and what `~` stands for. Absolute, with `/` between segments. */
export interface PathBase {
  /** The workspace folder; undefined when a single file is open. */
  readonly folder: string | undefined;
  readonly home: string | undefined;
}

/**
 * The absolute path that a user's text means: `~`, `${workspaceFolder}`, backslashes of Windows, `.` and `..` are understood.
 * Undefined when it is relative and there is nothing to start from.
 */
export function resolvePath(text: string, base: PathBase): string | undefined {
  let path = text.trim().replaceAll('\\', '/');
  if (path.includes('${workspaceFolder}')) {
    if (base.folder === undefined) return undefined;
    path = path.split('${workspaceFolder}').join(base.folder);
  }
  if (path === '~' || path.startsWith('~/')) {
    if (base.home === undefined) return undefined;
    path = base.home + path.slice(1);
  }
  if (!isAbsolute(path)) {
    if (base.folder === undefined) return undefined;
    path = `${base.folder}/${path}`;
  }
  return normalise(path);
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[a-zA-Z]:\//.test(path);
}

function normalise(path: string): string {
  // A drive (`C:`) or a network share (`//host/share`) stays in front whatever `..` says.
  const root = /^([a-zA-Z]:\/|\/\/[^/]+\/[^/]+\/|\/)/.exec(path)?.[0] ?? '';
  const segments: string[] = [];
  for (const segment of path.slice(root.length).split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return root + segments.join('/');
}
