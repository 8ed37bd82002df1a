import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Prompt, RemoteScript, SshConnection } from '@jailhouse-cells/deploy/ssh/connection.ts';
import { type ConnectionOptions, openConnection } from '@jailhouse-cells/deploy/ssh/open-connection.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PlainSshd, processes } from './plain-sshd.ts';

const secret = 'corr€ct "horse" $(battery) \'staple\' \\';
const script: RemoteScript = { title: 'test', script: 'echo on', limit: 60_000 };
const works = { kind: 'answer', status: 0, stdout: 'on\n' };

let controls: string;
const open: SshConnection[] = [];
let log: string[] = [];
let asked: { kind: string; text: string }[] = [];

beforeAll(() => {
  controls = mkdtempSync('/tmp/jhc-c-');
});
beforeEach(() => {
  log = [];
  asked = [];
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
  expect(readdirSync(controls)).toEqual([]);
  expect(log.join('\n')).not.toContain('horse');
});
afterAll(() => rmSync(controls, { recursive: true, force: true }));

function connect(target: Target, options: Partial<ConnectionOptions> = {}): SshConnection {
  const connection = openConnection(target, { log: (line) => log.push(line), controlFolder: controls, ...options });
  open.push(connection);
  return connection;
}

/** Answers in turn; nothing secret is in a list of processes, an environment or a file while one is waited for. */
function answers(...all: (string | undefined)[]): Prompt {
  return async ({ kind, text }) => {
    asked.push({ kind, text });
    const leaks = processes().filter(({ pid, command }) => command.includes('horse') || environmentOf(pid).includes('horse'));
    expect(leaks).toEqual([]);
    return all[asked.length - 1];
  };
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

describe('host keys', () => {
  let sshd: PlainSshd;
  beforeAll(async () => {
    sshd = await PlainSshd.start();
  });
  beforeEach(() => {
    sshd.trust();
  });
  afterAll(() => sshd.remove());

  const fingerprint = () =>
    new RegExp(/SHA256:[\w+/]+/.exec(String(readFileSync(sshd.path('fingerprint'))))?.[0].replaceAll('+', '\\+') ?? '-');

  it('are asked for when unknown, and remembered by ssh', async () => {
    rmSync(sshd.path('known_hosts'));
    sshd.printFingerprint('host', 'fingerprint');
    expect(await connect(sshd.target()).run(script)).toMatchObject({
      kind: 'none',
      reason: 'host-key-unknown',
      message: expect.stringContaining('board'),
    });
    expect(existsSync(sshd.path('known_hosts'))).toBe(false);
    expect(await connect(sshd.target(), { prompt: answers('yes') }).run(script)).toMatchObject(works);
    expect(asked).toEqual([{ kind: 'confirm', text: expect.stringMatching(fingerprint()) }]);
    expect(readFileSync(sshd.path('known_hosts'), 'utf8')).toContain('ssh-ed25519');
    expect(await connect(sshd.target()).run(script)).toMatchObject(works);
  });

  it.each([['no'], [undefined], ['y'], ['']])('are not trusted when the answer is %j', async (answer) => {
    rmSync(sshd.path('known_hosts'));
    expect(await connect(sshd.target(), { prompt: answers(answer) }).run(script)).toMatchObject({
      kind: 'none',
      reason: 'cancelled',
      message: 'The login to test (board) was cancelled.',
    });
    expect(asked.length).toBe(1);
    expect(existsSync(sshd.path('known_hosts'))).toBe(false);
  });

  it('that changed are refused without a question, with place and remedy', async () => {
    const [, other] = otherKey(sshd).split(' ');
    writeFileSync(sshd.path('known_hosts'), `# mine\nboard ssh-ed25519 ${other}\n`);
    const before = readFileSync(sshd.path('known_hosts'), 'utf8');
    sshd.printFingerprint('host', 'fingerprint');
    for (const prompt of [undefined, answers('yes', 'yes')]) {
      const answer = await connect(sshd.target(), { prompt }).run(script);
      expect(answer).toMatchObject({ kind: 'none', reason: 'host-key-changed', message: expect.stringMatching(fingerprint()) });
      if (answer.kind !== 'none') continue;
      expect(answer.message).toContain(`${sshd.path('known_hosts')}:2`);
      expect(answer.message).toContain(`ssh-keygen -f '${sshd.path('known_hosts')}' -R 'board'`);
    }
    expect(asked).toEqual([]);
    expect(readFileSync(sshd.path('known_hosts'), 'utf8')).toBe(before);
  });
});

function otherKey(sshd: PlainSshd): string {
  sshd.key('other');
  return readFileSync(sshd.path('other.pub'), 'utf8');
}

describe('keys', () => {
  let sshd: PlainSshd;
  beforeAll(async () => {
    sshd = await PlainSshd.start({ passphrase: secret });
  });
  afterAll(() => sshd.remove());

  it('with a passphrase ask once for all scripts', async () => {
    const connection = connect(sshd.target(), { prompt: answers(secret) });
    const all = await Promise.all([connection.run(script), connection.run(script), connection.run(script)]);
    for (const answer of all) expect(answer).toMatchObject(works);
    expect(asked).toEqual([{ kind: 'secret', text: expect.stringContaining('Enter passphrase for key') }]);
    expect(connection.roundTrips).toBe(3);
  });

  it('with a passphrase ask once where no connection is shared', async () => {
    const connection = connect(sshd.target(), { prompt: answers(secret), share: false });
    for (let at = 0; at < 3; at++) expect(await connection.run(script)).toMatchObject(works);
    expect(asked.length).toBe(1);
  });

  it('with a passphrase fail without a prompt, and at once', async () => {
    expect(await connect(sshd.target()).run(script)).toMatchObject({
      kind: 'none',
      reason: 'authentication',
      message: expect.stringMatching(/no key that ssh offers is taken.* It takes publickey\..*ssh-add/),
    });
  });

  it('with a passphrase that stays wrong are refused', async () => {
    expect(await connect(sshd.target(), { prompt: answers('a', 'b', 'c', 'd') }).run(script)).toMatchObject({
      kind: 'none',
      reason: 'authentication',
      message: expect.stringContaining('after 3 answers: wrong password or passphrase'),
    });
    expect(asked.length).toBe(3);
  });

  it('that the server does not know are refused', async () => {
    const other = sshd.path('unknown');
    sshd.key('unknown');
    expect(await connect(sshd.target([`IdentityFile ${other}`])).run(script)).toMatchObject({ kind: 'none', reason: 'authentication' });
  });

  it('stop the clock while the user is asked, and the question at cancel', async () => {
    const late: Prompt = async (question) => {
      asked.push(question);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      return secret;
    };
    expect(await connect(sshd.target(), { prompt: late }).run({ ...script, limit: 2500 })).toMatchObject(works);

    const stop = new AbortController();
    let withdrawn = false;
    const never: Prompt = ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          withdrawn = true;
          resolve(undefined);
        });
        stop.abort();
      });
    const connection = connect(sshd.target(), { prompt: never });
    expect(await connection.run({ ...script, signal: stop.signal })).toMatchObject({
      reason: 'cancelled',
      message: '"test" was cancelled.',
    });
    await connection.close();
    expect(withdrawn).toBe(true);
  });

  it('keep a source of bytes for the login that works', async () => {
    const input = (async function* () {
      yield new TextEncoder().encode('all of it');
    })();
    expect(await connect(sshd.target(), { prompt: answers(secret) }).run({ ...script, script: 'cat', input })).toMatchObject({
      stdout: 'all of it',
    });
  });
});

