import type { ByteText } from '../byte-text.ts';
import { absolute } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print } from '../kernel/streams.ts';
import { readArguments } from './arguments.ts';

import { lastPart, missingOperand } from './paths.ts';

export async function readlink(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands } = readArguments(args, ['-f', '-e', '-m', '-n', '-q'], []);
  let status = 0;
  for (const path of operands) {
    const text = linkText(process, path, flags.has('-f') || flags.has('-e') || flags.has('-m'), flags.has('-e'));
    if (text === undefined) status = 1;
    else await print(process, `${text}${flags.has('-n') ? '' : '\n'}`);
  }
  return status;
}

function linkText(process: Process, path: ByteText, canonical: boolean, mustExist: boolean): ByteText | undefined {
  const { files } = process.linux;
  const full = absolute(process, path);
  try {
    if (!canonical) {
      const inode = files.inode(full, process.actor, false);
      return inode.kind === 'link' ? inode.target : undefined;
    }
    if (files.exists(full, process.actor)) return files.realPath(full, process.actor);
    if (mustExist) return undefined;
    const folder = files.realPath(full.replace(/\/[^/]*\/?$/, '') || '/', process.actor);
    return `${folder === '/' ? '' : folder}/${lastPart(path)}`;
  } catch {
    return undefined;
  }
}

export async function realpath(process: Process, args: readonly ByteText[]): Promise<number> {
  let status = 0;
  for (const path of args.filter((arg) => !arg.startsWith('-'))) {
    const text = linkText(process, path, true, false);
    if (text === undefined) {
      await complain(process, `realpath: ${path}: No such file or directory`);
      status = 1;
    } else await print(process, `${text}\n`);
  }
  return status;
}

export async function basename(process: Process, args: readonly ByteText[]): Promise<number> {
  const operands = args[0] === '--' ? args.slice(1) : args;
  const [path, suffix = ''] = operands;
  if (path === undefined) return missingOperand(process, 'basename');
  const name = /^\/+$/.test(path) ? '/' : lastPart(path);
  await print(process, `${suffix !== '' && name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : name}\n`);
  return 0;
}

export async function dirname(process: Process, args: readonly ByteText[]): Promise<number> {
  const operands = args[0] === '--' ? args.slice(1) : args;
  if (operands.length === 0) return missingOperand(process, 'dirname');
  for (const path of operands) {
    const bare = path.replace(/(.)\/+$/, '$1');
    const folder = bare.includes('/') ? bare.replace(/\/+[^/]*$/, '') || '/' : '.';
    await print(process, `${folder}\n`);
  }
  return 0;
}
