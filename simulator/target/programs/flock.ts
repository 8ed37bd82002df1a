import type { ByteText } from '../byte-text.ts';
import type { OpenFile } from '../kernel/descriptors.ts';
import { openFile } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, reasonOf } from '../kernel/streams.ts';
import { FileError } from '../target.ts';
import { readArguments } from './arguments.ts';
import { runChild } from './children.ts';

/** `flock [-n] [-s|-x|-u] [-w SECONDS] [-E STATUS] FILE|FD [-c COMMAND | COMMAND…]`. */
export async function flock(process: Process, args: readonly ByteText[]): Promise<number> {
  const names = [
    '-n',
    '-s',
    '-x',
    '-e',
    '-u',
    '-o',
    '-F',
    '--nonblock',
    '--shared',
    '--exclusive',
    '--unlock',
    '--verbose',
    '--close',
    '--no-fork',
  ];
  const { flags, values, operands, unknown } = readArguments(args, names, ['-w', '-E', '--timeout', '--conflict-exit-code'], true);
  const [target, ...words] = operands;
  if (unknown !== undefined || target === undefined) {
    await complain(process, unknown === undefined ? 'flock: not enough arguments' : `flock: invalid option -- '${unknown.slice(0, 1)}'`);
    return 64;
  }
  const conflict = Number(values.get('-E') ?? values.get('--conflict-exit-code') ?? '1');
  const byNumber = words.length === 0;
  let file: OpenFile;
  try {
    if (byNumber && !/^[0-9]+$/.test(target)) {
      await complain(process, `flock: bad file descriptor: '${target}'`);
      return 64;
    }
    file = byNumber ? process.descriptor(Number(target)).retain() : lockFile(process, target);
  } catch (error) {
    await complain(
      process,
      byNumber ? `flock: ${target}: Bad file descriptor` : `flock: cannot open lock file ${target}: ${reasonOf(error)}`,
    );
    return byNumber ? 65 : 66;
  }
  const { linux } = process;
  if (flags.has('-u') || flags.has('--unlock')) linux.unlock(file);
  else {
    const kind = flags.has('-s') || flags.has('--shared') ? 'shared' : 'exclusive';
    const limit = values.get('-w') ?? values.get('--timeout');
    const end = limit === undefined ? Number.POSITIVE_INFINITY : linux.now() + Number(limit) * 1000;
    while (!linux.tryLock(file, kind)) {
      if (flags.has('-n') || flags.has('--nonblock') || linux.now() >= end) {
        file.release();
        return conflict;
      }
      const left = end - linux.now();
      if (left === Number.POSITIVE_INFINITY) await process.wait(linux.unlocked());
      else await process.wait(Promise.race([linux.unlocked(), new Promise<void>((resolve) => setTimeout(resolve, left))]));
    }
  }
  if (byNumber) {
    file.release();
    return 0;
  }
  const command = words[0] === '-c' || words[0] === '--command' ? ['sh', '-c', ...words.slice(1)] : words;
  // The command inherits the lock: it is held until the last process that has it is gone.
  process.install(3, file);
  return runChild(process, 'flock', command);
}

function lockFile(process: Process, path: ByteText) {
  try {
    return openFile(process, path, 'read');
  } catch (error) {
    if (error instanceof FileError && error.errno === 'ENOENT') {
      openFile(process, path, 'append').release();
      return openFile(process, path, 'read');
    }
    throw error;
  }
}
