/** Paths as the file system port takes them: absolute, `/` between segments. Windows drives (`C:/`) count as absolute. */

const drive = /^[A-Za-z]:(?=\/|$)/;

/** A path from the command line, made absolute. On Windows, told by the drive of the current folder, `\\` separates too. */
export function absolutePath(cwd: string, path: string): string {
  const slashed = drive.test(cwd) ? path.replaceAll('\\', '/') : path;
  return normalise(slashed.startsWith('/') || drive.test(slashed) ? slashed : `${cwd}/${slashed}`);
}

function normalise(path: string): string {
  const root = drive.exec(path)?.[0] ?? '';
  const segments: string[] = [];
  for (const segment of path.slice(root.length).split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `${root}/${segments.join('/')}`;
}

/** `file:///a%20b/c.c`, for SARIF. A virtual document has a URI for a name already. */
export function fileUri(path: string): string {
  if (drive.test(path)) return `file:///${encodeSegments(path)}`;
  return path.startsWith('/') ? `file://${encodeSegments(path)}` : path;
}

/** A relative or absolute path as part of a URI. */
export function encodeSegments(path: string): string {
  return path.split('/').map(encodeSegment).join('/');
}

function encodeSegment(segment: string): string {
  // A lone surrogate has no UTF-8 form: encodeURIComponent throws on it.
  return drive.test(segment) ? segment : encodeURIComponent(segment.replace(/\p{Cs}/gu, '\ufffd'));
}
