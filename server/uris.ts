import { virtualDocumentScheme } from '@jailhouse-cells/protocol/messages.ts';

/**
 * Turns the client's URIs into the engine's paths and back. Paths are absolute with `/` between segments; a drive letter is lower
 * case (`c:/work/a.c`), a network share starts with two slashes. A built-in header's path is its URI.
 */
export class Uris {
  /** How the client spells the URI of a document that it opened: answers must use the same spelling. */
  private readonly spelling = new Map<string, string>();
  private untitledFolder = '';

  /** Unsaved documents without a place of their own are read as if they lay in this folder, so that its headers are found. */
  placeUntitledIn(folder: string | undefined): void {
    this.untitledFolder = folder ?? '';
  }

  /** The path of a document; undefined for a scheme that holds no configs (git:, output: …) or a malformed URI. */
  pathOf(uri: string): string | undefined {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
    if (scheme === 'file') return filePath(uri);
    if (scheme === 'untitled') return this.untitledPath(uri);
    return scheme === virtualDocumentScheme ? uri : undefined;
  }

  uriOf(path: string): string {
    return this.spelling.get(path) ?? (isVirtual(path) ? path : fileUri(path));
  }

  /** Keeps the client's spelling, also when the document is closed: what was shown there must be cleared there. */
  remember(path: string, uri: string): void {
    this.spelling.set(path, uri);
  }

  private untitledPath(uri: string): string | undefined {
    const name = decode(uri.slice('untitled:'.length));
    if (name === undefined || name === '') return undefined;
    if (/^[\\/]|^[a-z]:[\\/]/i.test(name)) return withDrive(name);
    return `${this.untitledFolder}/untitled:${name}${/\.[ch]$/i.test(name) ? '' : '.c'}`;
  }
}

/** True for the path of a built-in header, which lies in no file system. */
export function isVirtual(path: string): boolean {
  return path.startsWith(`${virtualDocumentScheme}:`);
}

function filePath(uri: string): string | undefined {
  const parts = /^file:(?:\/\/([^/?#]*))?([^?#]*)/i.exec(uri);
  const path = decode(parts?.[2] ?? '');
  const authority = decode(parts?.[1] ?? '');
  if (path === undefined || authority === undefined || path === '') return undefined;
  return authority === '' || authority.toLowerCase() === 'localhost' ? withDrive(path) : `//${authority}${path}`;
}

function withDrive(path: string): string {
  const slashes = /^[\\/]?[a-z]:/i.test(path) ? path.replaceAll('\\', '/') : path;
  return slashes.replace(/^\/?([a-z]):/i, (_all, letter: string) => `${letter.toLowerCase()}:`);
}

/** Encodes as VS Code's own URIs do, so that editors which compare strings see one document, not two. */
function fileUri(path: string): string {
  const share = /^\/\/([^/]+)(.*)$/s.exec(path);
  if (share) return `file://${encode(share[1] ?? '')}${encode(share[2] ?? '')}`;
  return `file://${path.startsWith('/') ? '' : '/'}${encode(path)}`;
}

function encode(path: string): string {
  return path
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .split('/')
    .map((segment) => encodeURIComponent(segment).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`))
    .join('/');
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
