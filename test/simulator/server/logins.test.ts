import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FakeTarget } from './fake-target.ts';
import { askpass, changeHostKey, otherHostKey, protectedIdentity, strangeIdentity, unknownHostKey } from './login-variants.ts';
import { rightPassword, servePasswordBoard } from './password-board.ts';
import { type Ended, finish, serve, ssh } from './ssh-client.ts';

function login(config: string, host: string, env: NodeJS.ProcessEnv = {}, words: readonly string[] = []): Promise<Ended> {
  return finish(spawn('ssh', ['-F', config, ...words, host, 'exit 9'], { stdio: 'pipe', env: { ...process.env, ...env } }));
}

const batch = ['-o', 'BatchMode=yes'];

describe('host keys', () => {
  test('an unknown one and another one are refused, with different words', async () => {
    const served = await serve(new FakeTarget());
    const unknown = await login(unknownHostKey(served), served.host, {}, batch);
    expect(unknown.status).toBe(255);
    expect(unknown.stderr).toMatch(/No ED25519 host key is known for jailhouse-simulated/);
    const other = await login(otherHostKey(served), served.host, {}, batch);
    expect(other.status).toBe(255);
    expect(other.stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
  });

  test('a board that comes back with a new one is refused', async () => {
    const served = await serve(new FakeTarget());
    expect((await ssh(served, 'exit 9')).status).toBe(9);
    await changeHostKey(served);
    const { status, stderr } = await ssh(served, 'exit 9');
    expect(status).toBe(255);
    expect(stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
  });
});

describe('identities', () => {
  test('one behind a passphrase opens with it, and not without', async () => {
    const served = await serve(new FakeTarget());
    const config = protectedIdentity(served, 'a pass "phrase"');
    expect(await login(config, served.host, {}, batch)).toMatchObject({
      status: 255,
      stderr: expect.stringContaining('Permission denied'),
    });
    const asking = askpass(served, ['wrong', 'a pass "phrase"']);
    expect((await login(config, served.host, asking.env)).status).toBe(9);
    expect(asking.asked()).toEqual([
      expect.stringContaining('Enter passphrase for key'),
      expect.stringContaining('Enter passphrase for key'),
    ]);
  });

  test('one that the board does not know is refused', async () => {
    const served = await serve(new FakeTarget());
    expect(await login(strangeIdentity(served), served.host, {}, batch)).toMatchObject({
      status: 255,
      stderr: expect.stringContaining('Permission denied (publickey)'),
    });
  });
});

describe('a password', () => {
  test('right at the second try', async () => {
    const served = await servePasswordBoard(new FakeTarget(), { passwordOnly: true });
    const accounts = readFileSync('/etc/passwd', 'utf8');
    const asking = askpass(served, ['wrong', rightPassword]);
    expect((await login(served.sshConfig, served.host, asking.env)).status).toBe(9);
    expect(asking.asked()).toHaveLength(2);
    expect(accounts).not.toContain('simulated board');
  });

  test('wrong three times', async () => {
    const served = await servePasswordBoard(new FakeTarget(), { passwordOnly: true });
    const asking = askpass(served, ['wrong', 'wrong', 'wrong', rightPassword]);
    const { status, stderr } = await login(served.sshConfig, served.host, asking.env);
    expect(status).toBe(255);
    expect(stderr).toContain('Permission denied');
    expect(asking.asked()).toHaveLength(3);
    // No penalty: the next one is let in.
    expect((await login(served.sshConfig, served.host, askpass(served, [rightPassword]).env)).status).toBe(9);
  });

  test('is not asked for in batch mode', async () => {
    const served = await servePasswordBoard(new FakeTarget(), { passwordOnly: true });
    expect(await login(served.sshConfig, served.host, {}, batch)).toMatchObject({
      status: 255,
      stderr: expect.stringContaining('Permission denied (password)'),
    });
  });

  test('a key goes before it where the board takes both', async () => {
    const served = await servePasswordBoard(new FakeTarget());
    expect((await login(served.sshConfig, served.host, {}, batch)).status).toBe(9);
  });
});
