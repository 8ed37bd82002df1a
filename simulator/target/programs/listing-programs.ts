import type { ByteText } from '../byte-text.ts';
import { allows } from '../files/file-system.ts';
import type { Inode } from '../files/inode.ts';
import { absolute } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print, reasonOf } from '../kernel/streams.ts';
import { byBytes } from '../shell/patterns.ts';
import { readArguments, refuseOption, shellQuoted } from './arguments.ts';
import { dateText, expandFormat, linksOf, modeText, sizeOf, userName } from './file-status.ts';

const listFlags = '-l -a -A -d -1 -h -R -n -i -t -r -S -F -L -H -p -q -Q -s -C -U --full-time --color -g -o'.split(' ');

export async function ls(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, operands, unknown } = readArguments(
    args.filter((arg) => !arg.startsWith('--color')),
    listFlags,
    ['-w', '-I'],
  );
  if (unknown !== undefined) return refuseOption(process, 'ls', unknown, 2);
  const { files } = process.linux;
  const given = operands.length === 0 ? ['.'] : operands;
  const plain: [ByteText, Inode][] = [];
  const folders: ByteText[] = [];
  let status = 0;
  for (const path of given) {
    try {
      const followed = files.find(absolute(process, path), process.actor, !flags.has('-l') || flags.has('-L') || flags.has('-H')).inode;
      const inode = followed ?? files.inode(absolute(process, path), process.actor, false);
      if (inode.kind === 'directory' && !flags.has('-d')) folders.push(path);
      else plain.push([path, inode]);
    } catch (error) {
      await complain(process, `ls: cannot access ${shellQuoted(path, true)}: ${reasonOf(error)}`);
      status = 2;
    }
  }
  // Complaints come in the order of the arguments, the rest by name.
  folders.sort(byBytes);
  await printEntries(process, ordered(plain, flags), flags);
  const titled = given.length > 1 || flags.has('-R');
  let first = plain.length === 0;
  const list = async (path: ByteText): Promise<void> => {
    if (titled) await print(process, `${first ? '' : '\n'}${path}:\n`);
    first = false;
    const directory = files.directory(absolute(process, path), process.actor);
    if (!allows(directory, process.actor, 4)) {
      await complain(process, `ls: cannot open directory ${shellQuoted(path, true)}: Permission denied`);
      status = 2;
      return;
    }
    const names = [...directory.entries.keys()].filter((name) => flags.has('-a') || flags.has('-A') || !name.startsWith('.'));
    const entries = names.map((name): [ByteText, Inode] => [name, directory.entries.get(name) as Inode]);
    if (flags.has('-a')) entries.push(['.', directory], ['..', files.directory(absolute(process, `${path}/..`), process.actor)]);
    if (flags.has('-l') || flags.has('-s'))
      await print(process, `total ${Math.ceil(entries.reduce((sum, [, inode]) => sum + blocksOf(inode), 0))}\n`);
    await printEntries(process, ordered(entries, flags), flags);
    if (flags.has('-R'))
      for (const [name, inode] of ordered(entries, flags))
        if (inode.kind === 'directory' && name !== '.' && name !== '..') await list(`${path.replace(/\/$/, '')}/${name}`);
  };
  for (const path of folders) await list(path);
  return status;
}

/** Blocks of 1 KiB on the disk; what the kernel makes up has none. */
function blocksOf(inode: Inode): number {
  return inode.kind === 'file' && inode.storage === 'disk'
    ? Math.ceil(inode.size / 4096) * 4
    : inode.kind === 'directory' && inode.storage === 'disk'
      ? 4
      : 0;
}

function ordered(entries: readonly [ByteText, Inode][], flags: ReadonlySet<string>): readonly [ByteText, Inode][] {
  const sorted = [...entries].sort(([a, x], [b, y]) => {
    if (flags.has('-t')) return y.modified - x.modified || byBytes(a, b);
    if (flags.has('-S')) return sizeOf(y) - sizeOf(x) || byBytes(a, b);
    return byBytes(a, b);
  });
  return flags.has('-r') ? sorted.reverse() : sorted;
}

async function printEntries(process: Process, entries: readonly [ByteText, Inode][], flags: ReadonlySet<string>): Promise<void> {
  const shown = process.descriptors.get(1)?.isTerminal === true ? (name: ByteText) => shellQuoted(name, false) : (name: ByteText) => name;
  if (!flags.has('-l') && !flags.has('-n')) {
    for (const [name, inode] of entries)
      await print(process, `${flags.has('-i') ? `${inode.number} ` : ''}${shown(name)}${mark(inode, flags)}\n`);
    return;
  }
  const rows = entries.map(([name, inode]) => {
    const owner = flags.has('-n') ? String(inode.uid) : userName(process, inode.uid);
    const group = flags.has('-n') ? String(inode.gid) : userName(process, inode.gid);
    const size =
      inode.kind === 'device' ? `${inode.major}, ${inode.minor}` : flags.has('-h') ? human(sizeOf(inode)) : String(sizeOf(inode));
    const time = flags.has('--full-time') ? fullTime(inode.modified) : dateText(inode.modified, process.linux.now());
    const target = inode.kind === 'link' ? ` -> ${shown(inode.target)}` : mark(inode, flags);
    return {
      mode: modeText(inode),
      links: String(linksOf(inode)),
      owner,
      group,
      size,
      time,
      name: shown(name) + target,
      inode: inode.number,
    };
  });
  const widest = (key: 'links' | 'owner' | 'group' | 'size'): number => Math.max(0, ...rows.map((row) => row[key].length));
  const [links, owner, group, size] = [widest('links'), widest('owner'), widest('group'), widest('size')];
  for (const row of rows) {
    const line = `${row.mode} ${row.links.padStart(links)} ${row.owner.padEnd(owner)} ${row.group.padEnd(group)} ${row.size.padStart(size)} ${row.time} ${row.name}\n`;
    await print(process, flags.has('-i') ? `${row.inode} ${line}` : line);
  }
}

