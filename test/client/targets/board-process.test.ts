import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { poll } from '@jailhouse-cells/deploy/observe/poll.ts';
import { openConnection } from '@jailhouse-cells/deploy/ssh/open-connection.ts';
import { readTargets, targetsFile } from '@jailhouse-cells/deploy/targets-file.ts';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { BoardProcess } from '../../../client/targets/board-process.ts';
import { loginArguments } from '../../../client/targets/login-arguments.ts';
import { simulatorBundle } from '../../../scripts/simulator-bundle.mjs';

let folder: string;
let program: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jhc-board-'));
  await build({ ...simulatorBundle, outdir: folder, absWorkingDir: join(import.meta.dirname, '../../..'), logLevel: 'error' });
  program = join(folder, 'simulator.cjs');
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it('is a target while it runs, and gone afterwards', async () => {
  const started = await BoardProcess.start({ program, board: 'rpi4-8gb', name: 'try' });
  if (!started.ok) throw new Error(started.message);
  const stored = readTargets(targetsFile(process.env));
  const target = stored.ok ? stored.targets[0] : undefined;
  if (target === undefined) throw new Error('no target');
  expect(target).toMatchObject({ name: 'try', simulated: true });
  expect(loginArguments(target)).toEqual(['-F', target.sshConfig, '--', target.host]);
  const connection = openConnection(target, { log: () => undefined, controlFolder: join(folder, 'control') });
  expect(await poll(connection)).toMatchObject({ kind: 'look' });
  await connection.close();
  await started.board.stop();
  expect(await started.board.gone).toBe(false);
  expect(readTargets(targetsFile(process.env))).toEqual({ ok: true, targets: [] });
});

it('says why it does not start, and what to install', async () => {
  expect(await BoardProcess.start({ program, board: 'nonsense', name: 'try' })).toMatchObject({
    ok: false,
    message: expect.stringContaining('--board cannot be "nonsense"'),
    install: undefined,
  });
  const stub = join(folder, 'no-sshd.cjs');
  const { stderr } = await writeStub(stub);
  expect(await BoardProcess.start({ program: stub, board: 'rpi4-8gb', name: 'try' })).toEqual({
    ok: false,
    message: `The simulated board does not start: ${stderr}`,
    install: 'apt install openssh-server',
  });
});

/** A program that fails as the simulated board does where there is no sshd. */
async function writeStub(path: string): Promise<{ readonly stderr: string }> {
  const { failure } = await import('@jailhouse-cells/cli/command.ts');
  const source = readFileSync(join(import.meta.dirname, '../../../simulator/server/sshd.ts'), 'utf8');
  const message = /BoardError\('(sshd is missing[^']*)'\)/.exec(source)?.[1] ?? '';
  const { err = '', status } = failure(message);
  writeFileSync(path, `process.stderr.write(${JSON.stringify(err)}); process.exitCode = ${status};`);
  return { stderr: message };
}

it('takes no host that ssh would read as an option', () => {
  expect(() => loginArguments({ name: 'x', host: '-oProxyCommand=touch x', sudo: true })).toThrow(/cannot be used/);
  expect(loginArguments({ name: 'x', host: 'pi@board', sudo: true, port: 2222 })).toEqual(['-p', '2222', '--', 'pi@board']);
});
