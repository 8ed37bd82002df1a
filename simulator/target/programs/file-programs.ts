import type { ByteText } from '../byte-text.ts';
import type { Inode } from '../files/inode.ts';
import { absolute } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print, reasonOf } from '../kernel/streams.ts';
import { FileError } from '../target.ts';
import { readArguments, refuseOption } from './arguments.ts';
import { isDirectory, lastPart, missingOperand, quotedAlways as quote } from './paths.ts';

type Step = (path: ByteText) => void | Promise<void>;

/** Does one thing to each path. @returns 1 when one of them failed. */
async function each(
  process: Process,
  paths: readonly ByteText[],
  message: (path: ByteText, reason: string) => ByteText,
  step: Step,
): Promise<number> {
  let status = 0;
  for (const path of paths) {
    try {
      await step(path);
    } catch (error) {
      await complain(process, message(path, reasonOf(error)));
      status = 1;
    }
  }
  return status;
}

export async function mkdir(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands, unknown } = readArguments(args, ['-p', '-v', '--parents'], ['-m', '--mode']);
  if (unknown !== undefined) return refuseOption(process, 'mkdir', unknown);
  if (operands.length === 0) return missingOperand(process, 'mkdir');
  const { files } = process.linux;
  const given = values.get('-m') ?? values.get('--mode');
  const usual = 0o777 & ~process.umask;
  const mode = given === undefined ? usual : changedMode(given, usual, true, process.umask);
  return each(
    process,
    operands,
    (path, reason) => `mkdir: cannot create directory ${quote(path)}: ${reason}`,
    (path) => {
      const full = absolute(process, path);
      if (!flags.has('-p') && !flags.has('--parents')) {
        files.makeDirectory(full.replace(/\/+$/, ''), mode, process.actor);
        return;
      }
      const parts = full.split('/').filter((part) => part !== '');
      for (let end = 1; end <= parts.length; end += 1) {
        const step = `/${parts.slice(0, end).join('/')}`;
        const found = files.find(step, process.actor, true).inode;
        if (found === undefined) files.makeDirectory(step, end === parts.length ? mode : usual, process.actor);
        else if (found.kind !== 'directory') throw new FileError(end === parts.length ? 'EEXIST' : 'ENOTDIR', path);
      }
    },
  );
}

export async function rmdir(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands, unknown } = readArguments(args, ['-p', '--ignore-fail-on-non-empty'], []);
  if (unknown !== undefined) return refuseOption(process, 'rmdir', unknown);
  if (operands.length === 0) return missingOperand(process, 'rmdir');
  const message = (path: ByteText, reason: string): ByteText => `rmdir: failed to remove ${quote(path)}: ${reason}`;
  return each(process, operands, message, (path) => {
    try {
      process.linux.files.removeDirectory(absolute(process, path), process.actor);
    } catch (error) {
      if (error instanceof FileError && error.errno === 'ENOTEMPTY' && flags.has('--ignore-fail-on-non-empty')) return;
      throw error;
    }
  });
}

export async function rm(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands, unknown } = readArguments(args, ['-f', '-r', '-R', '-d', '-v', '-i', '--force', '--recursive'], []);
  if (unknown !== undefined) return refuseOption(process, 'rm', unknown);
  const force = flags.has('-f') || flags.has('--force');
  if (operands.length === 0) return force ? 0 : missingOperand(process, 'rm');
  const recursive = flags.has('-r') || flags.has('-R') || flags.has('--recursive');
  const { files } = process.linux;
  const remove = (path: ByteText, shown: ByteText): void => {
    let inode: Inode | undefined;
    try {
      inode = files.find(path, process.actor, false).inode;
      if (inode === undefined) throw new FileError('ENOENT', shown);
    } catch (error) {
      if (force && error instanceof FileError && (error.errno === 'ENOENT' || error.errno === 'ENOTDIR')) return;
      throw error;
    }
    if (inode.kind !== 'directory') {
      files.unlink(path, process.actor);
      return;
    }
    if (!recursive) throw new FileError('EISDIR', shown);
    for (const name of [...inode.entries.keys()]) remove(`${path}/${name}`, `${shown}/${name}`);
    files.removeDirectory(path, process.actor);
  };
  return each(
    process,
    operands,
    (path, reason) => `rm: cannot remove ${quote(path)}: ${reason}`,
    (path) => {
      if (/(^|\/)\.\.?$/.test(path)) throw new FileError('EINVAL', path);
      remove(absolute(process, path).replace(/(.)\/+$/, '$1'), path);
    },
  );
}

export async function touch(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands, unknown } = readArguments(args, ['-a', '-c', '-m'], ['-d', '-r', '-t']);
  if (unknown !== undefined) return refuseOption(process, 'touch', unknown);
  const { files } = process.linux;
  return each(
    process,
    operands,
    (path, reason) => `touch: cannot touch ${quote(path)}: ${reason}`,
    (path) => {
      const full = absolute(process, path);
      const found = files.find(full, process.actor, true).inode;
      if (found === undefined && flags.has('-c')) return;
      if (found !== undefined)
        files.mayWrite(
          found.kind === 'directory' ? { ...found, kind: 'file', bytes: new Uint8Array(), size: 0, links: 1 } : found,
          process.actor,
          path,
        );
      const inode = found ?? files.createFile(full, 0o666 & ~process.umask, process.actor);
      const given = values.get('-d');
      inode.modified = given === undefined ? files.now() : given.startsWith('@') ? Number(given.slice(1)) * 1000 : Date.parse(given);
    },
  );
}