// The password is that of a copy of /etc/shadow, which only root can put in front of an sshd.
describe.runIf(process.getuid?.() === 0)('passwords', () => {
  let sshd: PlainSshd;
  const lines = ['PubkeyAuthentication no'];
  beforeAll(async () => {
    sshd = await PlainSshd.start({
      password: secret,
      server: ['PasswordAuthentication yes', 'PermitRootLogin yes', 'PubkeyAuthentication no'],
    });
  });
  afterAll(() => sshd.remove());

  it('are asked for once', async () => {
    const connection = connect(sshd.target(lines), { prompt: answers(secret) });
    expect(await connection.run(script)).toMatchObject(works);
    expect(await connection.run(script)).toMatchObject(works);
    expect(asked).toEqual([{ kind: 'secret', text: expect.stringMatching(/password: $/) }]);
  });

  it('are asked for again when wrong', async () => {
    const connection = connect(sshd.target(lines), { prompt: answers('wrong', secret), share: false });
    expect(await connection.run(script)).toMatchObject(works);
    expect(await connection.run(script)).toMatchObject(works);
    expect(asked.length).toBe(2);
  });

  it('are refused when wrong three times', async () => {
    expect(await connect(sshd.target(lines), { prompt: answers('a', 'b', 'c', secret) }).run(script)).toMatchObject({
      kind: 'none',
      reason: 'authentication',
      message: expect.stringMatching(/test \(board\) refused the login after 3 answers: wrong password or passphrase. It takes password\./),
    });
    expect(asked.length).toBe(3);
  });

  it('are not given when the user declines, and asked for no more', async () => {
    expect(await connect(sshd.target(lines), { prompt: answers(undefined, secret) }).run(script)).toMatchObject({ reason: 'cancelled' });
    expect(asked.length).toBe(1);
  });

  it('come from an unknown host only after its key', async () => {
    rmSync(sshd.path('known_hosts'));
    expect(await connect(sshd.target(lines), { prompt: answers('yes', secret) }).run(script)).toMatchObject(works);
    expect(asked.map(({ kind }) => kind)).toEqual(['confirm', 'secret']);
  });

  it('leave a fresh connection without an answer, which shows that the server lives', async () => {
    const connection = connect(sshd.target(lines), { prompt: answers(secret) });
    await connection.run(script);
    expect(await connection.freshAnswer(script)).toMatchObject({ kind: 'none', reason: 'authentication' });
    expect(asked.length).toBe(1);
  });
});

