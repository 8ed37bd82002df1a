import type { ByteText } from '../byte-text.ts';
import { fromMachine } from '../byte-text.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print } from '../kernel/streams.ts';
import { traceback } from './tracebacks.ts';

const tool = '/usr/local/libexec/jailhouse/jailhouse-cell-stats';
const curses = '/usr/lib/python3.11/curses/__init__.py';
const main = { file: tool, line: 139, where: '<module>', source: 'curses.wrapper(main, cell_id, cell_name, stats_names, cpus)' };

/** `jailhouse cell stats`: a screen of counters; without a terminal what Python says of it. */
export async function cellStats(process: Process, args: readonly ByteText[]): Promise<number> {
  const [first, second] = args;
  const named = first === '--name';
  const wanted = named ? second : first;
  if (wanted === undefined || args.length > (named ? 2 : 1)) {
    await print(process, 'usage: jailhouse cell stats { ID | [--name] NAME }\n');
    return 1;
  }
  const { machine } = process.linux.options;
  const cell = machine.cells.find(({ id, name }) => (!named && String(id) === wanted) || fromMachine(name) === wanted);
  if (cell === undefined) {
    await complain(process, 'reading stats: No such file or directory');
    return 1;
  }
  const terminal = process.descriptors.get(1)?.isTerminal === true;
  const kind = process.environment.get('TERM') ?? '';
  if (kind === '' || kind === 'unknown') {
    const frames = [
      main,
      { file: curses, line: 73, where: 'wrapper', source: 'stdscr = initscr()', marked: 'initscr()' },
      { file: curses, line: 29, where: 'initscr', source: 'setupterm(term=_os.environ.get("TERM", "unknown"),' },
    ];
    await complain(process, traceback(frames, '_curses.error: setupterm: could not find terminal'));
    return 1;
  }
  if (!terminal) {
    await print(process, '\x1b[?1049h\x1b[22;0;0t\x1b[1;24r\x1b(B\x1b[m\x1b[4l\x1b[?7h\x1b[?1l\x1b>');
    const first = traceback([{ file: curses, line: 78, where: 'wrapper', source: 'cbreak()' }], '_curses.error: cbreak() returned ERR');
    const second = traceback(
      [main, { file: curses, line: 100, where: 'wrapper', source: 'nocbreak()' }],
      '_curses.error: nocbreak() returned ERR',
    );
    await complain(process, `${first}\n\nDuring handling of the above exception, another exception occurred:\n\n${second}`);
    return 1;
  }
  return screen(process, cell.id);
}

async function screen(process: Process, id: number): Promise<number> {
  const { machine } = process.linux.options;
  await print(process, '\x1b[?1049h\x1b[2J');
  let before = new Map<string, number>();
  const input = process.descriptor(0);
  for (;;) {
    const cell = machine.cells.find((each) => each.id === id);
    if (cell === undefined) break;
    const sums = new Map(Object.entries(cell.statistics).map(([name, values]) => [name, Object.values(values).reduce((a, b) => a + b, 0)]));
    let text = `\x1b[HStatistics for ${fromMachine(cell.name)} cell\r\n\r\n\x1b[7mCOUNTER (All CPUs)                   SUM   PER SEC\x1b[m\r\n`;
    for (const [name, sum] of sums)
      text += `${name.padEnd(30)}${String(sum).padStart(10)}${String(before.has(name) ? sum - (before.get(name) ?? 0) : '').padStart(10)}\r\n`;
    await print(process, `${text}\r\n\x1b[7m Q - Quit | C - Toggle CPU | A - All CPUs \x1b[m\r\n`);
    before = sums;
    let timer: NodeJS.Timeout | undefined;
    const pause = new Promise<'pause'>((resolve) => {
      timer = setTimeout(() => resolve('pause'), 1000);
    });
    const key = await process.wait(Promise.race([input.read(1, process), pause]));
    clearTimeout(timer);
    if (key === undefined || (key !== 'pause' && 'qQ'.includes(String.fromCharCode(key[0] ?? 0)))) break;
  }
  await print(process, '\x1b[?1049l');
  return 0;
}
