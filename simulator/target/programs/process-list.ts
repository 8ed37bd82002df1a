import type { ByteText } from '../byte-text.ts';
import type { Process } from '../kernel/process.ts';
import { print } from '../kernel/streams.ts';
import { readArguments } from './arguments.ts';
import { userName } from './file-status.ts';

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
