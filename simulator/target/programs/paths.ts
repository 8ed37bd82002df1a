import type { ByteText } from '../byte-text.ts';
import { absolute } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain } from '../kernel/streams.ts';
import { shellQuoted } from './arguments.ts';

/** A name in a message of a GNU program. */
export function quotedAlways(path: ByteText): ByteText {
  return shellQuoted(path, true);
}

export function lastPart(path: ByteText): ByteText {
  return path.replace(/\/+$/, '').replace(/^.*\//s, '');
}

export function isDirectory(process: Process, path: ByteText): boolean {
  try {
    return process.linux.files.inode(absolute(process, path), process.actor).kind === 'directory';
  } catch {
    return false;
  }
}

export async function missingOperand(process: Process, name: string): Promise<number> {
  await complain(process, `${name}: missing operand`);
  await complain(process, `Try '${name} --help' for more information.`);
  return 1;
}