function mark(inode: Inode, flags: ReadonlySet<string>): ByteText {
  if (inode.kind === 'directory' && (flags.has('-F') || flags.has('-p'))) return '/';
  if (!flags.has('-F')) return '';
  return inode.kind === 'link' ? '@' : inode.kind === 'file' && (inode.mode & 0o111) !== 0 ? '*' : '';
}

function fullTime(milliseconds: number): ByteText {
  return new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '000000 +0000');
}

/** `1.5K`, rounded up as GNU's tools do. */
export function human(bytes: number): ByteText {
  const units = ['', 'K', 'M', 'G', 'T'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  if (unit === 0) return String(bytes);
  return `${value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : Math.ceil(value)}${units[unit]}`;
}

/** Directives that `stat -c` and `find -printf` share where their letters agree. */
export async function stat(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands, unknown } = readArguments(args, ['-L', '-t', '-f'], ['-c', '--format', '--printf']);
  if (unknown !== undefined) return refuseOption(process, 'stat', unknown);
  const format = values.get('-c') ?? values.get('--format');
  const printed = values.get('--printf');
  let status = 0;
  for (const path of operands) {
    try {
      const inode = process.linux.files.inode(absolute(process, path), process.actor, flags.has('-L'));
      if (flags.has('-f')) await print(process, `${(format ?? '%a').replace(/%./g, (each) => fileSystemDirective(process, each))}\n`);
      else if (printed !== undefined)
        await print(
          process,
          expandFormat(printed, (letter) => statDirective(process, inode, path, letter)),
        );
      else if (format !== undefined)
        await print(process, `${format.replace(/%([A-Za-z%])/g, (_, letter: string) => statDirective(process, inode, path, letter))}\n`);
      else await print(process, longStatus(process, inode, path));
    } catch (error) {
      await complain(process, `stat: cannot statx ${shellQuoted(path, true)}: ${reasonOf(error)}`);
      status = 1;
    }
  }
  return status;
}

function fileSystemDirective(process: Process, directive: string): ByteText {
  const left = process.linux.options.faults.diskLeft ?? 8 * 2 ** 30;
  const known: Readonly<Record<string, ByteText>> = {
    '%a': String(Math.floor(left / 4096)),
    '%f': String(Math.floor(left / 4096)),
    '%S': '4096',
    '%s': '4096',
    '%T': 'ext2/ext3',
    '%b': String(2 ** 22),
  };
  return known[directive] ?? directive;
}

function kindText(inode: Inode): ByteText {
  const empty = inode.kind === 'file' && inode.size === 0;
  return {
    directory: 'directory',
    link: 'symbolic link',
    device: 'character special file',
    file: empty ? 'regular empty file' : 'regular file',
    generated: 'regular file',
  }[inode.kind];
}

function statDirective(process: Process, inode: Inode, path: ByteText, letter: string): ByteText {
  const seconds = Math.floor(inode.modified / 1000);
  const [major, minor] = inode.kind === 'device' ? [inode.major, inode.minor] : [0, 0];
  const known: Readonly<Record<string, ByteText>> = {
    a: inode.mode.toString(8),
    A: modeText(inode),
    b: String(blocksOf(inode) * 2),
    B: '512',
    d: '2',
    D: '2',
    f: (({ directory: 4, link: 10, device: 2, file: 8, generated: 8 }[inode.kind] << 12) | inode.mode).toString(16),
    F: kindText(inode),
    g: String(inode.gid),
    G: userName(process, inode.gid),
    h: String(linksOf(inode)),
    i: String(inode.number),
    n: path,
    N: inode.kind === 'link' ? `${shellQuoted(path, true)} -> ${shellQuoted(inode.target, true)}` : shellQuoted(path, true),
    o: '4096',
    s: String(sizeOf(inode)),
    t: major.toString(16),
    T: minor.toString(16),
    u: String(inode.uid),
    U: userName(process, inode.uid),
    X: String(seconds),
    Y: String(seconds),
    Z: String(seconds),
    W: String(seconds),
    x: fullTime(inode.modified),
    y: fullTime(inode.modified),
    z: fullTime(inode.modified),
    m: '/',
    '%': '%',
  };
  return known[letter] ?? '?';
}

function longStatus(process: Process, inode: Inode, path: ByteText): ByteText {
  const of = (letter: string): ByteText => statDirective(process, inode, path, letter);
  return [
    `  File: ${inode.kind === 'link' ? `${path} -> ${inode.target}` : path}`,
    `  Size: ${of('s').padEnd(10)}\tBlocks: ${of('b').padEnd(10)} IO Block: ${of('o').padEnd(6)} ${of('F')}`,
    `Device: 0,2\tInode: ${of('i').padEnd(11)} Links: ${of('h')}`,
    `Access: (${of('a').padStart(4, '0')}/${of('A')})  Uid: (${of('u').padStart(5)}/${of('U').padStart(8)})   Gid: (${of('g').padStart(5)}/${of('G').padStart(8)})`,
    `Access: ${of('x')}`,
    `Modify: ${of('y')}`,
    `Change: ${of('z')}`,
    ' Birth: -',
    '',
  ].join('\n');
}
