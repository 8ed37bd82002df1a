import type { ByteText } from '../byte-text.ts';
import { startProgram } from '../kernel/execute.ts';
import { Process } from '../kernel/process.ts';
import { complain } from '../kernel/streams.ts';
import { quoteName } from './arguments.ts';

/** A child with the descriptors of this process. */
export function childOf(process: Process, argv: readonly ByteText[]): Process {
  const child = new Process(process.linux, process, argv);
  for (const [number, file] of process.descriptors) child.descriptors.set(number, file.retain());
  return child;
}

/** Runs a program as a child. @returns Its status; 127 or 126 after a message when there is none. */
export async function runChild(
  process: Process,
  name: string,
  words: readonly ByteText[],
  prepare: (child: Process) => void = () => undefined,
): Promise<number> {
  const child = childOf(process, words);
  prepare(child);
  const found = startProgram(process, words, child);
  if (found.kind === 'found') return process.wait(child.finished);
  child.ended(127);
  await notStarted(process, name, words[0] ?? '', found.kind === 'denied');
  return found.kind === 'denied' ? 126 : 127;
}

export async function notStarted(process: Process, name: string, command: ByteText, denied: boolean): Promise<void> {
  const reason = denied ? 'Permission denied' : 'No such file or directory';
  const failed =
    name === 'env'
      ? `env: ${quoteName(process, command)}: ${reason}`
      : `${name}: failed to run command ${quoteName(process, command)}: ${reason}`;
  await complain(process, failed);
}
