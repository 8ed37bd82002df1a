import { type ByteText, fromBytes } from '../byte-text.ts';
import { allows } from '../files/file-system.ts';
import { contentOf, type Inode } from '../files/inode.ts';
import { FileError } from '../target.ts';
import { errorText } from './errno.ts';
import { absolute } from './opening.ts';
import { Killed, type Process } from './process.ts';
import { complain } from './streams.ts';

/** How an installed program starts: the rest of its file names it. */
export const programMark = '\x7fELF simulated program ';

export type FoundProgram =
  | { readonly kind: 'found'; readonly path: ByteText }
  | { readonly kind: 'denied'; readonly errno: string }
  | { readonly kind: 'missing' };

/** Where a command's program is: by its path, or in the folders of PATH. */
export function findProgram(process: Process, name: ByteText, path: ByteText): FoundProgram {
  if (name.includes('/')) return executable(process, name);
  let denied: FoundProgram | undefined;
  for (const folder of path.split(':')) {
    const found = executable(process, `${folder === '' ? '.' : folder}/${name}`);
    if (found.kind === 'found') return found;
    if (found.kind === 'denied') denied ??= found;
  }
  return name === '' ? { kind: 'missing' } : (denied ?? { kind: 'missing' });
}

function executable(process: Process, path: ByteText): FoundProgram {
  let inode: Inode;
  try {
    inode = process.linux.files.inode(absolute(process, path), process.actor);
  } catch (error) {
    if (error instanceof FileError && error.errno !== 'ENOENT' && error.errno !== 'ENOTDIR') return { kind: 'denied', errno: error.errno };
    return { kind: 'missing' };
  }
  if (inode.kind !== 'file' || !allows(inode, process.actor, 1)) return { kind: 'denied', errno: 'EACCES' };
  const program = programOf(process, inode);
  if (program !== undefined && process.linux.options.faults.missing?.includes(program) === true) return { kind: 'missing' };
  return { kind: 'found', path };
}

function programOf(_process: Process, inode: Inode): ByteText | undefined {
  if (inode.kind !== 'file') return undefined;
  const start = fromBytes(contentOf(inode).subarray(0, programMark.length + 64));
  return start.startsWith(programMark) ? (start.slice(programMark.length).split('\n')[0] ?? '') : undefined;
}

/** Runs a program in this process, which it takes over. @returns Its exit status. */
export async function execute(process: Process, path: ByteText, words: readonly ByteText[]): Promise<number> {
  const inode = process.linux.files.inode(absolute(process, path), process.actor);
  const name = programOf(process, inode);
  process.argv = words;
  if (name === undefined) return script(process, path, inode, words);
  const program = process.linux.programs.get(name);
  if (program === undefined) throw new Error(`no program ${name}`);
  const shown = (words[0] ?? name).replace(/^.*\//, '');
  try {
    await process.wait(Promise.resolve());
    return await program(process, words.slice(1));
  } catch (error) {
    if (error instanceof Killed) throw error;
    if (!(error instanceof FileError)) throw error;
    if (error.errno === 'EPIPE') return 141;
    await complain(process, `${shown}: write error: ${errorText(error.errno)}`);
    return 1;
  }
}

/** A text that may be executed is a script of the shell, whatever its first line names. */
async function script(process: Process, path: ByteText, inode: Inode, words: readonly ByteText[]): Promise<number> {
  const text = inode.kind === 'file' ? fromBytes(contentOf(inode).subarray(0, 64)) : '';
  const shell = process.linux.programs.get('sh');
  if (shell === undefined || text.includes('\0')) {
    await complain(process, `${process.argv[0] ?? path}: Exec format error`);
    return 126;
  }
  process.argv = ['sh', path, ...words.slice(1)];
  return shell(process, [path, ...words.slice(1)]);
}

/** Starts a program as a child, as another program does it. Undefined: there is none of that name. */
export function startProgram(process: Process, words: readonly ByteText[], child: Process): FoundProgram {
  const found = findProgram(
    child,
    words[0] ?? '',
    child.environment.get('PATH') ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  );
  if (found.kind === 'found') process.linux.spawn(child, () => execute(child, found.path, words));
  return found;
}
