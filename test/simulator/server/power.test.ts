import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FakeTarget } from './fake-target.ts';
import { client, finish, serve, ssh, testFolder, until } from './ssh-client.ts';

describe('a board that stands still', () => {
  test('new connections wait for the banner, old ones for an answer, until it is switched off and on', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    const old = finish(client('ssh', served, ['-o', 'ServerAliveInterval=1', '-o', 'ServerAliveCountMax=2', served.host, 'freeze']));
    const fresh = await until(() => target.power === 'frozen')
      .then(() => served.settled())
      .then(() => ssh(served, 'exit 0', undefined, ['-o', 'ConnectTimeout=2']));
    expect(fresh.status).toBe(255);
    expect(fresh.stderr).toContain('timed out during banner exchange');
    const ended = await old;
    expect(ended.status).toBe(255);
    expect(ended.stderr).toMatch(/Timeout, server .* not responding/);
    await served.powerCycle();
    expect((await ssh(served, 'exit 4')).status).toBe(4);
  });

  test('can be stopped', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    target.setPower('frozen');
    await served.settled();
    await served.stop();
    const { status, stderr } = await ssh(served, 'exit 0');
    expect({ status, stderr }).toEqual({ status: 255, stderr: expect.stringContaining('Connection refused') });
  });
});

describe('a power cycle', () => {
  test('cuts the sessions; the board comes back with the same host key at the same port', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    const hanging = finish(client('ssh', served, [served.host, 'hang']));
    await until(() => target.ran.length === 1);
    await served.powerCycle();
    const { status } = await hanging;
    expect(status).toBe(255);
    expect(target.ran[0]?.lost).toBe(true);
    expect(await ssh(served, 'exit 5')).toEqual({ status: 5, stdout: Buffer.alloc(0), stderr: '' });
  });

  test('by the target itself', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    expect((await ssh(served, 'reboot')).status).toBe(255);
    await served.settled();
    expect((await ssh(served, 'exit 6')).status).toBe(6);
  });

  test('while it is off, connections are refused', async () => {
    const target = new FakeTarget();
    const served = await serve(target);
    target.setPower('off');
    await served.settled();
    expect((await ssh(served, 'exit 0')).stderr).toContain('Connection refused');
    target.setPower('up');
    await served.settled();
    expect((await ssh(served, 'exit 0')).status).toBe(0);
  });
});

describe('the folder', () => {
  test('is for its owner alone', async () => {
    const served = await serve(new FakeTarget());
    expect(statSync(served.folder).mode & 0o777).toBe(0o700);
    const { hostKey, identity, authorizedKeys, knownHosts, sshdConfig, sshConfig, log, record } = served.paths;
    for (const file of [hostKey, identity, authorizedKeys, knownHosts, sshdConfig, sshConfig, log, record]) {
      expect({ file, mode: statSync(file).mode & 0o777 }).toEqual({ file, mode: 0o600 });
    }
  });

  test.each(['with space', "it's", '100%h %d', '$HOME', '#x', 'ü€', 'a;b&c', 'x'.repeat(120)])('may be called %j', async (name) => {
    const served = await serve(new FakeTarget(), { folder: `${testFolder()}/${name}` });
    expect((await ssh(served, 'exit 3')).status).toBe(3);
  });

  test.each(['a"b', 'a\\b', 'a\nb', '${HOME}'])('that OpenSSH cannot name is refused: %j', async (name) => {
    await expect(serve(new FakeTarget(), { folder: `${testFolder()}/${name}` })).rejects.toThrow('choose another one');
  });

  test('holds one board at a time, and the next one there has its keys and port', async () => {
    const folder = testFolder();
    const first = await serve(new FakeTarget(), { folder });
    await expect(serve(new FakeTarget(), { folder })).rejects.toThrow('runs in');
    expect((await ssh(first, 'exit 3')).status).toBe(3);
    await first.stop();
    const second = await serve(new FakeTarget(), { folder });
    expect(second.port).toBe(first.port);
    expect((await ssh(first, 'exit 4')).status).toBe(4);
  });
});
