import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';
let bundle = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cli-process-'));
  bundle = join(folder, 'cli.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['cli/main.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    format: 'cjs',
    logLevel: 'error',
  });
  cpSync(join(root, 'examples/rpi4'), join(folder, 'rpi 4\n"ü"'), { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function start(argv: readonly string[], stdout: 'pipe' | number = 'pipe'): ChildProcess {
  return spawn(process.execPath, [bundle, ...argv], { cwd: folder, stdio: ['ignore', stdout, 'pipe'], env: { PATH: '' } });
}

async function finish(child: ChildProcess): Promise<{ status: number | null; out: string; err: string }> {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, out, err };
}

test('the bundle checks a folder with a hostile name, with no program on the PATH', async () => {
  expect(await finish(start(['check', 'rpi 4\n"ü"']))).toEqual({
    status: 0,
    out: '3 configs, no findings; system rpi4 (jailhouse.json)\n',
    err: '',
  });
});

test('it builds into new folders and reads the result back', async () => {
  const built = await finish(start(['build', 'rpi 4\n"ü"', '--out', 'a b/c']));
  expect(built).toEqual({ status: 0, out: expect.stringMatching(/^wrote 3 \.cell files under a b\/c \(.*\)\n$/), err: '' });
  const cell = join(folder, 'a b/c/rpi 4\n"ü"/configs/rpi4.cell');
  expect(readFileSync(cell).subarray(0, 5).toString()).toBe('JHSYS');
  const shown = await finish(start(['show', '--format', 'json', cell]));
  expect(shown.status).toBe(0);
  expect(JSON.parse(shown.out).configs[0]).toMatchObject({ kind: 'system', origin: 'binary', revision: 14 });
});

test('a reader that stops reading is no error', async () => {
  const child = start(['show', '--format', 'json', 'rpi 4\n"ü"']);
  child.stdout?.destroy();
  expect(await finish(child)).toMatchObject({ status: 0, err: '' });
});

test.runIf(process.platform === 'linux')('output that cannot be written is', async () => {
  const { status, err } = await finish(start(['check', 'rpi 4\n"ü"'], openSync('/dev/full', 'w')));
  expect({ status, err }).toEqual({ status: 1, err: 'jailhouse-cells: cannot write the output: ENOSPC.\n' });
});

test('the status of a wrong call', async () => {
  expect(await finish(start(['check', 'nowhere']))).toMatchObject({ status: 2, out: '' });
});
