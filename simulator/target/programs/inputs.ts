import type { ByteText } from '../byte-text.ts';
import type { OpenFile } from '../kernel/descriptors.ts';
import { openFile } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, reasonOf } from '../kernel/streams.ts';
import { shellQuoted } from './arguments.ts';

/** Opens the files named, or stdin for none and for `-`, one after the other. @returns 1 when one of them failed. */
export async function eachInput(
  process: Process,
  name: string,
  paths: readonly ByteText[],
  body: (file: OpenFile, path: ByteText | undefined) => Promise<void>,
  message: (path: ByteText, reason: string) => ByteText = (path, reason) => `${name}: ${quotedWhereNeeded(path)}: ${reason}`,
): Promise<number> {
  let status = 0;
  for (const path of paths.length === 0 ? ['-'] : paths) {
    let file: OpenFile | undefined;
    try {
      file = path === '-' ? process.descriptor(0).retain() : openFile(process, path, 'read');
    } catch (error) {
      const text = message(path, reasonOf(error));
      if (text !== '') await complain(process, text);
      status = 1;
      continue;
    }
    try {
      await body(file, path === '-' ? undefined : path);
    } catch (error) {
      if (!(error instanceof Error) || !isReadError(error, file)) throw error;
      await complain(process, `${name}: ${quotedWhereNeeded(path)}: ${reasonOf(error)}`);
      status = 1;
    } finally {
      file.release();
    }
  }
  return status;
}

/** Names are quoted when a shell would need it (GNU's `shell-escape`). */
export function quotedWhereNeeded(path: ByteText): ByteText {
  return shellQuoted(path, false);
}

/** A mistake of the file that is read, not of the output. */
function isReadError(error: Error & { readonly path?: unknown }, file: OpenFile): boolean {
  return error.path === file.path;
}
