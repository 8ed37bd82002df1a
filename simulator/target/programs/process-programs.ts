import type { ByteText } from '../byte-text.ts';
import { fromBytes } from '../byte-text.ts';
import type { OpenFile } from '../kernel/descriptors.ts';
import { findProgram, startProgram } from '../kernel/execute.ts';
import { openFile } from '../kernel/opening.ts';
import { Killed, Process } from '../kernel/process.ts';
import { killCommand, signalName } from '../kernel/signal-names.ts';
import { complain, print, readAll, reasonOf } from '../kernel/streams.ts';
import { Shell } from '../shell/shell.ts';
import { FileError } from '../target.ts';
import { quoteName, readArguments } from './arguments.ts';
import { userName } from './file-status.ts';

/** The shell as a program: `sh -c SCRIPT [NAME ARGUMENTS…]`, `sh FILE…`, `sh -s`, or commands from stdin. */
export async function sh(process: Process, args: readonly ByteText[]): Promise<number> {
  const rest = [...args];
  const options: string[] = [];
  let script: ByteText | undefined;
  let fromInput = false;
  while (rest[0] !== undefined && /^[-+]./.test(rest[0]) && rest[0] !== '--') {
    const option = rest.shift() as ByteText;
    for (const letter of option.slice(1)) {
      if (letter === 'c') script = '';
      else if (letter === 's') fromInput = true;
      else if (letter === 'o') options.push(rest.shift() === 'pipefail' ? 'pipefail' : '');
      else options.push(letter);
    }
  }
  if (rest[0] === '--') rest.shift();
  if (script !== undefined) script = rest.shift() ?? '';
  let name = script === undefined && !fromInput ? (rest.shift() ?? 'sh') : 'sh';
  if (script !== undefined && rest[0] !== undefined) name = rest.shift() as ByteText;
  if (script === undefined && !fromInput && name !== 'sh') {
    try {
      const file = openFile(process, name, 'read');
      script = fromBytes(await readAll(process, file));
      file.release();
    } catch (error) {
      await complain(
        process,
        `sh: 0: cannot open ${name}: ${reasonOf(error) === 'No such file or directory' ? 'No such file' : reasonOf(error)}`,
      );
      return 2;
    }
  }
  const shell = new Shell(process, name);
  shell.mainPid = process.pid;
  shell.positional = rest;
  for (const option of options) if (option !== '' && option !== 'l' && option !== 'i') shell.options.add(option);
  if (script !== undefined) return shell.run(script);
  return shell.run(fromBytes(await readAll(process, process.descriptor(0))));
}

export async function sleep(process: Process, args: readonly ByteText[]): Promise<number> {
  const [text] = args;
  if (text === undefined) {
    await complain(process, 'sleep: missing operand');
    return 1;
  }
  let seconds = 0;
  for (const each of args) {
    const value = duration(each);
    if (value === undefined) {
      await complain(process, `sleep: invalid time interval ${quoteName(process, each)}`);
      return 1;
    }
    seconds += value;
  }
  await process.sleep(seconds * 1000);
  return 0;
}

function duration(text: ByteText): number | undefined {
  const match = /^([0-9]*\.?[0-9]+|[0-9]+\.)([smhd]?)$/.exec(text);
  if (match === null) return text === 'infinity' ? 1e9 : undefined;
  const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86400 };
  return Number(match[1]) * (units[match[2] ?? ''] ?? 1);
}

/** A child with the descriptors of this process. */
export function childOf(process: Process, argv: readonly ByteText[]): Process {
  const child = new Process(process.linux, process, argv);
  for (const [number, file] of process.descriptors) child.descriptors.set(number, file.retain());
  return child;
}

