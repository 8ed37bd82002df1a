import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FakeTarget, pseudoRandom } from './fake-target.ts';
import { client, finish, serve, ssh, testFolder, until } from './ssh-client.ts';

describe('a command over ssh', () => {
  test('its exit status, stdout and stderr arrive apart', async () => {
    const served = await serve(new FakeTarget());
    for (const status of [0, 1, 7, 126, 139, 255]) expect((await ssh(served, `exit ${status}`)).status).toBe(status);
    expect(await ssh(served, 'err trouble')).toEqual({ status: 1, stdout: Buffer.alloc(0), stderr: 'trouble\n' });
    expect(await ssh(served, 'hello  world')).toEqual({ status: 0, stdout: Buffer.from('hello  world'), stderr: '' });
  });

  test('30 MB go both ways as they are', async () => {
    const served = await serve(new FakeTarget());
    const bytes = Buffer.concat(pseudoRandom(30_000_000));
    const digest = createHash('sha256').update(bytes).digest('hex');
    expect((await ssh(served, 'digest', bytes)).stdout.toString()).toBe(digest);
    const sent = await ssh(served, 'send 30000000');
    expect(createHash('sha256').update(sent.stdout).digest('hex')).toBe(digest);
    expect((await ssh(served, 'cat', bytes)).stdout.equals(bytes)).toBe(true);
  });

  test('an upload that nobody reads waits at the client and not in the memory of the board', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    const child = client('ssh', served, [served.host, 'hang']);
    const ended = finish(child, 'open');
    let taken = 0;
    const piece = Buffer.alloc(1 << 20);
    const write = (): void => {
      child.stdin?.write(piece, (error) => {
        if (error) return;
        taken += piece.length;
        write();
      });
    };
    write();
    await until(() => target.ran.length === 1 && taken > 0);
    let seen = -1;
    while (seen !== taken) {
      seen = taken;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(taken).toBeLessThan(32 << 20);
    child.kill('SIGKILL');
    await ended;
    await until(() => target.ran[0]?.lost === true);
  });

  test('the end of stdin is no end of the session', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    expect((await ssh(served, 'cat', Buffer.from('half'))).stdout.toString()).toBe('half');
    expect(target.ran[0]).toMatchObject({ lost: false, ended: true });
    const hanging = client('ssh', served, [served.host, 'hang']);
    const ended = finish(hanging);
    await until(() => target.ran.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(target.ran[1]?.lost).toBe(false);
    hanging.kill();
    await ended;
    await until(() => target.ran[1]?.lost === true);
  });

  test('20 sessions at once', async () => {
    const served = await serve(new FakeTarget());
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((index) => ssh(served, 'cat', Buffer.from(`session ${index}`))));
    expect(answers.map(({ stdout }) => stdout.toString())).toEqual(numbers.map((index) => `session ${index}`));
  });

  test('over one shared connection', async () => {
    const served = await serve(new FakeTarget());
    const path = join(testFolder(), 'control');
    const shared = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${path}`, '-o', 'ControlPersist=60'];
    expect((await ssh(served, 'exit 3', undefined, shared)).status).toBe(3);
    const control = (word: string) => finish(client('ssh', served, ['-o', `ControlPath=${path}`, '-O', word, served.host]));
    expect((await control('check')).status).toBe(0);
    const many = await Promise.all(Array.from({ length: 20 }, (_, index) => ssh(served, `exit ${index}`, undefined, shared)));
    expect(many.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect((await control('exit')).status).toBe(0);
  });

  test.each([
    '$(touch PATH)',
    '`touch PATH`',
    "'; touch PATH; '",
    '"; touch PATH; "',
    '\ntouch PATH\n',
    '&& touch PATH || touch PATH',
    '-oProxyCommand=touch PATH',
    "\\\\ \\' ü € 🐚 \u202e \t $HOME ${HOME} !! ~ * %h %%",
  ])('%j is carried literally and not executed here', async (text) => {
    const served = await serve(new FakeTarget());
    const file = join(testFolder(), 'executed');
    const command = text.replaceAll('PATH', file);
    const { status, stdout } = await finish(client('ssh', served, ['--', served.host, command]));
    expect({ status, text: stdout.toString() }).toEqual({ status: 0, text: command });
    expect(existsSync(file)).toBe(false);
  });

  test('language settings are carried, nothing else of the environment', async () => {
    const served = await serve(new FakeTarget());
    const words = ['-o', 'SetEnv=LANG=de_DE.UTF-8 LC_TIME=C SECRET=x NODE_OPTIONS=--bad BASH_ENV=/x'];
    expect(JSON.parse((await ssh(served, 'environment', undefined, words)).stdout.toString())).toEqual({
      LANG: 'de_DE.UTF-8',
      LC_TIME: 'C',
      terminal: false,
    });
  });
});

describe('a terminal', () => {
  test('bytes go through raw: the target has the line discipline', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    const child = client('ssh', served, ['-tt', served.host]);
    const ended = finish(child, 'open');
    await until(() => target.ran.length === 1);
    child.stdin?.write('ls\r\n\u0003\u0004');
    const { status, stdout } = await ended;
    expect({ status, text: stdout.toString() }).toEqual({ status: 0, text: 'jailhouse-simulated$ ls\r\n\u0003\u0004' });
    expect(target.ran[0]?.command).toMatchObject({ command: undefined, terminal: true });
    expect(target.ran[0]?.command.environment).toHaveProperty('TERM');
  });

  test('is gone with the connection', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    const child = client('ssh', served, ['-tt', served.host, 'hang']);
    const ended = finish(child, 'open');
    await until(() => target.ran.length === 1);
    child.kill('SIGKILL');
    await ended;
    await until(() => target.ran[0]?.lost === true);
    expect(target.ran[0]?.lost).toBe(true);
  });
});

describe('a lost connection', () => {
  test('in the middle of an upload: what arrived is read, then stdin ends', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    const child = client('ssh', served, [served.host, 'digest']);
    const ended = finish(child, 'open');
    child.stdin?.write(Buffer.alloc(100_000));
    await until(() => (target.ran[0]?.read ?? 0) === 100_000);
    child.kill('SIGKILL');
    await ended;
    await until(() => target.ran[0]?.ended === true);
    expect(target.ran[0]?.read).toBe(100_000);
  });
});
