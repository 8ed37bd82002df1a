import type { ByteText } from '../byte-text.ts';
import { makePipe, type OpenFile } from '../kernel/descriptors.ts';
import { errorText } from '../kernel/errno.ts';
import { absolute, openFile } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { FileError } from '../target.ts';
import { expandText } from './expansion.ts';
import type { ShellState } from './shell-state.ts';
import type { Redirection } from './syntax.ts';

/** Descriptors as they were before. */
export type SavedDescriptors = ReadonlyMap<number, OpenFile | undefined>;

/** A redirection that failed: what the shell says of it. */
export class RedirectionError extends Error {}

/** Redirects descriptors of the shell's process. Throws RedirectionError, with nothing changed. */
export async function redirect(shell: ShellState, redirections: readonly Redirection[]): Promise<SavedDescriptors> {
  const { process } = shell;
  const saved = new Map<number, OpenFile | undefined>();
  for (const redirection of redirections) {
    const number = redirection.descriptor ?? (redirection.operator.startsWith('<') ? 0 : 1);
    try {
      const file = await redirected(shell, redirection);
      if (!saved.has(number)) saved.set(number, process.descriptors.get(number)?.retain());
      if (file === undefined) process.close(number);
      else process.install(number, file);
    } catch (error) {
      restore(process, saved);
      throw error instanceof FileError ? new RedirectionError(messageOf(redirection, error)) : error;
    }
  }
  return saved;
}

export function restore(process: Process, saved: SavedDescriptors): void {
  for (const [number, file] of saved) {
    if (file === undefined) process.close(number);
    else process.install(number, file);
  }
}

/** The process becomes the program: nothing is put back. Kept open, a copy of stdout would keep the session open. */
export function letGo(saved: SavedDescriptors): void {
  for (const file of saved.values()) file?.release();
}

async function redirected(shell: ShellState, redirection: Redirection): Promise<OpenFile | undefined> {
  const { process } = shell;
  const text = await expandText(redirection.word, shell);
  switch (redirection.operator) {
    case '<<': {
      const { input, output } = makePipe();
      await output.write(Buffer.from(text, 'latin1'), process);
      output.release();
      return input;
    }
    case '<&':
    case '>&': {
      if (text === '-') return undefined;
      const file = /^[0-9]+$/.test(text) ? process.descriptors.get(Number(text)) : undefined;
      if (file === undefined) throw new FileError('EBADF', text);
      return file.retain();
    }
    case '<':
      return openFile(process, text, 'read');
    case '<>':
      return openFile(process, text, 'read-write');
    case '>>':
      return openFile(process, text, 'append');
    case '>':
      if (shell.options.has('C') && shell.files.exists(absolute(process, text), shell.actor)) throw new FileError('EEXIST', text);
      return openFile(process, text, 'write');
    case '>|':
      return openFile(process, text, 'write');
  }
}

function messageOf(redirection: Redirection, error: FileError): ByteText {
  const creates = redirection.operator.startsWith('>') && redirection.operator !== '>&';
  if (error.errno === 'EBADF') return `${error.path}: Bad file descriptor`;
  if (error.errno === 'ENOENT')
    return creates ? `cannot create ${error.path}: Directory nonexistent` : `cannot open ${error.path}: No such file`;
  return `cannot ${creates ? 'create' : 'open'} ${error.path}: ${errorText(error.errno)}`;
}
