import type { ByteText } from '../byte-text.ts';
import { fromBytes } from '../byte-text.ts';
import { startProgram } from '../kernel/execute.ts';
import { openFile } from '../kernel/opening.ts';
import { Killed, type Process } from '../kernel/process.ts';
import { killCommand, signalName } from '../kernel/signal-names.ts';
import { complain, print, readAll, reasonOf } from '../kernel/streams.ts';
import { Shell } from '../shell/shell.ts';
import { quoteName, readArguments } from './arguments.ts';
import { childOf, notStarted, runChild } from './children.ts';

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
    timers.push(setTimeout(expire, Math.min(seconds * 1000, 2 ** 31 - 1)).unref());
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
