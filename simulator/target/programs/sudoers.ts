import { type ByteText, fromBytes } from '../byte-text.ts';
import { contentOf, superuser } from '../files/inode.ts';
import { findProgram } from '../kernel/execute.ts';
import type { Process } from '../kernel/process.ts';
import { matches } from '../shell/patterns.ts';

/** Where sudo looks for a command. */
export const securePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const folder = '/etc/sudoers.d';

/**
 * Whether a line of /etc/sudoers.d lets the user run a command without a password: `USER ALL=(root) NOPASSWD: /path ARGUMENTS, /path …`. A command without
 * arguments stands for any of them, `""` for none; arguments are a pattern over all of them (sudoers(5)).
 */
export function isListed(process: Process, words: readonly ByteText[]): boolean {
  const found = findProgram(process, words[0] ?? '', securePath);
  if (found.kind !== 'found') return false;
  const { user } = process.linux.options;
  const given = words.slice(1).join(' ');
  return lines(process).some((line) => {
    const [, who, commands = ''] = /^\s*(\S+)\s+ALL\s*=\s*(?:\((?:ALL|root)(?::(?:ALL|root))?\)\s*)?NOPASSWD:\s*(.*)$/.exec(line) ?? [];
    if (who !== user.name && who !== 'ALL') return false;
    return commands.split(/(?<!\\),/).some((spec) => {
      const [path = '', ...args] = spec.trim().split(/\s+/);
      if (path !== 'ALL' && !isSameFile(process, path, found.path)) return false;
      const wanted = args.join(' ').replace(/\\([,:=])/g, '$1');
      return wanted === '' || (wanted === '""' ? given === '' : matches(wanted, given));
    });
  });
}

function isSameFile(process: Process, a: ByteText, b: ByteText): boolean {
  const { files } = process.linux;
  try {
    return files.inode(a, superuser) === files.inode(b, superuser);
  } catch {
    return false;
  }
}

/** Lines of all files that sudo reads: names without a dot, owned by root, that nobody else may write. */
function lines(process: Process): readonly ByteText[] {
  const { files } = process.linux;
  if (!files.exists(folder, superuser)) return [];
  return [...files.directory(folder, superuser).entries].flatMap(([name, inode]) => {
    if (inode.kind !== 'file' || name.includes('.') || inode.uid !== 0 || (inode.mode & 0o022) !== 0) return [];
    return fromBytes(contentOf(inode))
      .replace(/\\\n/g, '')
      .split('\n')
      .filter((line) => !line.trimStart().startsWith('#'));
  });
}
