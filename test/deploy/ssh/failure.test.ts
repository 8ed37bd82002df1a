import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { NoAnswerReason, RemoteAnswer } from '@jailhouse-cells/deploy/ssh/connection.ts';
import { type FailureContext, failureOf } from '@jailhouse-cells/deploy/ssh/failure.ts';
import { type ConnectionOptions, openConnection } from '@jailhouse-cells/deploy/ssh/open-connection.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, freePort, kill, PlainSshd, processes } from './plain-sshd.ts';

let sshd: PlainSshd;
let controls: string;
beforeAll(async () => {
  sshd = await PlainSshd.start();
  controls = mkdtempSync('/tmp/jhc-c-');
});
afterAll(async () => {
  expect(readdirSync(controls)).toEqual([]);
  rmSync(controls, { recursive: true, force: true });
  await sshd.remove();
});

async function answerOf(target: Target, options: Partial<ConnectionOptions> = {}, text = 'true', limit = 60_000): Promise<RemoteAnswer> {
  const connection = openConnection(target, { log: () => {}, controlFolder: controls, ...options });
  const answer = await connection.run({ title: 'test', script: text, limit });
  await connection.close();
  return answer;
}

function none(reason: NoAnswerReason, message: RegExp) {
  return { kind: 'none', reason, message: expect.stringMatching(message) };
}

