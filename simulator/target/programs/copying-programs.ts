import type { ByteText } from '../byte-text.ts';
import { contentOf } from '../files/inode.ts';
import { absolute, openFile } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, reasonOf } from '../kernel/streams.ts';
import { FileError } from '../target.ts';
import { readArguments, refuseOption } from './arguments.ts';

import { isDirectory, lastPart, quotedAlways as quote } from './paths.ts';

/** Splits `mv A… B`; undefined after a message. */
async function sourcesAndTarget(
  process: Process,
  name: string,
  operands: readonly ByteText[],
  into: ByteText | undefined,
  noFolder: boolean,
): Promise<readonly (readonly [ByteText, ByteText])[] | undefined> {
  const sources = into === undefined ? operands.slice(0, -1) : operands;
  const target = into ?? operands.at(-1);
  if (target === undefined || sources.length === 0) {
    await complain(
      process,
      operands.length === 0
        ? `${name}: missing file operand`
        : `${name}: missing destination file operand after ${quote(operands[0] ?? '')}`,
    );
    return undefined;
  }
  const folder = !noFolder && isDirectory(process, target);
  if (!folder && (sources.length > 1 || into !== undefined)) {
    await complain(
      process,
      `${name}: target ${quote(target)}: ${process.linux.files.exists(absolute(process, target), process.actor) ? 'Not a directory' : 'No such file or directory'}`,
    );
    return undefined;
  }
  return sources.map((source) => [source, folder ? `${target.replace(/\/+$/, '')}/${lastPart(source)}` : target] as const);
}

export async function mv(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands, unknown } = readArguments(args, ['-f', '-n', '-T', '-v', '-u', '-i'], ['-t']);
  if (unknown !== undefined) return refuseOption(process, 'mv', unknown);
  const moves = await sourcesAndTarget(process, 'mv', operands, values.get('-t'), flags.has('-T'));
  if (moves === undefined) return 1;
  const { files } = process.linux;
  let status = 0;
  for (const [from, to] of moves) {
    const [source, target] = [absolute(process, from), absolute(process, to)];
    try {
      if (files.find(source, process.actor, false).inode === undefined) {
        await complain(process, `mv: cannot stat ${quote(from)}: No such file or directory`);
        status = 1;
        continue;
      }
      if (flags.has('-n') && files.exists(target, process.actor)) continue;
      files.rename(source, target, process.actor);
    } catch (error) {
      if (error instanceof FileError && error.errno === 'EXDEV') {
        status = Math.max(status, await copyAcross(process, source, target, from, to));
        continue;
      }
      await complain(process, `mv: cannot move ${quote(from)} to ${quote(to)}: ${reasonOf(error)}`);
      status = 1;
    }
  }
  return status;
}

/** From one file system to another: a copy, then the original goes. */
async function copyAcross(process: Process, source: ByteText, target: ByteText, from: ByteText, to: ByteText): Promise<number> {
  const { files } = process.linux;
  try {
    copyTree(process, source, target, true);
    removeTree(process, source);
    return 0;
  } catch (error) {
    await complain(process, `mv: cannot move ${quote(from)} to ${quote(to)}: ${reasonOf(error)}`);
    if (files.exists(target, process.actor)) removeTree(process, target);
    return 1;
  }
}

function removeTree(process: Process, path: ByteText): void {
  const { files } = process.linux;
  const inode = files.inode(path, process.actor, false);
  if (inode.kind !== 'directory') {
    files.unlink(path, process.actor);
    return;
  }
  for (const name of [...inode.entries.keys()]) removeTree(process, `${path}/${name}`);
  files.removeDirectory(path, process.actor);
}

function copyTree(process: Process, source: ByteText, target: ByteText, keep: boolean): void {
  const { files } = process.linux;
  const inode = files.inode(source, process.actor, !keep);
  if (inode.kind === 'directory') {
    if (!files.exists(target, process.actor)) files.makeDirectory(target, inode.mode, process.actor);
    for (const name of inode.entries.keys()) copyTree(process, `${source}/${name}`, `${target}/${name}`, keep);
  } else if (inode.kind === 'link') files.symlink(inode.target, target, process.actor);
  else if (inode.kind === 'file') {
    const created = !files.exists(target, process.actor);
    const input = openFile(process, source, 'read');
    input.release();
    const output = openFile(process, target, 'write');
    try {
      const copy = output.inode;
      if (copy?.kind === 'file') {
        const bytes = contentOf(inode);
        for (let at = 0; at < bytes.length; ) at += files.writeAt(copy, at, bytes.subarray(at), target);
        if (created || keep) copy.mode = keep ? inode.mode : inode.mode & ~process.umask;
        if (keep) copy.modified = inode.modified;
      }
    } finally {
      output.release();
    }
  } else throw new FileError('EINVAL', source);
}

export async function cp(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands, unknown } = readArguments(args, ['-f', '-r', '-R', '-a', '-p', '-n', '-T', '-v', '-d', '-L'], ['-t']);
  if (unknown !== undefined) return refuseOption(process, 'cp', unknown);
  const copies = await sourcesAndTarget(process, 'cp', operands, values.get('-t'), flags.has('-T'));
  if (copies === undefined) return 1;
  const recursive = flags.has('-r') || flags.has('-R') || flags.has('-a');
  const { files } = process.linux;
  let status = 0;
  for (const [from, to] of copies) {
    const [source, target] = [absolute(process, from), absolute(process, to)];
    try {
      const inode = files.inode(source, process.actor);
      if (inode.kind === 'directory' && !recursive) {
        await complain(process, `cp: -r not specified; omitting directory ${quote(from)}`);
        status = 1;
        continue;
      }
      if (flags.has('-n') && files.exists(target, process.actor)) continue;
      if (inode.kind === 'generated' || inode.kind === 'device' || files.find(target, process.actor, true).inode?.kind === 'device') {
        await copyStream(process, from, to);
      } else copyTree(process, source, target, flags.has('-a') || flags.has('-p'));
    } catch (error) {
      const missing = error instanceof FileError && error.errno === 'ENOENT' && !files.exists(source, process.actor);
      await complain(
        process,
        missing
          ? `cp: cannot stat ${quote(from)}: ${reasonOf(error)}`
          : `cp: cannot copy ${quote(from)} to ${quote(to)}: ${reasonOf(error)}`,
      );
      status = 1;
    }
  }
  return status;
}

async function copyStream(process: Process, from: ByteText, to: ByteText): Promise<void> {
  const input = openFile(process, from, 'read');
  try {
    const output = openFile(process, to, 'write');
    try {
      for (let piece = await input.read(65536, process); piece !== undefined; piece = await input.read(65536, process))
        await output.write(piece, process);
    } finally {
      output.release();
    }
  } finally {
    input.release();
  }
}