export async function chmod(process: Process, args: readonly ByteText[]): Promise<number> {
  const recursive = args.includes('-R');
  const [mode, ...paths] = args.filter((arg) => arg !== '-R' && arg !== '--' && arg !== '-f');
  if (mode === undefined || paths.length === 0) return missingOperand(process, 'chmod');
  if (!/^([0-7]{1,4}|[ugoa]*([-+=][rwxXst]*)+(,[ugoa]*([-+=][rwxXst]*)+)*)$/.test(mode)) {
    await complain(process, `chmod: invalid mode: ${quote(mode)}`);
    return 1;
  }
  const { files } = process.linux;
  const change = (path: ByteText): void => {
    const inode = files.inode(path, process.actor);
    files.changeMode(path, changedMode(mode, inode.mode, inode.kind === 'directory', process.umask), process.actor);
    if (recursive && inode.kind === 'directory') for (const name of inode.entries.keys()) change(`${path}/${name}`);
  };
  const message = (path: ByteText, reason: string): ByteText =>
    reason === 'No such file or directory'
      ? `chmod: cannot access ${quote(path)}: ${reason}`
      : `chmod: changing permissions of ${quote(path)}: ${reason}`;
  return each(process, paths, message, (path) => change(absolute(process, path)));
}

/** `755` or `u+rwx,go-w`. */
export function changedMode(text: ByteText, before: number, isDirectory: boolean, umask: number): number {
  if (/^[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  let mode = before;
  for (const clause of text.split(',')) {
    const [, who = '', actions = ''] = /^([ugoa]*)(.*)$/.exec(clause) ?? [];
    const everyone = who === '' || who.includes('a');
    for (const [, operator, letters = ''] of actions.matchAll(/([-+=])([rwxXst]*)/g)) {
      let mask = 0;
      for (const [person, shift] of [
        ['u', 6],
        ['g', 3],
        ['o', 0],
      ] as const) {
        if (!everyone && !who.includes(person)) continue;
        let bits = 0;
        if (letters.includes('r')) bits |= 4;
        if (letters.includes('w')) bits |= 2;
        if (letters.includes('x') || (letters.includes('X') && (isDirectory || (before & 0o111) !== 0))) bits |= 1;
        mask |= bits << shift;
        if (operator === '=') mode &= ~(7 << shift);
      }
      if (letters.includes('t')) mask |= 0o1000;
      if (letters.includes('s')) mask |= (everyone || who.includes('u') ? 0o4000 : 0) | (everyone || who.includes('g') ? 0o2000 : 0);
      const effective = who === '' ? mask & ~umask : mask;
      if (operator === '-') mode &= ~effective;
      else mode |= effective;
    }
  }
  return mode;
}

export async function chown(process: Process, args: readonly ByteText[]): Promise<number> {
  const [owner, ...paths] = args.filter((arg) => !arg.startsWith('-'));
  if (owner === undefined || paths.length === 0) return missingOperand(process, 'chown');
  const { user } = process.linux.options;
  const name = owner.split(':')[0] ?? '';
  const uid = name === 'root' || name === '0' ? 0 : name === user.name || name === String(user.uid) ? user.uid : undefined;
  if (uid === undefined) {
    await complain(process, `chown: invalid user: ${quote(owner)}`);
    return 1;
  }
  const message = (path: ByteText, reason: string): ByteText => `chown: changing ownership of ${quote(path)}: ${reason}`;
  return each(process, paths, message, (path) =>
    process.linux.files.changeOwner(absolute(process, path), { uid, gid: uid }, process.actor),
  );
}

export async function ln(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands, unknown } = readArguments(args, ['-s', '-f', '-n', '-T', '-v'], []);
  if (unknown !== undefined) return refuseOption(process, 'ln', unknown);
  const [target, given] = operands;
  if (target === undefined) return missingOperand(process, 'ln');
  const wanted = given ?? lastPart(target);
  const path =
    isDirectory(process, wanted) && !flags.has('-n') && !flags.has('-T') ? `${wanted.replace(/\/+$/, '')}/${lastPart(target)}` : wanted;
  const { files } = process.linux;
  const full = absolute(process, path);
  try {
    if (flags.has('-f') && files.find(full, process.actor, false).inode !== undefined) files.unlink(full, process.actor);
    if (flags.has('-s')) files.symlink(target, full, process.actor);
    else files.link(absolute(process, target), full, process.actor);
    return 0;
  } catch (error) {
    await complain(process, `ln: failed to create ${flags.has('-s') ? 'symbolic' : 'hard'} link ${quote(path)}: ${reasonOf(error)}`);
    return 1;
  }
}

export async function mktemp(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands } = readArguments(args, ['-d', '-q', '-u', '-t'], ['-p', '--tmpdir']);
  const folder = values.get('-p') ?? values.get('--tmpdir') ?? process.environment.get('TMPDIR') ?? '/tmp';
  const template = operands[0] ?? 'tmp.XXXXXXXXXX';
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const name = template.replace(/X{3,}(?=[^X]*$)/, (run) =>
    [...crypto.getRandomValues(new Uint8Array(run.length))].map((byte) => letters[byte % letters.length]).join(''),
  );
  const path = operands.length === 0 || values.size > 0 || flags.has('-t') ? `${folder}/${name}` : name;
  try {
    if (flags.has('-d')) process.linux.files.makeDirectory(absolute(process, path), 0o700, process.actor);
    else process.linux.files.createFile(absolute(process, path), 0o600, process.actor);
  } catch (error) {
    await complain(
      process,
      `mktemp: failed to create ${flags.has('-d') ? 'directory' : 'file'} via template ${quote(template)}: ${reasonOf(error)}`,
    );
    return 1;
  }
  await print(process, `${path}\n`);
  return 0;
}
