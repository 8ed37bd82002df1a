import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { run } from '@jailhouse-cells/cli/run.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testIo } from '../memory-io.ts';
import { Desk } from './board.ts';

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});
afterEach(() => {
  desk.remove();
});

describe('target add, list, remove', () => {
  test('the list holds what --target takes, each name once', async () => {
    expect((await desk.call(['target', 'list', 'examples/rpi4'])).out).toMatch(
      /^target +host +root +from\nrpi4 +rpi4 +by sudo +jailhouse\.json\n$/,
    );
    desk.write('home/.ssh/config', 'Host bench-board *.lab\n  HostName 10.0.0.7\nHost rpi4\n  HostName 10.0.0.8\n');
    desk.write('ssh_config', 'Host x\n');
    const words = ['target', 'add', 'my board', 'pi@10.0.0.9', '--sudo', '--port', '2222', '--ssh-config', 'ssh_config'];
    expect(await desk.call(words)).toEqual({ status: 0, out: 'added target my board: pi@10.0.0.9\n', err: '' });
    expect(await desk.call(words)).toMatchObject({ status: 1, err: expect.stringContaining('"my board" already') });
    const { json } = await desk.json(['target', 'list', 'examples/rpi4']);
    expect(json.targets).toEqual([
      { name: 'rpi4', host: 'rpi4', sudo: true, from: 'jailhouse.json' },
      { name: 'my board', host: 'pi@10.0.0.9', sudo: true, port: 2222, sshConfig: join(desk.folder, 'ssh_config'), from: 'user' },
      { name: 'bench-board', host: 'bench-board', sudo: true, from: 'ssh' },
    ]);
    expect(await desk.call(['target', 'remove', 'my boart'])).toMatchObject({
      status: 1,
      err: expect.stringContaining('did you mean my board?'),
    });
    expect(await desk.call(['target', 'remove', 'my board'])).toMatchObject({ status: 0, out: 'removed target my board\n' });
    expect((await desk.json(['target', 'list'])).json).toMatchObject({ targets: [{ name: 'bench-board' }, { name: 'rpi4', from: 'ssh' }] });
  });

  test('a list that cannot be read is said, and not written over', async () => {
    await desk.call(['target', 'add', 'a', 'b']);
    desk.write('state/jailhouse-cells/targets.json', '{');
    expect(await desk.call(['target', 'list'])).toMatchObject({ status: 1, err: expect.stringContaining('cannot be read') });
    expect((await desk.call(['target', 'add', 'c', 'd'])).status).toBe(1);
    expect(desk.read('state/jailhouse-cells/targets.json')).toBe('{');
  });
});

describe('hosts and names that are none', () => {
  const canary = () => join(desk.folder, 'canary');
  const hostile = [
    '-oProxyCommand=touch canary',
    'x;touch canary',
    '$(touch canary)',
    '`touch canary`',
    'a b',
    'x\ny',
    "x'y",
    'ssh://x',
    '%h',
    'x\u001b[2J',
  ];

  test.each(hostile)('%j is no host', async (host) => {
    const added = await desk.call(['target', 'add', 'name', '--', host]);
    expect(added.status).not.toBe(0);
    const { status, err } = await desk.call(['status', '--target', `pi@${host}`]);
    expect([2, 3]).toContain(status);
    desk.write(
      'examples/rpi4/jailhouse.json',
      desk.read('examples/rpi4/jailhouse.json').replace('"host": "rpi4"', `"host": ${JSON.stringify(host)}`),
    );
    const named = await desk.call(['status', 'examples/rpi4']);
    expect([2, 3]).toContain(named.status);
    for (const text of [err, added.err, named.err]) {
      expect(text).not.toBe('');
      expect(text).not.toContain('\u001b');
    }
    expect(existsSync(canary())).toBe(false);
    expect(readdirSync(desk.folder).sort()).toEqual(['examples', 'home']);
  });

  test('a host that does not answer: status 3, and what to look at', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    await desk.call(['target', 'add', 'gone', '127.0.0.1', '--port', String(port)]);
    for (const words of [
      ['deploy', 'examples/rpi4'],
      ['plan', 'examples/rpi4'],
      ['status'],
      ['console'],
      ['console', '--follow'],
      ['disable'],
      ['target', 'doctor', 'examples/rpi4'],
    ]) {
      const { status, err } = await desk.call([...words, '--target', 'gone']);
      expect({ words, status }).toEqual({ words, status: 3 });
      expect(err).toContain('gone (127.0.0.1)');
    }
    const { status, json } = await desk.json(['deploy', 'examples/rpi4', '--target', 'gone']);
    expect({ status, json }).toMatchObject({ status: 3, json: { version: 1, result: 'unreachable', reason: 'unreachable' } });
  });
});

