import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RemoteScript, SshConnection } from '@jailhouse-cells/deploy/ssh/connection.ts';
import { type ConnectionOptions, openConnection } from '@jailhouse-cells/deploy/ssh/open-connection.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, descendantsOf, kill, PlainSshd, processes } from './plain-sshd.ts';

let sshd: PlainSshd;
let controls: string;
const open: SshConnection[] = [];
let log: string[] = [];

beforeAll(async () => {
  sshd = await PlainSshd.start();
  controls = mkdtempSync('/tmp/jhc-c-');
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
  expect(ours()).toEqual([]);
  expect(readdirSync(controls)).toEqual([]);
  log = [];
});
afterAll(async () => {
  await sshd.remove();
  rmSync(controls, { recursive: true, force: true });
});

/** Processes of ssh that belong to these connections: clients by the configuration, shared connections by their socket. */
function ours(): string[] {
  return processes()
    .map(({ command }) => command)
    .filter((command) => /^ssh\b/.test(command) && (command.includes(sshd.folder) || command.includes(controls)));
}

function connect(target: Target, options: Partial<ConnectionOptions> = {}): SshConnection {
  const connection = openConnection(target, { log: (line) => log.push(line), controlFolder: controls, ...options });
  open.push(connection);
  return connection;
}

function script(text: string, more: Partial<RemoteScript> = {}): RemoteScript {
  return { title: 'test', script: text, limit: 60_000, ...more };
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe.each([{ share: true }, { share: false }])('scripts ($share: one connection for all)', (options) => {
  it('gives output and the real exit status', async () => {
    const connection = connect(sshd.target(), options);
    expect(await connection.run(script('echo out; echo err >&2; exit 7'))).toMatchObject({
      kind: 'answer',
      status: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await connection.run(script('exit 255'))).toMatchObject({ kind: 'answer', status: 255, stdout: '', stderr: '' });
    expect(await connection.run(script("set -e; false; echo 'never'"))).toMatchObject({ kind: 'answer', status: 1, stdout: '' });
    expect(await connection.run(script("cat <<'EOF'\n$HOME\nEOF"))).toMatchObject({ status: 0, stdout: '$HOME\n' });
    expect(await connection.run(script('printf "no newline"'))).toMatchObject({ status: 0, stdout: 'no newline' });
    expect(connection.roundTrips).toBe(5);
  });

  it('carries 20 MB, both ways', async () => {
    const connection = connect(sshd.target(), options);
    const size = 20 << 20;
    const answer = await connection.run(script(`head -c ${size} /dev/zero | tr '\\0' x`));
    expect(answer).toMatchObject({ kind: 'answer', status: 0 });
    expect(answer.stdout.length).toBe(size);
    expect(answer.stdout === 'x'.repeat(size)).toBe(true);
    expect(await connection.run(script('wc -c', { input: new Uint8Array(size) }))).toMatchObject({ status: 0, stdout: `${size}\n` });
  });

  it('hands output on as it comes', async () => {
    const connection = connect(sshd.target(), options);
    const stop = new AbortController();
    const lines: string[] = [];
    const onOutput = (text: string) => {
      lines.push(text);
      if (text.includes('two')) stop.abort();
    };
    const answer = await connection.run(script('echo one; echo two; exec sleep 60', { onOutput, signal: stop.signal }));
    expect(answer).toMatchObject({ kind: 'none', reason: 'cancelled', stdout: 'one\ntwo\n' });
    expect(lines.join('')).toBe('one\ntwo\n');
  });

  it('gives up at the limit, and goes on with the next', async () => {
    const connection = connect(sshd.target(), options);
    await connection.run(script('true'));
    const late = await connection.run(script('echo begun; exec sleep 60', { limit: 1500 }));
    expect(late).toMatchObject({
      kind: 'none',
      reason: 'timeout',
      stdout: 'begun\n',
      message: '"test" did not come to its end on test (board) within 1.5 s.',
    });
    expect(await connection.run(script('echo on'))).toMatchObject({ status: 0, stdout: 'on\n' });
  });

  it('does not wait for what a script leaves behind', async () => {
    const connection = connect(sshd.target(), options);
    const answer = await connection.run(script('sleep 1000 & echo $!'));
    kill(Number(answer.stdout), 'SIGKILL');
    expect(answer).toMatchObject({ kind: 'answer', status: 0, stdout: expect.stringMatching(/^\d+\n$/) });
  });

  it('runs scripts side by side', async () => {
    const connection = connect(sshd.target(), options);
    const answers = await Promise.all(Array.from({ length: 6 }, (_, at) => connection.run(script(`echo ${at}; exit ${at}`))));
    expect(answers.map((answer) => answer.kind === 'answer' && answer.status)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('tells when ssh is killed in the middle', async () => {
    const connection = connect(sshd.target(), options);
    const onOutput = () => {
      for (const { pid, command } of processes())
        if (/^ssh .*-begin|^ssh .*exec sh -c/.test(command) && command.includes(sshd.folder)) kill(pid, 'SIGKILL');
    };
    const answer = await connection.run(script('echo half; sleep 3; echo all', { onOutput }));
    expect(answer).toMatchObject({ kind: 'none', reason: 'lost', stdout: 'half\n' });
  });

  it('tells when the session on the target is killed, and connects again', async () => {
    const connection = connect(sshd.target(), options);
    const onOutput = () => {
      for (const pid of childrenOf(sshd.pid)) kill(pid, 'SIGKILL');
    };
    const answer = await connection.run(script('echo half; sleep 3; echo all', { onOutput }));
    expect(answer).toMatchObject({ kind: 'none', reason: 'lost', stdout: 'half\n' });
    expect(await connection.run(script('echo on'))).toMatchObject({ status: 0, stdout: 'on\n' });
  });

  it('tells when the shell on the target is killed', async () => {
    const connection = connect(sshd.target(), options);
    const answer = await connection.run(script('echo half; kill -9 $$; sleep 1; echo all'));
    expect(answer).toMatchObject({ kind: 'none', reason: 'lost' });
  });
});

describe('the shared connection', () => {
  const socketOf = () =>
    readdirSync(controls)
      .map((name) => join(controls, name, 'm'))
      .find((path) => existsSync(path));

  it('is one login for all scripts, in a private folder', async () => {
    const connection = connect(sshd.target());
    await connection.run(script('true'));
    const sessions = childrenOf(sshd.pid);
    expect(sessions.length).toBe(1);
    await Promise.all([connection.run(script('true')), connection.run(script('true'))]);
    expect(childrenOf(sshd.pid)).toEqual(sessions);
    const [folder = ''] = readdirSync(controls);
    expect(statSync(join(controls, folder)).mode & 0o777).toBe(0o700);
    expect(socketOf()).toBeDefined();
  });

  it('is made once when several scripts come first', async () => {
    const connection = connect(sshd.target());
    await Promise.all(Array.from({ length: 4 }, () => connection.run(script('true'))));
    expect(childrenOf(sshd.pid).length).toBe(1);
  });

  it('is made again when it is gone', async () => {
    const connection = connect(sshd.target());
    await connection.run(script('true'));
    for (const { pid, command } of processes()) if (command.startsWith('ssh:') && command.includes(controls)) kill(pid, 'SIGKILL');
    expect(await connection.run(script('echo on'))).toMatchObject({ status: 0, stdout: 'on\n' });
  });

  it('is done without where a session more is refused, or its socket cannot be', async () => {
    const deep = join(controls, 'deep'.repeat(25));
    const connection = connect(sshd.target(), { controlFolder: deep });
    expect(await connection.run(script('echo on'))).toMatchObject({ status: 0, stdout: 'on\n' });
    expect(log.join('\n')).toContain('do not share a connection');
    await connection.close();
    expect(readdirSync(deep)).toEqual([]);
    rmSync(deep, { recursive: true });

    const narrow = await PlainSshd.start({ server: ['MaxSessions 1'] });
    try {
      const crowded = connect(narrow.target());
      const stop = new AbortController();
      const first = crowded.run(script('echo one; exec sleep 10', { onOutput: () => stop.abort(), signal: stop.signal }));
      expect(await crowded.run(script('echo two'))).toMatchObject({ status: 0, stdout: 'two\n' });
      await first;
      await crowded.close();
    } finally {
      await narrow.remove();
    }
  });

  it('stands aside for a fresh one', async () => {
    const connection = connect(sshd.target());
    await connection.run(script('true'));
    expect(await connection.freshAnswer(script('echo fresh'))).toMatchObject({ status: 0, stdout: 'fresh\n' });
    const hanging = connection.run(script('exec sleep 60', { limit: 20_000 }));
    const [session = 0] = childrenOf(sshd.pid);
    for (const pid of [session, ...descendantsOf(session)]) kill(pid, 'SIGSTOP');
    expect(await connection.freshAnswer(script('echo lives', { limit: 10_000 }))).toMatchObject({ status: 0, stdout: 'lives\n' });
    await connection.close();
    expect(await hanging).toMatchObject({ reason: 'cancelled' });
    for (const pid of [session, ...descendantsOf(session)]) kill(pid, 'SIGKILL');
  });

  it('is given up when the target stands still, and made anew', async () => {
    const connection = connect(sshd.target());
    await connection.run(script('true'));
    const [session = 0] = childrenOf(sshd.pid);
    const still = [session, ...descendantsOf(session)];
    for (const pid of still) kill(pid, 'SIGSTOP');
    const silent = await connection.run(script('true', { limit: 1500 }));
    expect(silent).toMatchObject({ kind: 'none', reason: 'timeout', message: expect.stringContaining('it may be frozen') });
    expect(await connection.run(script('echo on'))).toMatchObject({ status: 0, stdout: 'on\n' });
    for (const pid of still) kill(pid, 'SIGKILL');
  });

  it('stays for the scripts that run when one is not taken', async () => {
    const connection = connect(sshd.target());
    await connection.run(script('true'));
    const slow = connection.run(script('echo begun; sleep 3; echo all'));
    await connection.run(script('true', { limit: 1 }));
    expect(await slow).toMatchObject({ status: 0, stdout: 'begun\nall\n' });
  });

  it('finds out itself that the target stands still', async () => {
    const connection = connect(sshd.target());
    const onOutput = () => {
      const [session = 0] = childrenOf(sshd.pid);
      for (const pid of [session, ...descendantsOf(session)]) kill(pid, 'SIGSTOP');
    };
    const answer = await connection.run(script('echo half; exec sleep 60', { limit: Number.POSITIVE_INFINITY, onOutput }));
    expect(answer).toMatchObject({ kind: 'none', reason: 'lost', stdout: 'half\n' });
    for (const pid of childrenOf(sshd.pid).flatMap((session) => [session, ...descendantsOf(session)])) kill(pid, 'SIGKILL');
  });

  it('is none on Windows', async () => {
    const connection = connect(sshd.target(), { platform: 'win32', ssh: 'ssh' });
    expect(await connection.run(script('echo on'))).toMatchObject({ status: 0, stdout: 'on\n' });
    expect(socketOf()).toBeUndefined();
  });

  it('leaves nothing behind of a process that was killed', async () => {
    const forsaken = join(controls, 'jhc-99999999-abcdef');
    mkdirSync(forsaken);
    writeFileSync(join(forsaken, 'a'), '');
    const connection = connect(sshd.target());
    await connection.run(script('true'));
    expect(existsSync(forsaken)).toBe(false);
  });
});

it('keeps what others print out of the output', async () => {
  const noisy = await PlainSshd.start({
    server: [`Banner ${sshd.path('banner')}`, 'ForceCommand echo noise; echo noise >&2; eval "$SSH_ORIGINAL_COMMAND"; echo more'],
  });
  writeFileSync(sshd.path('banner'), 'Keep out!\n');
  try {
    const connection = connect(noisy.target());
    expect(await connection.run(script('echo out; echo err >&2; exit 3'))).toMatchObject({ status: 3, stdout: 'out\n', stderr: 'err\n' });
    await connection.close();
  } finally {
    await noisy.remove();
  }
});

it('says so when the login runs no commands', async () => {
  const closed = await PlainSshd.start({ server: ['ForceCommand echo This account is not available; exit 1'] });
  try {
    const connection = connect(closed.target());
    expect(await connection.run(script('true'))).toMatchObject({
      reason: 'misconfigured',
      message: expect.stringContaining('This account is not available'),
    });
    await connection.close();
  } finally {
    await closed.remove();
  }
});

it("lets the user's configuration say what it may, and no more", async () => {
  const marker = sshd.path('remote-command');
  const target = sshd.target([
    'StrictHostKeyChecking no',
    'LogLevel QUIET',
    'RequestTTY force',
    `RemoteCommand touch ${marker}`,
    'ForwardAgent yes',
    'LocalForward 9 localhost:9',
    'ControlMaster yes',
    `ControlPath ${sshd.path('own')}`,
  ]);
  expect(await connect(target).run(script('echo on'))).toMatchObject({ status: 0, stdout: 'on\n' });
  expect(existsSync(marker)).toBe(false);
  expect(existsSync(sshd.path('own'))).toBe(false);
  writeFileSync(sshd.path('nobody'), '');
  const unknown = connect(sshd.target(['StrictHostKeyChecking no', `UserKnownHostsFile ${sshd.path('nobody')}`]));
  expect(await unknown.run(script('true'))).toMatchObject({ reason: 'host-key-unknown' });
  expect(readFileSync(sshd.path('nobody'), 'utf8')).toBe('');
});

it('takes no more after close, and closes twice', async () => {
  const connection = connect(sshd.target());
  const running = connection.run(script('exec sleep 60'));
  await until(() => childrenOf(sshd.pid).length > 0);
  await Promise.all([connection.close(), connection.close()]);
  expect(await running).toMatchObject({ reason: 'cancelled' });
  expect(await connection.run(script('true'))).toMatchObject({ kind: 'none', reason: 'cancelled' });
  await until(() => childrenOf(sshd.pid).length === 0);
});

it('is cancelled while it waits for another, and before it begins', async () => {
  const connection = connect(sshd.target(['ProxyCommand sleep 1000']));
  const first = new AbortController();
  const second = new AbortController();
  const slow = connection.run(script('true', { signal: first.signal }));
  const waiting = connection.run(script('true', { signal: second.signal }));
  second.abort();
  expect(await waiting).toMatchObject({ reason: 'cancelled', message: '"test" was cancelled.' });
  first.abort();
  expect(await slow).toMatchObject({ reason: 'cancelled' });
  expect(await connection.run(script('true', { signal: AbortSignal.abort() }))).toMatchObject({ reason: 'cancelled' });
});

it('reports input that cannot be read, and starts none before the login', async () => {
  const connection = connect(sshd.target());
  const input = (async function* () {
    yield new Uint8Array(10);
    throw new Error('the disk is on fire');
  })();
  expect(await connection.run(script('wc -c', { input }))).toMatchObject({
    kind: 'none',
    reason: 'lost',
    message: expect.stringContaining('the disk is on fire'),
  });
  // A script that reads nothing is no error.
  expect(await connection.run(script('echo on', { input: new Uint8Array(1 << 20) }))).toMatchObject({ status: 0, stdout: 'on\n' });
});

it('writes each command with its time into the log, the text once', async () => {
  const connection = connect(sshd.target());
  await connection.run(script('echo 1', { title: 'look' }));
  await connection.run(script('echo 1', { title: 'look' }));
  expect(log.filter((line) => line === '    echo 1').length).toBe(1);
  expect(log.filter((line) => /^test: look: exit status 0 \(\d+ ms\)$/.test(line)).length).toBe(2);
});
