import { homedir } from 'node:os';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { type BoardName, boardNames } from '@jailhouse-cells/simulator/server/board-names.ts';
import type { Arguments } from '../arguments.ts';
import { type Command, misuse } from '../command.ts';
import type { Io, Outcome } from '../io.ts';
import { absolutePath } from '../paths.ts';
import type { BoardCall } from '../simulate/run-board.ts';

const defaultName = 'simulated';

export const simulate: Command = {
  name: 'simulate',
  summary: 'Run a simulated board to deploy to',
  usage: '[OPTIONS]',
  description: [
    'Runs a simulated board with Jailhouse on it until Ctrl-C: Linux, its jailhouse command and the hypervisor, in memory, behind a real sshd that listens on ' +
      'this machine only. No hardware is behind it, and no account and no file of this machine changes outside of the folder of the board.',
    'While it runs it is a target by its name. Its keys and its port stay the same from run to run. Needs OpenSSH: on Debian the package openssh-server.',
  ],
  options: [
    { name: '--board', value: 'BOARD', choices: boardNames, text: `Which board: ${boardNames.join(', ')}. Default: rpi4-4gb.` },
    { name: '--name', value: 'NAME', text: `Name of the target. Default: ${defaultName}.` },
    {
      name: '--folder',
      value: 'DIR',
      text: 'Where its keys and its ssh configuration go. Default: a folder for each name in the user’s cache folder.',
    },
    { name: '--device-tree', value: 'FILE', text: 'Device tree blob that its Linux shows. Default: one of our own for the board.' },
    { name: '--no-sftp', text: 'A board without sftp server.' },
    { name: '--sudo', value: 'WHEN', choices: ['allowed', 'refused'], text: 'Whether sudo works without a password. Default: allowed.' },
    { name: '--disk-left', value: 'BYTES', text: 'Bytes that fit on its disk, with K, M or G for units of 1024. Default: no limit.' },
    { name: '--read-only', text: 'Its disk cannot be written.' },
    { name: '--delay', value: 'MS', text: 'Milliseconds that each command takes longer.' },
    { name: '--boot-time', value: 'MS', text: 'Milliseconds from a reset until it answers again. Default: 2000.' },
    { name: '--missing', value: 'PROGRAM', repeats: true, text: 'A program that is not installed on it, such as flock.' },
    { name: '--json', text: 'Print one line of JSON when it is ready.' },
    { name: '--stop-with-stdin', text: 'Stop at the end of standard input, too: for a program that runs the board.' },
  ],
  examples: [
    { command: 'jailhouse-cells simulate', does: 'a Raspberry Pi 4 with 4 GiB' },
    { command: 'jailhouse-cells simulate --board qemu-arm64 --name qemu', does: "QEMU's board, as target qemu" },
    { command: 'jailhouse-cells simulate --sudo refused --delay 2000', does: 'one that makes trouble' },
  ],
  exit: [
    { status: 0, when: 'stopped by Ctrl-C' },
    { status: 1, when: 'it cannot run; the message says why' },
    { status: 2, when: 'wrong call' },
  ],
  run: runSimulate,
};

async function runSimulate(parsed: Arguments, io: Io): Promise<Outcome> {
  const call = readCall(parsed, io);
  if ('outcome' in call) return call.outcome;
  // A bundle of its own (scripts/build.mjs): the other commands do not pay for it.
  const { runBoard } = await import('../simulate/run-board.ts');
  return runBoard(call, io);
}

function readCall(parsed: Arguments, io: Io): BoardCall | { readonly outcome: Outcome } {
  const wrong = (message: string) => ({ outcome: misuse('simulate', message) });
  const [operand] = parsed.operands;
  if (operand !== undefined) return wrong(`simulate takes options only; "${printable(operand)}" is none.`);
  const name = parsed.value('--name') ?? defaultName;
  if (!/^[A-Za-z0-9][\w.-]{0,62}$/.test(name)) {
    return wrong(
      `--name "${printable(name)}": a name has letters, digits, ".", "_" and "-", 63 at most, and begins with a letter or digit.`,
    );
  }
  const numbers: Partial<Record<'--delay' | '--boot-time', number>> = {};
  for (const option of ['--delay', '--boot-time'] as const) {
    const text = parsed.value(option);
    if (text === undefined) continue;
    if (!/^\d{1,7}$/.test(text)) return wrong(`${option} "${printable(text)}": write a number of milliseconds.`);
    numbers[option] = Number(text);
  }
  const disk = parsed.value('--disk-left');
  const size = disk === undefined ? undefined : /^(\d{1,12})([KMG]?)$/.exec(disk);
  if (size === null) return wrong(`--disk-left "${printable(disk ?? '')}": write a number of bytes, such as 100000 or 64M.`);
  const tree = parsed.value('--device-tree');
  const treePath = tree === undefined ? undefined : absolutePath(io.cwd, tree);
  const deviceTree = treePath === undefined ? undefined : io.fs.readBytes(treePath);
  if (treePath !== undefined && deviceTree === undefined) return wrong(`--device-tree "${printable(tree ?? '')}" cannot be read.`);
  // The magic number of flattened device trees.
  if (deviceTree !== undefined && !(deviceTree[0] === 0xd0 && deviceTree[1] === 0x0d && deviceTree[2] === 0xfe && deviceTree[3] === 0xed)) {
    return wrong(`--device-tree "${printable(tree ?? '')}" is no device tree blob; "jailhouse-cells dtc" makes one of its source.`);
  }
  const folder = parsed.value('--folder');
  const bootTime = numbers['--boot-time'];
  return {
    name,
    board: (parsed.value('--board') ?? 'rpi4-4gb') as BoardName,
    folder: folder === undefined ? defaultFolder(name, io) : absolutePath(io.cwd, folder),
    sftp: !parsed.has('--no-sftp'),
    ...(deviceTree !== undefined && { deviceTree }),
    ...(bootTime !== undefined && { bootTime }),
    faults: {
      sudo: parsed.value('--sudo') === 'refused' ? 'refused' : 'allowed',
      readOnly: parsed.has('--read-only'),
      missing: parsed.values('--missing'),
      ...(size !== undefined && {
        diskLeft: Number(size[1]) * { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }[size[2] as '' | 'K' | 'M' | 'G'],
      }),
      ...(numbers['--delay'] !== undefined && { delay: numbers['--delay'] }),
    },
    json: parsed.has('--json'),
    stopWithStdin: parsed.has('--stop-with-stdin'),
  };
}

function defaultFolder(name: string, io: Io): string {
  const home = io.env.HOME || homedir();
  return absolutePath(io.cwd, `${io.env.XDG_CACHE_HOME || `${home}/.cache`}/jailhouse-cells/boards/${name}`);
}
