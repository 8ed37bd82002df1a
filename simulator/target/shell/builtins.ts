import { type ByteText, fromBytes } from '../byte-text.ts';
import { findProgram } from '../kernel/execute.ts';
import { absolute } from '../kernel/opening.ts';
import { killCommand, signalName } from '../kernel/signal-names.ts';
import { print, reasonOf } from '../kernel/streams.ts';
import { FileError } from '../target.ts';
import { ExitJump, LoopJump, ReturnJump } from './jumps.ts';
import { format, unescaped } from './printf.ts';
import { getopts, read } from './reading-builtins.ts';
import type { Shell } from './shell.ts';
import { TestError, testExpression } from './test-command.ts';

export type Builtin = (shell: Shell, args: readonly ByteText[]) => Promise<number>;

const nameShape = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Those of which an error ends the shell, and whose assignments stay. */
export const specialBuiltins: ReadonlySet<ByteText> = new Set(
  ': . break continue eval exec exit export readonly return set shift times trap unset'.split(' '),
);

async function echo(shell: Shell, args: readonly ByteText[]): Promise<number> {
  const newline = args[0] !== '-n';
  const { text, stop } = unescaped((newline ? args : args.slice(1)).join(' '), true);
  await print(shell.process, text + (newline && !stop ? '\n' : ''));
  return 0;
}

async function printf(shell: Shell, args: readonly ByteText[]): Promise<number> {
  const used = args[0] === '--' ? args.slice(1) : args;
  const [pattern, ...rest] = used;
  if (pattern === undefined) {
    await shell.complain('printf: usage: printf format [arg ...]');
    return 2;
  }
  const { text, complaints } = format(pattern, rest);
  await print(shell.process, text);
  for (const complaint of complaints) await shell.complain(`printf: ${complaint}`);
  return complaints.length > 0 ? 1 : 0;
}

async function test(shell: Shell, args: readonly ByteText[], name: ByteText): Promise<number> {
  try {
    return testExpression(shell.process, args) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestError)) throw error;
    await shell.complain(`${name}: ${error.message}`);
    return 2;
  }
}

async function bracket(shell: Shell, args: readonly ByteText[]): Promise<number> {
  if (args.at(-1) === ']') return test(shell, args.slice(0, -1), '[');
  await shell.complain('[: missing ]');
  return 2;
}

async function cd(shell: Shell, args: readonly ByteText[]): Promise<number> {
  const operands = args.filter((arg) => arg !== '-L' && arg !== '-P' && arg !== '--');
  const wanted = operands[0] === '-' ? shell.variables.get('OLDPWD') : (operands[0] ?? shell.variables.get('HOME'));
  const path = normal(absolute(shell.process, wanted ?? '/'));
  try {
    const inode = shell.files.inode(path, shell.actor);
    if (inode.kind !== 'directory') throw new FileError('ENOTDIR', path);
    shell.files.find(`${path}/.`, shell.actor, true);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await shell.complain(`cd: can't cd to ${wanted ?? ''}`);
    return 2;
  }
  shell.assign('OLDPWD', shell.process.cwd);
  shell.process.cwd = path;
  shell.assign('PWD', path);
  if (operands[0] === '-') await print(shell.process, `${path}\n`);
  return 0;
}