/** Runs a program as a child. @returns Its status; 127 or 126 after a message when there is none. */
async function runChild(
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

async function notStarted(process: Process, name: string, command: ByteText, denied: boolean): Promise<void> {
  const reason = denied ? 'Permission denied' : 'No such file or directory';
  const failed =
    name === 'env'
      ? `env: ${quoteName(process, command)}: ${reason}`
      : `${name}: failed to run command ${quoteName(process, command)}: ${reason}`;
  await complain(process, failed);
}

export async function timeout(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands, unknown } = readArguments(
    args,
    ['--preserve-status', '--foreground', '-v'],
    ['-s', '-k', '--signal', '--kill-after'],
    true,
  );
  const [limit, ...words] = operands;
  const seconds = limit === undefined ? undefined : duration(limit);
  if (unknown !== undefined || seconds === undefined || words.length === 0) {
    await complain(
      process,
      limit === undefined || words.length === 0
        ? 'timeout: missing operand'
        : `timeout: invalid time interval ${quoteName(process, limit)}`,
    );
    await complain(process, "Try 'timeout --help' for more information.");
    return 125;
  }
  const signal = signalName(values.get('-s') ?? values.get('--signal') ?? 'TERM') ?? 'TERM';
  const killAfter = duration(values.get('-k') ?? values.get('--kill-after') ?? '') ?? 0;
  process.group = process.pid;
  const child = childOf(process, words);
  const found = startProgram(process, words, child);
  if (found.kind !== 'found') {
    child.ended(127);
    await notStarted(process, 'timeout', words[0] ?? '', found.kind === 'denied');
    return found.kind === 'denied' ? 126 : 127;
  }
  // What ends timeout ends its command, too.
  process.handled.add('TERM').add('INT').add('HUP');
  let ended = 'no' as 'no' | 'timeout' | 'killed';
  const strike = (by: ByteText): void => {
    for (const each of process.linux.processes.values()) if (each.group === process.group && each !== process) each.signal(by);
  };
  const timers: NodeJS.Timeout[] = [];
  if (seconds > 0) {
    const expire = (): void => {
      ended = signal === 'KILL' ? 'killed' : 'timeout';
      strike(signal);
      if (killAfter > 0) {
        timers.push(
          setTimeout(() => {
            ended = 'killed';
            strike('KILL');
          }, killAfter * 1000),
        );
      }
    };
    timers.push(setTimeout(expire, Math.min(seconds * 1000, 2 ** 31 - 1)));
  }
  try {
    for (;;) {
      const status = await process.wait(Promise.race([child.finished, process.arrival.next().then(() => undefined)]));
      if (status === undefined) {
        for (let arrived = process.arrived.shift(); arrived !== undefined; arrived = process.arrived.shift()) strike(arrived);
        continue;
      }
      if (ended === 'killed') throw new Killed('KILL');
      return ended === 'timeout' && !flags.has('--preserve-status') ? 124 : status;
    }
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

export async function nohup(process: Process, args: readonly ByteText[]): Promise<number> {
  process.ignored.add('HUP');
  if (process.descriptors.get(1)?.isTerminal === true) {
    await complain(process, "nohup: ignoring input and appending output to 'nohup.out'");
    process.install(1, openFile(process, 'nohup.out', 'append'));
    process.install(2, process.descriptor(1).retain());
  }
  return runChild(process, 'nohup', args[0] === '--' ? args.slice(1) : args);
}

export async function setsid(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands } = readArguments(args, ['-f', '-w', '-c', '--fork', '--wait'], [], true);
  const inOwnSession = (child: Process): void => {
    child.session = child.pid;
    child.group = child.pid;
  };
  if (flags.has('-f') || flags.has('--fork')) {
    const child = childOf(process, operands);
    inOwnSession(child);
    const found = startProgram(process, operands, child);
    if (found.kind === 'found') return 0;
    child.ended(127);
    await notStarted(process, 'setsid', operands[0] ?? '', found.kind === 'denied');
    return 127;
  }
  return runChild(process, 'setsid', operands, inOwnSession);
}

export async function env(process: Process, args: readonly ByteText[]): Promise<number> {
  const rest = [...args];
  while (rest[0]?.startsWith('-')) {
    const option = rest.shift() as ByteText;
    if (option === '-i' || option === '-') process.environment.clear();
    else if (option === '-u') process.environment.delete(rest.shift() ?? '');
    else if (option === '--') break;
  }
  while (rest[0] !== undefined && /^[^=]+=/.test(rest[0])) {
    const [name = '', ...value] = (rest.shift() as ByteText).split('=');
    process.environment.set(name, value.join('='));
  }
  if (rest.length > 0) return runChild(process, 'env', rest);
  for (const [name, value] of process.environment) await print(process, `${name}=${value}\n`);
  return 0;
}

export async function nice(process: Process, args: readonly ByteText[]): Promise<number> {
  const { operands } = readArguments(args, [], ['-n'], true);
  return runChild(process, 'nice', operands);
}

export async function xargs(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands } = readArguments(args, ['-0', '-r', '-t', '--no-run-if-empty'], ['-n', '-I', '-L', '-P', '-d'], true);
  const text = fromBytes(await readAll(process, process.descriptor(0)));
  const replaced = values.get('-I');
  const items = flags.has('-0')
    ? text.split('\0').filter((item, index, all) => item !== '' || index < all.length - 1)
    : replaced !== undefined
      ? text
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== '')
      : unquoted(text);
  const command = operands.length === 0 ? ['echo'] : operands;
  const size = replaced !== undefined ? 1 : Number(values.get('-n') ?? values.get('-L') ?? Number.MAX_SAFE_INTEGER);
  let status = 0;
  if (items.length === 0 && (flags.has('-r') || flags.has('--no-run-if-empty') || replaced !== undefined)) return 0;
  process.install(0, openFile(process, '/dev/null', 'read'));
  for (let at = 0; at < Math.max(1, items.length); at += size) {
    const batch = items.slice(at, at + size);
    const words = replaced === undefined ? [...command, ...batch] : command.map((word) => word.replaceAll(replaced, batch[0] ?? ''));
    const result = await runChild(process, 'xargs', words);
    if (result === 126 || result === 127) return result;
    if (result === 255) return 124;
    if (result !== 0) status = 123;
  }
  return status;
}

