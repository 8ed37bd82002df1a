import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boardNames } from '@jailhouse-cells/simulator/server/board-names.ts';
import {
  type SimulatedBoardOptions,
  type SimulatedBoardServer,
  startSimulatedBoard,
} from '@jailhouse-cells/simulator/server/simulated-board.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pseudoRandom } from './fake-target.ts';
import { client, finish, ssh, testFolder, until } from './ssh-client.ts';

async function start(options: Partial<SimulatedBoardOptions> = {}): Promise<SimulatedBoardServer> {
  const board = await startSimulatedBoard({ board: 'rpi4-4gb', folder: testFolder(), bootTime: 50, ...options });
  onTestFinished(() => board.stop());
  return board;
}

async function output(board: SimulatedBoardServer, command: string): Promise<string> {
  const { status, stdout, stderr } = await ssh(board, command);
  expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' });
  return stdout.toString();
}

test.each(boardNames)('%s says what it is', async (name) => {
  const board = await start({ board: name });
  expect(await output(board, 'hostname; uname -m')).toBe('jailhouse-simulated\naarch64\n');
  const model = await output(board, 'cat /proc/device-tree/model');
  expect(model).toContain(name.startsWith('rpi4') ? 'Raspberry Pi 4 Model B' : 'linux,dummy-virt');
  const blob = (await ssh(board, 'sudo -n cat /sys/firmware/fdt')).stdout;
  const { status, stdout } = await finish(spawn('dtc', ['-q', '-I', 'dtb', '-O', 'dts', '-'], { stdio: 'pipe' }), blob);
  expect({ status, stdout: stdout.toString() }).toEqual({ status: 0, stdout: expect.stringContaining('enable-method = "psci"') });
});

test('a terminal greets with what it is, echoes, and has ^C', async () => {
  const board = await start();
  const child = client('ssh', board, ['-tt', board.host]);
  let shown = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    shown += bytes.toString();
  });
  const ended = finish(child, 'open');
  await until(() => /[$#] $/.test(shown));
  expect(shown).toMatch(/simulated/i);
  child.stdin?.write('echo $((6 * 7))\r');
  await until(() => /\r\n42\r\n/.test(shown));
  child.stdin?.write('cat\rtyped\r');
  // Once by the terminal, once by cat: now it runs.
  await until(() => /typed\r\n(.*\r\n)?typed\r\n/.test(shown));
  child.stdin?.write('\u0003');
  await until(() => /\^C\r\n.*[$#] $/.test(shown));
  child.stdin?.write('echo back\r');
  await until(() => /\r\nback\r\n/.test(shown));
  child.stdin?.write('exit 5\r');
  expect((await ended).status).toBe(5);
});

describe('copies', () => {
  const bytes = Buffer.concat(pseudoRandom(3_000_001));
  test.each([
    ['sftp', []],
    ['the old protocol', ['-O']],
  ])('by %s go both ways', async (_, words) => {
    const board = await start();
    const folder = testFolder();
    writeFileSync(join(folder, 'a b'), bytes);
    chmodSync(join(folder, 'a b'), 0o755);
    const there = await finish(client('scp', board, ['-q', ...words, '-p', join(folder, 'a b'), `${board.host}:`]));
    expect(there).toEqual({ status: 0, stdout: Buffer.alloc(0), stderr: '' });
    expect(await output(board, 'stat -c "%U %a %s" "a b"')).toBe('pi 755 3000001\n');
    const back = await finish(client('scp', board, ['-q', ...words, `${board.host}:a*`, join(folder, 'back')]));
    expect(back).toEqual({ status: 0, stdout: Buffer.alloc(0), stderr: '' });
    expect(readFileSync(join(folder, 'back')).equals(bytes)).toBe(true);
    expect(statSync(join(folder, 'back')).mode & 0o777).toBe(0o755);
    const refused = await finish(client('scp', board, ['-q', ...words, join(folder, 'a b'), `${board.host}:/etc/x`]));
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('Permission denied') });
    const missing = await finish(client('scp', board, ['-q', ...words, `${board.host}:nothing`, join(folder, 'x')]));
    expect(missing).toMatchObject({ status: 1, stderr: expect.stringContaining('No such file') });
    expect(await finish(client('scp', board, ['-q', ...words, '-r', folder, `${board.host}:tree`]))).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(await output(board, 'ls tree; sha256sum <tree/back; sha256sum <"a b"')).toMatch(/^a b\nback\n(\w{64} {2}-\n)\1$/);
  });

  test('to a full disk fail', async () => {
    const board = await start({ faults: { diskLeft: 1_000_000 } });
    const file = join(testFolder(), 'file');
    writeFileSync(file, bytes);
    expect((await finish(client('scp', board, ['-q', file, `${board.host}:`]))).status).toBe(1);
    expect(await finish(client('scp', board, ['-q', '-O', file, `${board.host}:other`]))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('No space left on device'),
    });
    expect((await ssh(board, 'cat >third', bytes)).status).not.toBe(0);
  });
});

describe('power', () => {
  test('a reboot cuts the connection; files in the home stay, the module is gone', async () => {
    const board = await start();
    await output(board, 'echo kept >kept; echo lost >/tmp/lost; sudo -n modprobe jailhouse; cat /sys/devices/jailhouse/enabled');
    const before = await output(board, 'cat /proc/sys/kernel/random/boot_id');
    expect((await ssh(board, 'sudo -n reboot; sleep 60')).status).toBe(255);
    await until(() => board.target.power === 'up');
    await board.settled();
    expect(await output(board, 'cat kept; ls /tmp; test -e /sys/devices/jailhouse || echo unloaded')).toBe('kept\nunloaded\n');
    expect(await output(board, 'cat /proc/sys/kernel/random/boot_id')).not.toBe(before);
  });

  test('a power cycle ends what hangs', async () => {
    const board = await start();
    const hanging = finish(client('ssh', board, [board.host, 'sleep 1000']));
    await until(() => true);
    await output(board, 'true');
    await board.powerCycle();
    expect((await hanging).status).toBe(255);
    expect(await output(board, 'ps -e -o args= | grep -c "[s]leep" || true')).toBe('0\n');
  });
});
