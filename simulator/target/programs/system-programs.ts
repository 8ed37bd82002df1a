import type { ByteText } from '../byte-text.ts';
import { absolute } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print } from '../kernel/streams.ts';
import { quoteName, readArguments, refuseOption } from './arguments.ts';
import { userName } from './file-status.ts';
import { human } from './listing-programs.ts';

export async function uname(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, unknown } = readArguments(args, ['-a', '-s', '-n', '-r', '-v', '-m', '-o', '-p', '-i'], []);
  if (unknown !== undefined) return refuseOption(process, 'uname', unknown);
  const { facts, hostname } = process.linux.options;
  const parts: readonly (readonly [string, ByteText])[] = [
    ['-s', 'Linux'],
    ['-n', hostname],
    ['-r', facts.kernel.release],
    ['-v', facts.kernel.build],
    ['-m', 'aarch64'],
    ['-o', 'GNU/Linux'],
  ];
  const wanted = flags.size === 0 ? ['-s'] : [...flags];
  const shown = parts.filter(([flag]) => wanted.includes('-a') || wanted.includes(flag)).map(([, text]) => text);
  if (wanted.includes('-p') || wanted.includes('-i')) shown.push('unknown');
  await print(process, `${shown.join(' ')}\n`);
  return 0;
}

export async function id(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands } = readArguments(args, ['-u', '-g', '-G', '-n', '-r'], []);
  const { user } = process.linux.options;
  const [wanted] = operands;
  const uid = wanted === undefined ? process.actor.uid : wanted === 'root' ? 0 : wanted === user.name ? user.uid : undefined;
  if (uid === undefined) {
    await complain(process, `id: ${quoteName(process, wanted ?? '')}: no such user`);
    return 1;
  }
  const name = userName(process, uid);
  if (flags.has('-u') || flags.has('-g') || flags.has('-G')) await print(process, `${flags.has('-n') ? name : uid}\n`);
  else await print(process, `uid=${uid}(${name}) gid=${uid}(${name}) groups=${uid}(${name})\n`);
  return 0;
}

export async function whoami(process: Process): Promise<number> {
  await print(process, `${userName(process, process.actor.uid)}\n`);
  return 0;
}

export async function hostname(process: Process): Promise<number> {
  await print(process, `${process.linux.options.hostname}\n`);
  return 0;
}

const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const months = 'January February March April May June July August September October November December'.split(' ');

export async function date(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands } = readArguments(args, ['-u', '-R', '-I'], ['-d', '-s', '-r']);
  const given = values.get('-d');
  const time =
    given === undefined || given === 'now'
      ? process.linux.now()
      : given.startsWith('@')
        ? Number(given.slice(1)) * 1000
        : Date.parse(given);
  const moment = new Date(time);
  if (Number.isNaN(moment.getTime())) {
    await complain(process, `date: invalid date ${quoteName(process, given ?? '')}`);
    return 1;
  }
  const format =
    operands.find((operand) => operand.startsWith('+'))?.slice(1) ??
    (flags.has('-R') ? '%a, %d %b %Y %H:%M:%S %z' : flags.has('-I') ? '%Y-%m-%d' : '%a %b %e %H:%M:%S %Z %Y');
  await print(process, `${format.replace(/%([A-Za-z%])/g, (_, letter: string) => dateField(moment, letter))}\n`);
  return 0;
}

function dateField(moment: Date, letter: string): ByteText {
  const two = (value: number): string => String(value).padStart(2, '0');
  const month = months[moment.getUTCMonth()] ?? '';
  const day = days[moment.getUTCDay()] ?? '';
  const fields: Readonly<Record<string, () => string>> = {
    a: () => day.slice(0, 3),
    A: () => day,
    b: () => month.slice(0, 3),
    B: () => month,
    d: () => two(moment.getUTCDate()),
    e: () => String(moment.getUTCDate()).padStart(2),
    F: () => moment.toISOString().slice(0, 10),
    H: () => two(moment.getUTCHours()),
    M: () => two(moment.getUTCMinutes()),
    m: () => two(moment.getUTCMonth() + 1),
    N: () => `${String(moment.getUTCMilliseconds()).padStart(3, '0')}000000`,
    n: () => '\n',
    S: () => two(moment.getUTCSeconds()),
    s: () => String(Math.floor(moment.getTime() / 1000)),
    T: () => moment.toISOString().slice(11, 19),
    Y: () => String(moment.getUTCFullYear()),
    y: () => two(moment.getUTCFullYear() % 100),
    Z: () => 'UTC',
    z: () => '+0000',
    '%': () => '%',
  };
  return fields[letter]?.() ?? `%${letter}`;
}

const diskSize = 8 * 2 ** 30;
const diskUsed = 3 * 2 ** 30;

