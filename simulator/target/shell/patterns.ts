import type { ByteText } from '../byte-text.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { Actor } from '../files/inode.ts';

const classes: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/**
 * A bracket expression of a pattern or a regular expression that starts behind `[`.
 * @returns The same for JavaScript, and where it ends; undefined when it is never closed.
 */
export function bracketExpression(
  text: ByteText,
  start: number,
  backslashEscapes: boolean,
): { readonly source: string; readonly end: number } | undefined {
  let at = start;
  let negated = false;
  if (text[at] === '!' || text[at] === '^') {
    negated = true;
    at += 1;
  }
  let inside = '';
  let first = true;
  for (;;) {
    let next = text[at];
    if (next === undefined) return undefined;
    if (next === ']' && !first) break;
    first = false;
    const named = /^\[:([a-z]+):\]/.exec(text.slice(at, at + 12));
    if (named !== null && classes[named[1] as string] !== undefined) {
      inside += classes[named[1] as string];
      at += named[0].length;
      continue;
    }
    if (next === '\\' && backslashEscapes) {
      at += 1;
      next = text[at] ?? '\\';
      inside += `\\x${next.charCodeAt(0).toString(16).padStart(2, '0')}`;
      at += 1;
      continue;
    }
    if (next === '-' && inside !== '' && text[at + 1] !== ']') inside += '-';
    else inside += /[\\\]^[-]/.test(next) ? `\\${next}` : next;
    at += 1;
  }
  return { source: `[${negated ? '^' : ''}${inside}]`, end: at + 1 };
}

/** A shell pattern as the source of a regular expression; `\` escapes. */
export function patternSource(pattern: ByteText): string {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const next = pattern[at] as string;
    if (next === '*') source += '[^]*';
    else if (next === '?') source += '[^]';
    else if (next === '[') {
      const bracket = bracketExpression(pattern, at + 1, true);
      if (bracket === undefined) source += '\\[';
      else {
        source += bracket.source;
        at = bracket.end - 1;
      }
    } else if (next === '\\' && at + 1 < pattern.length) {
      at += 1;
      source += literal(pattern[at] as string);
    } else source += literal(next);
  }
  return source;
}

function literal(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

export function matches(pattern: ByteText, text: ByteText): boolean {
  return new RegExp(`^${patternSource(pattern)}$`).test(text);
}

/** `${name#pattern}` and its kin. */
export function stripped(text: ByteText, operator: string, pattern: ByteText): ByteText {
  const expression = new RegExp(`^${patternSource(pattern)}$`);
  const lengths = Array.from({ length: text.length + 1 }, (_, length) => length);
  if (operator === '##' || operator === '%%') lengths.reverse();
  const suffix = operator.startsWith('%');
  for (const length of lengths) {
    const piece = suffix ? text.slice(text.length - length) : text.slice(0, length);
    if (expression.test(piece)) return suffix ? text.slice(0, text.length - length) : text.slice(length);
  }
  return text;
}

/** Marks what must not act as a pattern. */
export function quotePattern(text: ByteText): ByteText {
  return text.replace(/[*?[\]\\!^-]/g, '\\$&');
}

export function hasPattern(pattern: ByteText): boolean {
  for (let at = 0; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1;
    else if ('*?['.includes(pattern[at] as string)) return true;
  }
  return false;
}

/** Files that match, sorted by bytes; empty when there are none. */
export function expandPathname(pattern: ByteText, cwd: ByteText, files: FileSystem, actor: Actor): readonly ByteText[] {
  const absolute = pattern.startsWith('/');
  const parts = pattern.split('/');
  let found: ByteText[] = [absolute ? '/' : ''];
  const steps = parts.map((part, index) => ({ part, last: index === parts.length - 1 })).filter(({ part, last }) => part !== '' || last);
  for (const { part, last } of steps) {
    const next: ByteText[] = [];
    for (const base of found) {
      if (part === '') {
        next.push(base);
        continue;
      }
      if (!hasPattern(part)) {
        const path = base + part.replace(/\\(.)/gs, '$1');
        if (exists(files, join(cwd, path), actor)) next.push(last ? path : `${path}/`);
        continue;
      }
      for (const name of names(files, join(cwd, base), actor)) {
        if (name.startsWith('.') && !part.startsWith('.') && !part.startsWith('\\.')) continue;
        if (!matches(part, name)) continue;
        const path = base + name;
        if (last) next.push(path);
        else if (isDirectory(files, join(cwd, path), actor)) next.push(`${path}/`);
      }
    }
    found = next;
  }
  return found.filter((path) => path !== '' && path !== '/').sort(byBytes);
}

export function byBytes(a: ByteText, b: ByteText): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A path as seen from a directory. */
export function join(cwd: ByteText, path: ByteText): ByteText {
  return path.startsWith('/') ? path : path === '' ? cwd : `${cwd}/${path}`;
}

function exists(files: FileSystem, path: ByteText, actor: Actor): boolean {
  try {
    return files.find(path, actor, false).inode !== undefined;
  } catch {
    return false;
  }
}

function isDirectory(files: FileSystem, path: ByteText, actor: Actor): boolean {
  try {
    return files.inode(path, actor).kind === 'directory';
  } catch {
    return false;
  }
}

function names(files: FileSystem, path: ByteText, actor: Actor): readonly ByteText[] {
  try {
    const directory = files.directory(path, actor);
    return [...directory.entries.keys()].sort(byBytes);
  } catch {
    return [];
  }
}
