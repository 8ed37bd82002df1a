import type { ByteText } from '../byte-text.ts';
import type { Inode } from '../files/inode.ts';
import type { Process } from '../kernel/process.ts';

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `-rw-r--r--`. */
export function modeText(inode: Inode): ByteText {
  const kind = { directory: 'd', link: 'l', device: 'c', file: '-', generated: '-' }[inode.kind];
  const { mode } = inode;
  const triple = (shift: number, special: number, letter: string): string => {
    const bits = mode >> shift;
    const execute = (bits & 1) !== 0;
    const last = (mode & special) === 0 ? (execute ? 'x' : '-') : execute ? letter : letter.toUpperCase();
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
  };
  return kind + triple(6, 0o4000, 's') + triple(3, 0o2000, 's') + triple(0, 0o1000, 't');
}

export function userName(process: Process, uid: number): ByteText {
  const { user } = process.linux.options;
  return uid === 0 ? 'root' : uid === user.uid ? user.name : String(uid);
}

export function sizeOf(inode: Inode): number {
  switch (inode.kind) {
    case 'file':
      return inode.size;
    case 'generated':
      return inode.statedSize;
    case 'link':
      return inode.storage === 'kernel' ? 0 : inode.target.length;
    case 'directory':
      return inode.storage === 'disk' ? 4096 : inode.storage === 'memory' ? 40 + inode.entries.size * 20 : 0;
    case 'device':
      return 0;
  }
}

export function linksOf(inode: Inode): number {
  if (inode.kind === 'file') return inode.links;
  return inode.kind === 'directory' ? 2 + [...inode.entries.values()].filter(({ kind }) => kind === 'directory').length : 1;
}

/** `Nov 22 06:51`, or with the year for what is older than half a year. */
export function dateText(milliseconds: number, now: number): ByteText {
  const date = new Date(milliseconds);
  const day = `${months[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`;
  const recent = milliseconds <= now + 1000 && now - milliseconds < 182 * 86400_000;
  const time = `${String(date.getUTCHours()).padStart(2, '0')}:${String(date.getUTCMinutes()).padStart(2, '0')}`;
  return `${day} ${recent ? time : String(date.getUTCFullYear()).padStart(5)}`;
}

/** A format with escapes and directives. */
export function expandFormat(format: ByteText, directive: (letter: string) => ByteText): ByteText {
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\', a: '\x07', b: '\b' };
  return format.replace(/\\([nrt0\\ab])|%(T[@A-Za-z]|[A-Za-z%])/g, (_, escaped: string | undefined, letter: string | undefined) =>
    escaped !== undefined ? (escapes[escaped] ?? escaped) : directive(letter ?? '%'),
  );
}
