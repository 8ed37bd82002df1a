import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '@jailhouse-cells/cli/run.ts';
import { readTargets, type StoredTarget, targetsFile } from '@jailhouse-cells/deploy/targets-file.ts';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { simulatorBundle } from '../../scripts/simulator-bundle.mjs';
import { testIo } from './memory-io.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';
let program = '';
const running = new Set<ChildProcess>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'simulate-'));
  await build({ absWorkingDir: root, ...simulatorBundle, outdir: join(folder, 'the extension'), logLevel: 'error' });
  program = join(folder, 'the extension', 'simulator.cjs');
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Ready {
  readonly folder: string;
  readonly port: number;
  readonly pid: number;
  readonly board: string;
  readonly target: StoredTarget;
}

const environment = () => ({
  PATH: process.env.PATH,
  HOME: folder,
  XDG_STATE_HOME: join(folder, 'state'),
  XDG_CACHE_HOME: join(folder, 'cache'),
});
const targets = () => readTargets(targetsFile(environment()));

function start(words: readonly string[]) {
  const child = spawn(process.execPath, [program, ...words], { stdio: 'pipe', env: environment() });
  running.add(child);
  let out = '';
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const firstLine = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.includes('\n')) resolve(out);
    });
    child.on('close', () => resolve(out));
  });
  const ended = new Promise<{ status: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (status) => {
      running.delete(child);
      resolve({ status, out, err });
    });
  });
  return { child, ended, ready: async () => JSON.parse(await firstLine) as Ready, firstLine };
}

/** A login over the target's ssh configuration. */
function ssh(target: StoredTarget, command: string, input = ''): Promise<{ status: number | null; stdout: string; stderr: string }> {
  return finish(spawn('ssh', ['-F', target.sshConfig ?? '', '-o', 'BatchMode=yes', target.host, command], { stdio: 'pipe' }), input);
}

async function finish(child: ChildProcess, input = ''): Promise<{ status: number | null; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin?.on('error', () => undefined).end(input);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, stdout, stderr };
}

describe('the program', () => {
  test('serves a board that says what it is, registers it, and leaves nothing that runs', async () => {
    const board = start(['--json', '--board', 'rpi4-8gb', '--name', 'eight']);
    const { target, pid, folder: own, board: name } = await board.ready();
    expect(target).toMatchObject({ name: 'eight', simulated: true, sudo: true, host: 'jailhouse-simulated' });
    expect({ pid, name, own }).toEqual({ pid: board.child.pid, name: 'rpi4-8gb', own: join(folder, 'cache/jailhouse-cells/boards/eight') });
    expect(targets()).toEqual({ ok: true, targets: [{ ...target, process: { pid, started: expect.any(String) } }] });
    expect((await ssh(target, 'hostname')).stdout).toBe('jailhouse-simulated\n');
    expect((await ssh(target, 'cat >file; sha256sum file', 'abc')).stdout).toContain(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect((await ssh(target, 'sudo -n cat /sys/firmware/fdt | od -An -tx1 -N4')).stdout).toContain('d0 0d fe ed');
    board.child.kill('SIGTERM');
    expect(await board.ended).toMatchObject({ status: 0, err: '' });
    expect(targets()).toEqual({ ok: true, targets: [] });
    expect((await ssh(target, 'true')).stderr).toContain('Connection refused');
    expect(readdirSync(own)).not.toContain('socket');
    expect(existsSync(join(folder, '.ssh'))).toBe(false);
  });

  test('tells people how to reach it', async () => {
    const board = start(['--folder', join(folder, "o'clock"), '--sudo', 'refused']);
    const text = await board.firstLine;
    expect(text).toContain('no hardware is behind it');
    const line = /ssh -F .*/.exec(text)?.[0] ?? '';
    const login = await finish(spawn('sh', ['-c', `${line} 'sudo -n true'`], { stdio: 'pipe' }));
    expect(login).toMatchObject({ status: 1, stderr: expect.stringContaining('sudo: a password is required') });
    board.child.kill('SIGINT');
    expect(await board.ended).toEqual({ status: 0, out: `${text}stopped\n`, err: '' });
  });

  test('stops with the program that started it', async () => {
    const board = start(['--json', '--stop-with-stdin']);
    const { target } = await board.ready();
    board.child.stdin.end();
    expect((await board.ended).status).toBe(0);
    expect((await ssh(target, 'true')).stderr).toContain('Connection refused');
  });

  test('stops while a program sleeps on it', async () => {
    const board = start(['--json', '--stop-with-stdin']);
    const { target } = await board.ready();
    // As after a deployment that was cancelled while it watched the cells: the session is gone, its command is not.
    const sleeper = spawn('ssh', ['-F', target.sshConfig ?? '', target.host, 'echo begun; trap "" HUP; sleep 86400'], { stdio: 'pipe' });
    await new Promise((resolve) => sleeper.stdout.once('data', resolve));
    const login = finish(sleeper);
    board.child.stdin.end();
    expect((await board.ended).status).toBe(0);
    await login;
  });

  test('killed without a chance to stop: no sshd stays, and the target does not count', async () => {
    const board = start(['--json']);
    const { target } = await board.ready();
    board.child.kill('SIGKILL');
    await board.ended;
    expect(targets()).toEqual({ ok: true, targets: [] });
    while (!(await ssh(target, 'true')).stderr.includes('Connection refused')) await new Promise((resolve) => setTimeout(resolve, 20));
    // The next one finds what the first left and is not bothered.
    const next = start(['--json']);
    expect((await next.ready()).target).toEqual(target);
    expect(readFileSync(target.sshConfig ?? '', 'utf8')).toContain('jailhouse-simulated');
  });

  test('two boards at once have two names and two folders', async () => {
    const first = start(['--json']);
    await first.ready();
    const same = start(['--json']);
    expect(await same.ended).toMatchObject({ status: 1, out: '', err: expect.stringContaining('runs in') });
    const sameName = start(['--json', '--folder', join(folder, 'another')]);
    expect(await sameName.ended).toMatchObject({ status: 1, out: '', err: expect.stringContaining('"simulated" already') });
    const second = start(['--json', '--name', 'second', '--board', 'qemu-arm64']);
    await second.ready();
    const read = targets();
    expect(read.ok && read.targets.map(({ name }) => name)).toEqual(['simulated', 'second']);
  });
});

test.each([
  [['x'], 'simulate takes options only; "x" is none.'],
  [['--board', 'rpi5'], '--board cannot be "rpi5"'],
  [['--name', '-x'], '--name "-x"'],
  [['--name', 'a b'], '--name "a b"'],
  [['--delay', '1s'], '--delay "1s": write a number of milliseconds.'],
  [['--disk-left', '-1'], '--disk-left "-1"'],
  [['--device-tree', 'none.dtb'], '--device-tree "none.dtb" cannot be read.'],
  [['--device-tree', 'text.dts'], '"text.dts" is no device tree blob'],
])('a wrong call: %j', async (words, message) => {
  const io = testIo({ '/work/text.dts': '/dts-v1/;' });
  expect(await run(['simulate', ...words], io)).toBe(2);
  expect(io.printed()).toEqual({ out: '', err: expect.stringContaining(message) });
});

test('says that its folder cannot be made, and ends', () => {
  const args = [program, '--folder', '/proc/nowhere/board', '--name', 'nowhere'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  expect(stderr).toContain('the folder /proc/nowhere cannot be made');
  expect(status).toBe(1);
});