/** A server that does with each connection what a test wants. */
async function listening(onConnection: (socket: Socket) => void): Promise<{ server: Server; port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    server,
    port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('with a real ssh', () => {
  it('no ssh', async () => {
    expect(await answerOf(sshd.target(), { ssh: 'ssh-that-is-not-there' })).toMatchObject(
      none('no-ssh', /ssh-that-is-not-there is not found\. .+/),
    );
    writeFileSync(sshd.path('not-a-program'), '');
    expect(await answerOf(sshd.target(), { ssh: sshd.path('not-a-program') })).toMatchObject(none('no-ssh', /does not start/));
  });

  it('a script that no command line takes', async () => {
    expect(await answerOf(sshd.target(), {}, `: ${'x'.repeat(200_000)}`)).toMatchObject(
      none('misconfigured', /too long for a command line/),
    );
    expect(await answerOf(sshd.target(), {}, 'a\0b')).toMatchObject(none('misconfigured', /NUL/));
  });

  it('a host that ssh would misread, which is not started', async () => {
    const options = { ssh: 'ssh-that-is-not-there' };
    expect(await answerOf({ name: 'x', host: '-oProxyCommand=id', sudo: false }, options)).toMatchObject(
      none('misconfigured', /leading dash/),
    );
    expect(await answerOf({ name: 'x', host: 'board', port: 0, sudo: false }, options)).toMatchObject(none('misconfigured', /port 0/));
  });

  it('an unknown host', async () => {
    expect(await answerOf(sshd.target(['HostName board.invalid']))).toMatchObject(
      none('unknown-host', /No address is known for "board\.invalid"/),
    );
  });

  it('a port where nothing listens', async () => {
    expect(await answerOf({ ...sshd.target(), port: await freePort() })).toMatchObject(none('unreachable', /connection refused/));
  });

  it('a frozen board, whose kernel still takes connections', async () => {
    const silent = await listening(() => {});
    expect(await answerOf({ ...sshd.target(), port: silent.port }, { connectTimeout: 1 })).toMatchObject(
      none('unreachable', /does not speak.*frozen/),
    );
    expect(await answerOf({ ...sshd.target(), port: silent.port }, {}, 'true', 1000)).toMatchObject(
      none('unreachable', /no answer within 1 s/),
    );
    silent.close();
  });

  it('a port of something else', async () => {
    const web = await listening((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await answerOf({ ...sshd.target(), port: web.port })).toMatchObject(none('unreachable', /cannot be reached/));
    web.close();
  });

  it('a server that hangs up at once', async () => {
    const shy = await listening((socket) => socket.destroy());
    expect(await answerOf({ ...sshd.target(), port: shy.port })).toMatchObject(none('unreachable', /closed before a login/));
    shy.close();
  });

  it('a configuration with a mistake, by its line', async () => {
    expect(await answerOf(sshd.target(['Host board', '  Hostnam board']))).toMatchObject(
      none('misconfigured', /ssh_config: line 2: Bad configuration option: hostnam/i),
    );
    expect(await answerOf(sshd.target(['Port'], 'mistake'))).toMatchObject(none('misconfigured', /mistake line 1/));
    expect(await answerOf(sshd.target(['StrictHostKeyChecking perhaps', 'Compression perhaps'], 'mistake'))).toMatchObject(
      none('misconfigured', /mistake line 1: unsupported option "perhaps"\. Correct that line\.$/),
    );
    expect(await answerOf({ ...sshd.target(), sshConfig: sshd.path('missing') })).toMatchObject(
      none('misconfigured', /missing: .*\/missing$/),
    );
  });

  it('no algorithm in common', async () => {
    expect(await answerOf(sshd.target(['Ciphers aes256-gcm@openssh.com', 'KexAlgorithms diffie-hellman-group1-sha1']))).toMatchObject(
      none('misconfigured', /do not agree/),
    );
  });

  it('a proxy command that fails, with its words', async () => {
    const target = sshd.target(["ProxyCommand sh -c 'echo the tunnel is closed >&2; exit 1'"]);
    expect(await answerOf(target)).toMatchObject(none('unreachable', /jump host or proxy command failed: the tunnel is closed/));
  });
});

describe('by the words of ssh', () => {
  const context: FailureContext = { where: 'board', began: false, viaMaster: false, secrets: 0, connectTimeout: 10 };

  it.each<[string, NoAnswerReason, RegExp]>([
    ['ssh: connect to host 10.0.0.9 port 22: Connection timed out', 'unreachable', /no answer within 10 s/],
    ['ssh: connect to host 10.0.0.9 port 22: Operation timed out', 'unreachable', /no answer within 10 s/],
    ['ssh: connect to host 10.0.0.9 port 22: No route to host', 'unreachable', /no route to host/],
    ['ssh: connect to host 10.0.0.9 port 22: Network is unreachable', 'unreachable', /network is unreachable/],
    ['ssh: connect to host 10.0.0.9 port 22: Permission denied', 'unreachable', /Permission denied/],
    ['ssh: Could not resolve hostname board: Temporary failure in name resolution', 'unknown-host', /Temporary failure/],
    ['ssh: Could not resolve hostname board: No such host is known. ', 'unknown-host', /No such host is known/],
    [
      'kex_exchange_identification: read: Connection reset by peer\r\nConnection reset by 10.0.0.9 port 22',
      'unreachable',
      /before a login/,
    ],
    [
      'kex_exchange_identification: Connection closed by remote host\nConnection closed by 10.0.0.9 port 22',
      'unreachable',
      /before a login/,
    ],
    [
      'kex_exchange_identification: write: Broken pipe\nbanner exchange: Connection to UNKNOWN port 65535: Broken pipe',
      'unreachable',
      /jump host or proxy command failed\.$/,
    ],
    ['Connection to 10.0.0.9 closed by remote host.', 'lost', /before the command began/],
    ['mux_client_request_session: read from master failed: Broken pipe', 'lost', /before the command began/],
    ['Timeout, server 10.0.0.9 not responding.', 'lost', /before the command began/],
    [
      'Received disconnect from 10.0.0.9 port 22:2: Too many authentication failures\nDisconnected from 10.0.0.9 port 22',
      'authentication',
      /IdentitiesOnly/,
    ],
    [
      '@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\nLoad key "/k": bad permissions\npi@10.0.0.9: Permission denied (publickey).',
      'authentication',
      /UNPROTECTED PRIVATE KEY FILE/,
    ],
    [
      'sign_and_send_pubkey: signing failed for ED25519 "/k" from agent: agent refused operation\npi@b: Permission denied (publickey).',
      'authentication',
      /agent refused/,
    ],
    ['Bad owner or permissions on /home/pi/.ssh/config', 'misconfigured', /Bad owner or permissions on \/home\/pi\/\.ssh\/config/],
    ['command-line: line 0: Bad configuration option: controlpersist', 'misconfigured', /too old/],
    ['\x1b]0;owned\x07\x1b[31mred\u202e', 'unreachable', /: \]0;owned\[31mred\.$/],
    ['something nobody has seen', 'unreachable', /something nobody has seen/],
    ['', 'unreachable', /ssh found no way to board\.$/],
  ])('%s', (said, reason, message) => {
    const failure = failureOf(said, context);
    expect(failure.reason).toBe(reason);
    expect(failure.message).toMatch(message);
  });

  it('once the script has begun it is lost, whatever it printed itself', () => {
    expect(failureOf('Permission denied (publickey).', { ...context, began: true })).toMatchObject({ reason: 'lost' });
  });
});

it('leaves a shared connection to its end when this process is killed, and a new one sweeps up', async () => {
  const config = sshd.clientConfig('killed_config');
  const program = new URL('./host-process.ts', import.meta.url).pathname;
  const host: ChildProcess = spawn(process.execPath, ['--import', 'tsx', program, config, controls], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  await new Promise<void>((resolve) => {
    host.stdout?.on('data', (bytes: Buffer) => {
      said += String(bytes);
      if (said.includes('holding')) resolve();
    });
    host.once('exit', () => resolve());
  });
  expect(said).toBe('on\nholding\n');
  const ours = () => processes().filter(({ command }) => command.includes(controls) && /^ssh\b/.test(command));
  expect(ours().length).toBeGreaterThan(0);
  kill(host.pid ?? 0, 'SIGKILL');
  // Its end is what is waited for: a connection that stays would let this test hang.
  while (ours().length > 0 || childrenOf(sshd.pid).length > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(readdirSync(controls).length).toBe(1);
  expect(await answerOf(sshd.target())).toMatchObject({ kind: 'answer', status: 0 });
  expect(readdirSync(controls)).toEqual([]);
});