describe('--json', () => {
  test.each([['deploy', 'examples/rpi4', '--target', 'rpi5'], ['deploy', 'examples/rpi4', '--bogus'], ['plan', 'nowhere'], ['status']])(
    'a wrong call is an object, too: %s %s',
    async (...words) => {
      const { status, json } = await desk.json(words);
      expect({ status, json }).toMatchObject({ status: 2, json: { version: 1, result: 'refused', reason: 'call' } });
      expect(json.message).toMatch(/^["\w]/);
    },
  );

  test('a system config that is gone or empty: the findings say where', async () => {
    const config = 'examples/rpi4/configs/rpi4.c';
    desk.write(config, '');
    const empty = await desk.json(['deploy', 'examples/rpi4', '--target', 'pi@nowhere']);
    expect(empty).toMatchObject({
      status: 1,
      json: { result: 'refused', reason: 'findings', findings: [{ rule: 'c-no-config', place: { file: config, line: 1 } }] },
    });
    rmSync(join(desk.folder, config));
    const gone = await desk.call(['deploy', 'examples/rpi4', '--target', 'pi@nowhere']);
    expect(gone.status).toBe(1);
    expect(gone.out).toMatch(/^examples\/rpi4\/jailhouse\.json:5:19: error: rpi4\.c does not exist/);
    expect(gone.err).toMatch(/rpi4\.c" is no system config that can be read\.\n$/);
  });
});

describe('wrong calls', () => {
  test.each([
    [['deploy', 'examples/rpi4', '--target', 'rpi5'], 'did you mean rpi4?'],
    [['deploy', 'examples/rpi4', '--target', '\u001b[2J'], 'there is no target "\\x1b[2J"'],
    [['deploy', 'examples/rpi4', '--cell', 'rpi4-linux-dem'], 'did you mean rpi4-linux-demo?'],
    [['deploy', 'examples/rpi4', '--cell', 'nothing'], 'its cells are rpi4-linux-demo, rpi4-inmate-demo.'],
    [['deploy', 'examples/rpi4', '--cell', 'x', '--no-cells'], 'contradict'],
    [['deploy', 'examples/rpi4', '--system', 'rpi5'], 'did you mean rpi4?'],
    [['deploy', 'examples/rpi4', '--watch-seconds', '-1'], 'write a number of seconds'],
    [['deploy', 'examples/rpi4', '--dead-man', '1'], 'from 5 to 86400'],
    [['deploy', 'examples/rpi4', '--watchdog'], '--dead-man'],
    [['deploy', 'examples/rpi4', 'another'], 'one PATH'],
    [['deploy', 'nowhere'], '"nowhere" does not exist'],
    [['deploy', 'home'], 'no Jailhouse config'],
    [['plan', 'examples/rpi4', '--script', 'examples'], 'names a folder'],
    [['stop', 'examples/rpi4'], 'the names of cells'],
    [['restart', 'examples/rpi4', 'x'], 'has no cell "x"'],
    [['status'], 'no target is named'],
    [['target'], 'one of add, list, remove, doctor, snapshot'],
    [['target', 'ad'], 'did you mean add'],
    [['target', 'add', 'x'], 'a NAME and a HOST'],
    [['target', 'add', 'x', 'y', '--port', 'ssh'], 'ports go from'],
    [['target', 'add', 'x', 'y', '--ssh-config', 'none'], 'is no file'],
    [['target', 'list', '--sudo'], '--sudo is for target add'],
    [['target', 'remove'], 'the NAME of one target'],
    [['target', 'snapshot', 'examples/rpi4'], '--out FILE'],
  ])('%j', async (words, message) => {
    const { status, out, err } = await desk.call(words);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(message);
  });

  test('several systems: one has to be chosen', async () => {
    const project = (name: string) => desk.write(`examples/rpi4/${name}`, desk.read('examples/rpi4/jailhouse.json'));
    project('copy.json');
    const systems = '"systems": { "other": { "rootCell": "configs/other.c", "cells": [] }, ';
    desk.edit('examples/rpi4/jailhouse.json', '"systems": {', systems);
    desk.write('examples/rpi4/configs/other.c', desk.read('examples/rpi4/configs/rpi4.c'));
    const { status, err } = await desk.call(['deploy', 'examples/rpi4']);
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining('2 systems (other, rpi4). Choose one with --system NAME') });
    expect((await desk.call(['target', 'doctor', 'examples/rpi4', '--system', 'other', '--target', 'pi@-x'])).err).toContain(
      'leading dash',
    );
  });
});

test('help of every command of deployment names its exit statuses', async () => {
  for (const command of ['target', 'plan', 'deploy', 'status', 'console', 'stop', 'restart', 'destroy', 'disable']) {
    const io = testIo({});
    expect(await run([command, '--help'], io)).toBe(0);
    expect(io.printed().out).toMatch(/^ {2}3 {2,}the target cannot be reached/m);
    expect(io.printed().out).toMatch(/^ {2}130 /m);
  }
});