/** Without `.` and `..`, as the shell keeps the name of its folder. */
function normal(path: ByteText): ByteText {
  const parts: ByteText[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

async function set(shell: Shell, args: readonly ByteText[]): Promise<number> {
  if (args.length === 0) {
    for (const name of [...shell.variables.keys()].sort())
      await print(shell.process, `${name}=${quoted(shell.variables.get(name) ?? '')}\n`);
    return 0;
  }
  let at = 0;
  while (at < args.length) {
    const arg = args[at] as ByteText;
    if (arg === '--' || arg === '-') {
      shell.positional = args.slice(at + 1);
      return 0;
    }
    if (!/^[-+]/.test(arg)) break;
    const on = arg.startsWith('-');
    for (const option of arg.slice(1)) {
      const name = option === 'o' ? longOptions[args[at + 1] ?? ''] : option;
      if (option === 'o') at += 1;
      if (name === undefined || !(name.length > 1 || 'aefuxCnvmbh'.includes(name))) {
        await shell.complain(`set: Illegal option ${arg}`);
        throw new ExitJump(2);
      }
      if (on) shell.options.add(name);
      else shell.options.delete(name);
    }
    at += 1;
  }
  if (at < args.length) shell.positional = args.slice(at);
  return 0;
}

const longOptions: Readonly<Record<string, string>> = {
  allexport: 'a',
  errexit: 'e',
  noglob: 'f',
  nounset: 'u',
  xtrace: 'x',
  noclobber: 'C',
  pipefail: 'pipefail',
  monitor: 'm',
  notify: 'b',
};

function quoted(text: ByteText): ByteText {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

async function exportCommand(shell: Shell, args: readonly ByteText[], readOnly: boolean): Promise<number> {
  if (args.length === 0 || args[0] === '-p') {
    const names = [...(readOnly ? shell.readOnly : shell.exported)].sort();
    for (const name of names)
      await print(shell.process, `${readOnly ? 'readonly' : 'export'} ${name}=${quoted(shell.variables.get(name) ?? '')}\n`);
    return 0;
  }
  for (const arg of args) {
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg : arg.slice(0, equals);
    if (!nameShape.test(name)) {
      await shell.complain(`${readOnly ? 'readonly' : 'export'}: ${name}: bad variable name`);
      throw new ExitJump(2);
    }
    if (equals >= 0) shell.assign(name, arg.slice(equals + 1));
    if (readOnly) shell.readOnly.add(name);
    else shell.export(name);
  }
  return 0;
}

async function unset(shell: Shell, args: readonly ByteText[]): Promise<number> {
  const functions = args[0] === '-f';
  for (const name of args) {
    if (name === '-f' || name === '-v') continue;
    if (functions) shell.functions.delete(name);
    else shell.unset(name);
  }
  return 0;
}

async function shift(shell: Shell, args: readonly ByteText[]): Promise<number> {
  const by = Number(args[0] ?? '1');
  if (by > shell.positional.length) {
    await shell.complain("shift: can't shift that many");
    throw new ExitJump(2);
  }
  shell.positional = shell.positional.slice(by);
  return 0;
}

async function local(shell: Shell, args: readonly ByteText[]): Promise<number> {
  const frame = shell.locals.at(-1);
  if (frame === undefined) {
    await shell.complain('local: not in a function');
    return 2;
  }
  for (const arg of args) {
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg : arg.slice(0, equals);
    if (!frame.has(name)) frame.set(name, shell.variables.get(name));
    if (equals >= 0) shell.assign(name, arg.slice(equals + 1));
  }
  return 0;
}

async function evalCommand(shell: Shell, args: readonly ByteText[]): Promise<number> {
  shell.status = 0;
  return shell.script(args.join(' '));
}

async function dot(shell: Shell, args: readonly ByteText[]): Promise<number> {
  const [name = ''] = args;
  try {
    const inode = shell.files.inode(absolute(shell.process, name), shell.actor);
    if (inode.kind !== 'file') throw new FileError('EISDIR', name);
    return await shell.script(fromBytes(inode.bytes.subarray(0, inode.size)));
  } catch (error) {
    if (error instanceof ReturnJump) return error.status;
    await shell.complain(`.: cannot open ${name}: ${reasonOf(error) === 'No such file or directory' ? 'No such file' : reasonOf(error)}`);
    throw new ExitJump(2);
  }
}

async function trap(shell: Shell, args: readonly ByteText[]): Promise<number> {
  const used = args[0] === '--' ? args.slice(1) : args;
  if (used.length === 0) {
    for (const [signal, action] of shell.traps) await print(shell.process, `trap -- ${quoted(action)} ${signal}\n`);
    return 0;
  }
  const reset = used[0] === '-' || (used.length > 0 && /^[0-9]+$/.test(used[0] ?? ''));
  const action = reset ? undefined : (used[0] as ByteText);
  for (const each of reset && used[0] !== '-' ? used : used.slice(1)) {
    const signal = each === '0' || each === 'EXIT' ? 'EXIT' : signalName(each);
    if (signal === undefined) {
      await shell.complain(`trap: ${each}: bad trap`);
      return 1;
    }
    shell.process.handled.delete(signal);
    shell.process.ignored.delete(signal);
    if (action === undefined) shell.traps.delete(signal);
    else {
      shell.traps.set(signal, action);
      if (signal === 'EXIT') continue;
      if (action === '') shell.process.ignored.add(signal);
      else shell.process.handled.add(signal);
    }
  }
  return 0;
}

async function wait(shell: Shell, args: readonly ByteText[]): Promise<number> {
  let status = 0;
  const wanted =
    args.length === 0 ? [...shell.jobs] : args.map((arg) => shell.jobs.find(({ pid }) => String(pid) === arg.replace(/^%/, '')));
  for (const job of wanted) {
    if (job === undefined) {
      status = 127;
      continue;
    }
    while (job.status === undefined) {
      await shell.process.wait(Promise.race([job.finished, shell.process.arrival.next()]));
      const [signal] = shell.process.arrived;
      if (signal !== undefined) {
        await shell.arrivedSignals();
        return 128 + 1;
      }
    }
    if (args.length > 0) status = job.status;
  }
  if (args.length === 0) shell.jobs.length = 0;
  return status;
}

async function command(shell: Shell, args: readonly ByteText[]): Promise<number> {
  const [option, name] = args;
  if (option === '-v' || option === '-V') return describe(shell, args.slice(1), option === '-V');
  const words = option === '-p' || option === '--' ? args.slice(1) : args;
  if (words.length === 0 || (name === undefined && words[0] === undefined)) return 0;
  const used = builtins.get(words[0] as ByteText);
  if (used !== undefined) return used(shell, words.slice(1));
  return shell.runExternal(words);
}

async function describe(shell: Shell, names: readonly ByteText[], verbose: boolean): Promise<number> {
  let status = 0;
  for (const name of names) {
    const line = description(shell, name, verbose);
    if (line === undefined) {
      status = 127;
      if (verbose) await print(shell.process, `${name}: not found\n`);
    } else await print(shell.process, `${line}\n`);
  }
  return status;
}

function description(shell: Shell, name: ByteText, verbose: boolean): ByteText | undefined {
  if (keywords.has(name)) return verbose ? `${name} is a shell keyword` : name;
  if (shell.functions.has(name)) return verbose ? `${name} is a shell function` : name;
  if (specialBuiltins.has(name)) return verbose ? `${name} is a special shell builtin` : name;
  if (builtins.has(name)) return verbose ? `${name} is a shell builtin` : name;
  const found = findProgram(shell.process, name, shell.variables.get('PATH') ?? '');
  return found.kind === 'found' ? (verbose ? `${name} is ${found.path}` : found.path) : undefined;
}

const keywords = new Set('! { } case do done elif else esac fi for if in then until while'.split(' '));

async function umask(shell: Shell, args: readonly ByteText[]): Promise<number> {
  const [mask] = args;
  if (mask === undefined) {
    await print(shell.process, `${shell.process.umask.toString(8).padStart(4, '0')}\n`);
    return 0;
  }
  if (!/^[0-7]{1,4}$/.test(mask)) {
    await shell.complain(`umask: Illegal mode: ${mask}`);
    return 2;
  }
  shell.process.umask = Number.parseInt(mask, 8) & 0o777;
  return 0;
}

function loopJump(kind: 'break' | 'continue'): Builtin {
  return async (shell, args) => {
    if (shell.loops === 0) return 0;
    throw new LoopJump(kind, Math.min(Number(args[0] ?? '1'), shell.loops));
  };
}

export const builtins: ReadonlyMap<ByteText, Builtin> = new Map<ByteText, Builtin>([
  [':', async () => 0],
  ['true', async () => 0],
  ['false', async () => 1],
  ['.', dot],
  ['[', bracket],
  ['break', loopJump('break')],
  ['cd', cd],
  ['command', command],
  ['continue', loopJump('continue')],
  ['echo', echo],
  ['eval', evalCommand],
  [
    'exit',
    async (shell, args) => {
      throw new ExitJump(args[0] === undefined ? shell.status : Number(args[0]) & 0xff);
    },
  ],
  ['export', (shell, args) => exportCommand(shell, args, false)],
  ['getopts', getopts],
  ['hash', async () => 0],
  ['jobs', async () => 0],
  ['kill', (shell, args) => killCommand(shell.process, args, (message) => shell.complain(`kill: ${message}`))],
  ['local', local],
  ['printf', printf],
  [
    'pwd',
    async (shell) => {
      await print(shell.process, `${shell.process.cwd}\n`);
      return 0;
    },
  ],
  ['read', read],
  ['readonly', (shell, args) => exportCommand(shell, args, true)],
  [
    'return',
    async (shell, args) => {
      throw new ReturnJump(args[0] === undefined ? shell.status : Number(args[0]) & 0xff);
    },
  ],
  ['set', set],
  ['shift', shift],
  ['test', (shell, args) => test(shell, args, 'test')],
  ['trap', trap],
  ['type', (shell, args) => describe(shell, args, true)],
  ['umask', umask],
  ['unset', unset],
  ['wait', wait],
]);