export async function df(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands } = readArguments(args, ['-h', '-k', '-P', '-m', '-a', '-T', '-i', '-l'], ['-B', '--output']);
  const { faults } = process.linux.options;
  const left = Math.min(faults.diskLeft ?? diskSize - diskUsed, diskSize);
  const disk = { source: '/dev/root', size: diskSize, used: diskSize - left, available: left, target: '/' };
  const memory = (target: ByteText) => ({ source: 'tmpfs', size: 374 << 20, used: 0, available: 374 << 20, target });
  const paths = operands.length === 0 ? ['/', '/dev/shm', '/run', '/tmp'] : operands;
  const rows: (typeof disk)[] = [];
  let status = 0;
  for (const path of paths) {
    try {
      const { storage } = process.linux.files.inode(absolute(process, path), process.actor);
      const mount = process.linux.files.realPath(absolute(process, path), process.actor);
      rows.push(storage === 'disk' ? disk : memory(/^\/(dev\/shm|run|tmp)/.exec(mount)?.[0] ?? '/dev'));
    } catch {
      await complain(process, `df: ${path}: No such file or directory`);
      status = 1;
    }
  }
  const unit = flags.has('-m') ? 1 << 20 : values.get('-B') === undefined ? 1024 : sizeUnit(values.get('-B') ?? '');
  const size = (bytes: number): ByteText => (flags.has('-h') ? human(bytes) : String(Math.ceil(bytes / unit)));
  const percent = (row: typeof disk): ByteText => `${Math.ceil((100 * row.used) / row.size)}%`;
  const chosen = values.get('--output')?.split(',');
  if (chosen !== undefined) {
    const column = (row: typeof disk, name: string): ByteText =>
      ({
        source: row.source,
        size: size(row.size),
        used: size(row.used),
        avail: size(row.available),
        pcent: percent(row),
        target: row.target,
        fstype: row.source === 'tmpfs' ? 'tmpfs' : 'ext4',
      })[name] ?? '-';
    const titles: Readonly<Record<string, ByteText>> = {
      source: 'Filesystem',
      size: '1K-blocks',
      used: 'Used',
      avail: 'Avail',
      pcent: 'Use%',
      target: 'Mounted on',
      fstype: 'Type',
    };
    await print(
      process,
      `${chosen.map((name) => titles[name] ?? name).join(' ')}\n${rows.map((row) => `${chosen.map((name) => column(row, name)).join(' ')}\n`).join('')}`,
    );
    return status;
  }
  const title = flags.has('-h')
    ? ['Size', 'Used', 'Avail', 'Use%']
    : [flags.has('-P') ? '1024-blocks' : '1K-blocks', 'Used', 'Available', flags.has('-P') ? 'Capacity' : 'Use%'];
  const table = [
    ['Filesystem', ...title, 'Mounted on'],
    ...rows.map((row) => [row.source, size(row.size), size(row.used), size(row.available), percent(row), row.target]),
  ];
  const widths = title.map((_, column) => Math.max(...table.map((row) => (row[column + 1] ?? '').length), column < 3 ? 5 : 4));
  const first = Math.max(14, ...table.map((row) => (row[0] ?? '').length));
  for (const row of table)
    await print(
      process,
      `${(row[0] ?? '').padEnd(first)} ${widths.map((width, column) => (row[column + 1] ?? '').padStart(width)).join(' ')} ${row[5] ?? ''}\n`,
    );
  return status;
}

function sizeUnit(text: ByteText): number {
  return { '1': 1, '1K': 1024, K: 1024, '1M': 1 << 20, M: 1 << 20 }[text] ?? 1024;
}

export async function nproc(process: Process, args: readonly ByteText[]): Promise<number> {
  const { machine, board } = process.linux.options;
  await print(process, `${args.includes('--all') ? board.cpus : machine.onlineCpus.length}\n`);
  return 0;
}

export async function getconf(process: Process, args: readonly ByteText[]): Promise<number> {
  const { machine, board } = process.linux.options;
  const known: Readonly<Record<string, ByteText>> = {
    LONG_BIT: '64',
    PAGE_SIZE: '4096',
    PAGESIZE: '4096',
    _NPROCESSORS_ONLN: String(machine.onlineCpus.length),
    _NPROCESSORS_CONF: String(board.cpus),
    ARG_MAX: '2097152',
    CLK_TCK: '100',
  };
  const value = known[args[0] ?? ''];
  if (value === undefined) {
    await complain(process, `getconf: Unrecognized variable '${args[0] ?? ''}'`);
    return 2;
  }
  await print(process, `${value}\n`);
  return 0;
}

export async function sync(): Promise<number> {
  return 0;
}

export async function reboot(process: Process): Promise<number> {
  if (process.actor.uid !== 0) {
    await complain(process, 'Failed to connect to bus: Permission denied');
    return 1;
  }
  process.linux.options.reboot();
  return process.stuck('D');
}

export async function tty(process: Process): Promise<number> {
  const terminal = process.descriptors.get(0)?.isTerminal === true;
  await print(process, terminal ? '/dev/pts/0\n' : 'not a tty\n');
  return terminal ? 0 : 1;
}

export async function uptime(process: Process): Promise<number> {
  const minutes = Math.floor(process.linux.secondsUp() / 60);
  await print(process, ` ${dateField(new Date(process.linux.now()), 'T')} up ${minutes} min,  1 user,  load average: 0.00, 0.00, 0.00\n`);
  return 0;
}