function unquoted(text: ByteText): ByteText[] {
  return [...text.matchAll(/(?:[^\s'"\\]|\\[\s\S]|'[^'\n]*'|"[^"\n]*")+/g)].map(([word]) =>
    word.replace(
      /\\([\s\S])|'([^'\n]*)'|"([^"\n]*)"/g,
      (_, escaped?: string, single?: string, double?: string) => escaped ?? single ?? double ?? '',
    ),
  );
}

export async function kill(process: Process, args: readonly ByteText[]): Promise<number> {
  return killCommand(process, args, (message) => complain(process, `kill: ${message}`));
}

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

const columnTitles: Readonly<Record<string, ByteText>> = {
  pid: 'PID',
  ppid: 'PPID',
  pgid: 'PGID',
  sid: 'SID',
  user: 'USER',
  uid: 'UID',
  stat: 'STAT',
  state: 'S',
  s: 'S',
  etimes: 'ELAPSED',
  etime: 'ELAPSED',
  time: 'TIME',
  tty: 'TTY',
  comm: 'COMMAND',
  args: 'COMMAND',
  cmd: 'CMD',
  command: 'COMMAND',
};
const rightAligned = new Set(['pid', 'ppid', 'pgid', 'sid', 'uid', 'etimes', 'etime', 'time']);

export async function ps(process: Process, args: readonly ByteText[]): Promise<number> {
  const all = args.some((arg) => /^-?[A-Za-z]*[eAx][A-Za-z]*$/.test(arg) && !arg.startsWith('--') && arg !== '-o');
  const format = args.flatMap((arg, index) =>
    arg === '-o' || arg === '-eo' || arg === '-Ao' || arg === '-axo' || arg === 'axo'
      ? [args[index + 1] ?? '']
      : /^-o./.test(arg)
        ? [arg.slice(2)]
        : [],
  );
  const wanted = args.flatMap((arg, index) =>
    arg === '-p' || arg === '--pid' ? (args[index + 1] ?? '').split(',') : /^-p[0-9]/.test(arg) ? arg.slice(2).split(',') : [],
  );
  const full = args.some((arg) => /^-[a-zA-Z]*f/.test(arg)) || args.some((arg) => /^a?u?x?$/.test(arg) && arg.includes('u'));
  const columns = (
    format.length > 0 ? format.join(',').split(/[ ,]+/) : full ? ['user', 'pid', 'ppid', 'time', 'cmd'] : ['pid', 'tty', 'time', 'comm']
  ).map((column) => {
    const [name = '', title] = column.split('=');
    return { name, title: column.includes('=') ? (title ?? '') : (columnTitles[name] ?? name.toUpperCase()) };
  });
  const shown = [...process.linux.processes.values()].filter((each) =>
    wanted.length > 0
      ? wanted.includes(String(each.pid))
      : all || (each.session === process.session && each.actor.uid === process.actor.uid),
  );
  const rows = shown.sort((a, b) => a.pid - b.pid).map((each) => columns.map(({ name }) => columnOf(process, each, name)));
  const titled = columns.some(({ title }) => title !== '');
  const table = titled ? [columns.map(({ title }) => title), ...rows] : rows;
  const least = (name: string): number => ({ pid: 7, ppid: 7, pgid: 7, sid: 7, stat: 4, etimes: 7, user: 8 })[name] ?? 0;
  const widths = columns.map(({ name }, index) => Math.max(least(name), ...table.map((row) => (row[index] ?? '').length)));
  for (const row of table) {
    const cells = row.map((cell, index) => {
      const right = rightAligned.has(columns[index]?.name ?? '');
      if (index === row.length - 1 && !right) return cell;
      return right ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
    });
    await print(process, `${cells.join(' ')}\n`);
  }
  return rows.length > 0 ? 0 : 1;
}

function columnOf(process: Process, each: Process, name: string): ByteText {
  const seconds = Math.floor((process.linux.now() - each.started) / 1000);
  const clock = (hours: boolean): ByteText => {
    const text = `${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
    return hours ? `00:${text}` : text;
  };
  switch (name) {
    case 'pid':
      return String(each.pid);
    case 'ppid':
      return String(each.parent?.pid ?? 1);
    case 'pgid':
      return String(each.group);
    case 'sid':
      return String(each.session);
    case 'user':
      return userName(process, each.actor.uid);
    case 'uid':
      return String(each.actor.uid);
    case 'stat':
      return each.state + (each.session === each.pid ? 's' : '');
    case 'state':
    case 's':
      return each.state;
    case 'etimes':
      return String(seconds);
    case 'etime':
      return clock(false);
    case 'time':
      return '00:00:00';
    case 'tty':
      return '?';
    case 'comm':
      return (each.argv[0] ?? '').replace(/^.*\//, '').slice(0, 15);
    case 'args':
    case 'cmd':
    case 'command':
      return each.argv.join(' ').replaceAll('\n', ' ');
  }
  return '-';
}

/** `sudo -n COMMAND…`: without a password, or not at all. */
export async function sudo(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands } = readArguments(
    args,
    ['-n', '-S', '-E', '-H', '-k', '-K', '-v', '-l', '-i', '-s', '--non-interactive', '--list', '--validate'],
    ['-u', '-p', '-g'],
    true,
  );
  const { options } = process.linux;
  const { user, faults } = options;
  const allowed = process.actor.uid === 0 || (faults.sudo ?? (user.sudo ? 'allowed' : 'refused')) === 'allowed';
  if (!allowed) {
    const asks = !(flags.has('-n') || flags.has('--non-interactive'));
    await complain(
      process,
      asks
        ? 'sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\nsudo: a password is required'
        : 'sudo: a password is required',
    );
    return 1;
  }
  if (flags.has('-v') || flags.has('--validate') || flags.has('-k') || flags.has('-K')) return 0;
  if (flags.has('-l') || flags.has('--list')) return listAllowed(process, operands);
  const rest = [...operands];
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const child = childOf(process, rest);
  const wanted = values.get('-u') ?? 'root';
  child.actor = wanted === 'root' ? { uid: 0, gid: 0 } : { uid: user.uid, gid: user.uid };
  if (!flags.has('-E')) {
    const kept = new Map([...process.environment].filter(([name]) => /^(LANG|LC_.*|TERM|LS_COLORS)$/.test(name)));
    child.environment = new Map([
      ...kept,
      ['HOME', wanted === 'root' ? '/root' : `/home/${user.name}`],
      ['USER', wanted],
      ['LOGNAME', wanted],
      ['SUDO_USER', user.name],
      ['PATH', path],
    ]);
  }
  while (rest[0] !== undefined && /^[A-Za-z_][A-Za-z0-9_]*=/.test(rest[0])) {
    const [name = '', ...value] = (rest.shift() as ByteText).split('=');
    child.environment.set(name, value.join('='));
  }
  if (rest.length === 0) {
    child.ended(0);
    await complain(process, 'usage: sudo -h | -K | -k | -V');
    return 1;
  }
  const found = startProgram(process, rest, child);
  if (found.kind === 'found') {
    const status = await process.wait(child.finished);
    // As its command ended, so does sudo.
    if (child.diedOf !== undefined) throw new Killed(child.diedOf);
    return status;
  }
  child.ended(1);
  await complain(process, `sudo: ${rest[0]}: command not found`);
  return 1;
}

async function listAllowed(process: Process, operands: readonly ByteText[]): Promise<number> {
  const { user, hostname } = process.linux.options;
  if (operands.length > 0) {
    const found = findProgram(process, operands[0] as ByteText, '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    if (found.kind !== 'found') return 1;
    await print(process, `${[found.path, ...operands.slice(1)].join(' ')}\n`);
    return 0;
  }
  const name = userName(process, process.actor.uid === 0 ? 0 : user.uid);
  await print(
    process,
    `Matching Defaults entries for ${name} on ${hostname}:\n    env_reset, mail_badpass,\n    secure_path=/usr/local/sbin\\:/usr/local/bin\\:/usr/sbin\\:/usr/bin\\:/sbin\\:/bin,\n    use_pty\n\nUser ${name} may run the following commands on ${hostname}:\n    (ALL) NOPASSWD: ALL\n`,
  );
  return 0;
}

export async function pgrep(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands } = readArguments(args, ['-f', '-x', '-l', '-a'], ['-u']);
  const pattern = new RegExp(operands[0] ?? '');
  let found = 0;
  for (const each of process.linux.processes.values()) {
    if (each === process || !pattern.test(flags.has('-f') ? each.argv.join(' ') : (each.argv[0] ?? ''))) continue;
    found += 1;
    await print(process, `${each.pid}${flags.has('-a') ? ` ${each.argv.join(' ')}` : ''}\n`);
  }
  return found > 0 ? 0 : 1;
}