describe('a jump host', () => {
  let jump: PlainSshd;
  let sshd: PlainSshd;
  beforeAll(async () => {
    jump = await PlainSshd.start({ passphrase: secret });
    sshd = await PlainSshd.start();
  });
  beforeEach(() => jump.trust());
  afterAll(async () => {
    await sshd.remove();
    await jump.remove();
  });

  const target = (identity: string) =>
    sshd.target([
      ...[
        'Host jump',
        '  HostName 127.0.0.1',
        `  Port ${jump.port}`,
        `  User ${jump.user}`,
        '  HostKeyAlias board',
        `  IdentityFile ${identity}`,
      ],
      ...[
        '  IdentitiesOnly yes',
        '  IdentityAgent none',
        `  UserKnownHostsFile ${jump.path('known_hosts')}`,
        '  GlobalKnownHostsFile none',
        'Host board',
        '  ProxyJump jump',
      ],
    ]);

  function openIdentity(): string {
    jump.key('second');
    copyFileSync(jump.path('authorized_keys'), jump.path('first_keys'));
    writeFileSync(
      jump.path('authorized_keys'),
      `${readFileSync(jump.path('first_keys'), 'utf8')}${readFileSync(jump.path('second.pub'), 'utf8')}`,
    );
    return jump.path('second');
  }

  it.each([{ share: true }, { share: false }])('is the way to the target ($share)', async (options) => {
    const connection = connect(target(openIdentity()), options);
    expect(await connection.run(script)).toMatchObject(works);
    expect(jump.sessions().length).toBe(options.share ? 1 : 0);
    expect(await connection.run(script)).toMatchObject(works);
  });

  it('that needs an answer is no reason to hang', async () => {
    expect(await connect(target(jump.path('client'))).run(script)).toMatchObject({
      kind: 'none',
      reason: 'authentication',
      message: expect.stringContaining('on the way to test (board)'),
    });
  });

  it('asks as the target does', async () => {
    expect(await connect(target(jump.path('client')), { prompt: answers(secret) }).run(script)).toMatchObject(works);
    expect(asked).toEqual([{ kind: 'secret', text: expect.stringContaining(jump.path('client')) }]);
  });

  it('that refuses the answers is told', async () => {
    expect(await connect(target(jump.path('client')), { prompt: answers('a', 'b', 'c') }).run(script)).toMatchObject({
      kind: 'none',
      reason: 'authentication',
    });
    expect(asked.length).toBe(3);
  });

  it('with an unknown key is asked about, too', async () => {
    rmSync(jump.path('known_hosts'));
    const way = target(openIdentity());
    expect(await connect(way).run(script)).toMatchObject({ reason: 'host-key-unknown' });
    expect(await connect(way, { prompt: answers('yes') }).run(script)).toMatchObject(works);
    expect(asked.map(({ kind }) => kind)).toEqual(['confirm']);
  });

  it('that is down is told', async () => {
    const way = target(openIdentity());
    await jump.stop();
    expect(await connect(way).run(script)).toMatchObject({
      kind: 'none',
      reason: 'unreachable',
      message: expect.stringContaining('refused'),
    });
    await jump.up();
  });
});

it('leaves no password behind in the folder of the connection', async () => {
  const sshd = await PlainSshd.start({ passphrase: secret });
  const seen: string[] = [];
  const prompt: Prompt = async () => {
    const [folder = ''] = readdirSync(controls);
    for (const name of readdirSync(join(controls, folder))) seen.push(name);
    return secret;
  };
  const connection = connect(sshd.target(), { prompt });
  expect(await connection.run(script)).toMatchObject(works);
  const [folder = ''] = readdirSync(controls);
  expect(readFileSync(join(controls, folder, 'ask'), 'utf8')).not.toContain('horse');
  expect(seen.sort()).toEqual(['a', 'ask']);
  await connection.close();
  await sshd.remove();
});
