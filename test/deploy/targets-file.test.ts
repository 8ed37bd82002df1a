import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  addTarget,
  readTargets,
  removeTarget,
  type StoredTarget,
  targetProblem,
  targetsFile,
  thisProcess,
} from '@jailhouse-cells/deploy/targets-file.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'targets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'state/targets.json');
}

const pi: StoredTarget = { name: 'pi', host: 'pi@board', port: 2222, sudo: true };
const simulated: StoredTarget = { name: 'simulated', host: 'jailhouse-simulated', sudo: true, sshConfig: '/x/ssh_config', simulated: true };

/** A process that was and is no more. */
function goneProcess() {
  return { pid: Number(spawnSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).stdout), started: '1' };
}

describe('the list of targets', () => {
  test('lies in the state folder', () => {
    expect(targetsFile({ XDG_STATE_HOME: '/state', HOME: '/home/x' })).toBe('/state/jailhouse-cells/targets.json');
    expect(targetsFile({ XDG_STATE_HOME: 'relative', HOME: '/home/x' })).toBe('/home/x/.local/state/jailhouse-cells/targets.json');
    expect(targetsFile({ HOME: '/home/x' })).toBe('/home/x/.local/state/jailhouse-cells/targets.json');
  });

  test('takes targets and gives them back, for its owner only', async () => {
    const path = file();
    expect(readTargets(path)).toEqual({ ok: true, targets: [] });
    const served = { ...simulated, process: thisProcess() };
    expect(await addTarget(path, pi)).toEqual({ ok: true });
    expect(await addTarget(path, served)).toEqual({ ok: true });
    expect(readTargets(path)).toEqual({ ok: true, targets: [pi, served] });
    expect(await addTarget(path, { ...pi, host: 'other' })).toEqual({ ok: false, message: expect.stringContaining('"pi" already') });
    expect(await addTarget(path, { ...pi, host: 'other' }, true)).toEqual({ ok: true });
    expect(await removeTarget(path, 'simulated', thisProcess())).toEqual({ ok: true });
    expect(readTargets(path)).toEqual({ ok: true, targets: [{ ...pi, host: 'other' }] });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(path))).toEqual(['targets.json']);
  });

  test('forgets boards whose process is gone, also when its number is taken again', async () => {
    const path = file();
    for (const process of [goneProcess(), { pid: thisProcess().pid, started: 'another time' }]) {
      await addTarget(path, { ...simulated, process });
      expect(readTargets(path)).toEqual({ ok: true, targets: [] });
    }
    const served = { ...simulated, process: thisProcess() };
    expect(await addTarget(path, served)).toEqual({ ok: true });
    expect(readTargets(path)).toEqual({ ok: true, targets: [served] });
    // Another process that ends does not remove it.
    await removeTarget(path, 'simulated', { pid: 1, started: '' });
    expect(readTargets(path)).toEqual({ ok: true, targets: [served] });
  });

  test('loses none of many that are added at once, and takes over a lock that was left behind', async () => {
    const path = file();
    await addTarget(path, pi);
    writeFileSync(`${path}.lock`, JSON.stringify(goneProcess()));
    const names = Array.from({ length: 20 }, (_, index) => `board ${index}`);
    const added = await Promise.all(names.map((name) => addTarget(path, { ...pi, name })));
    expect(added.every(({ ok }) => ok)).toBe(true);
    const read = readTargets(path);
    expect(read.ok && read.targets.map(({ name }) => name).sort()).toEqual(['pi', ...names].sort());
  });

  test.each([
    ['{', 'cannot be read'],
    ['[]', 'no list of targets'],
    ['{"version":2,"targets":[]}', 'a later version'],
    ['{"version":1,"targets":[{"name":"x","host":"-oProxyCommand=x","sudo":true}]}', 'target "x": "host"'],
  ])('%s is left alone and said to be wrong', async (text, message) => {
    const path = file();
    await addTarget(path, pi);
    writeFileSync(path, text);
    expect(readTargets(path)).toEqual({ ok: false, message: expect.stringContaining(message) });
    expect(await addTarget(path, pi)).toEqual({ ok: false, message: expect.stringContaining(message) });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('a target is refused', () => {
  test.each([
    [null, 'a target is an object'],
    [{ ...pi, name: 'a\nb' }, '"name"'],
    [{ ...pi, host: '-p 22' }, '"host"'],
    [{ ...pi, host: 'a b' }, '"host"'],
    [{ ...pi, port: 0 }, '"port"'],
    [{ ...pi, sudo: 1 }, '"sudo"'],
    [{ ...pi, sshConfig: 'relative' }, '"sshConfig"'],
    [{ ...pi, process: { pid: -1, started: '' } }, '"process"'],
  ])('%j', (value, message) => {
    expect(targetProblem(value)).toContain(message);
  });

  test('and a good one is not', () => {
    expect(targetProblem(pi)).toBeUndefined();
    expect(targetProblem({ ...simulated, process: thisProcess() })).toBeUndefined();
  });
});
