import { spawnSync } from 'node:child_process';
import { openConnection } from '@jailhouse-cells/deploy/ssh/open-connection.ts';
import { quote, unquotable, validHost, validPort } from '@jailhouse-cells/deploy/ssh/quote.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlainSshd } from './plain-sshd.ts';

const hostile = [
  '',
  ' ',
  'plain',
  "it's",
  "''",
  "'",
  '"',
  '\\',
  '\\\\',
  "\\'",
  "'\\''",
  '$HOME',
  '$(touch /tmp/hacked)',
  '`touch /tmp/hacked`',
  '${IFS}',
  '; exit 3',
  '&& false',
  '| cat',
  '> /tmp/hacked',
  '*',
  '?',
  '[a-z]',
  '~',
  '~root',
  '-n',
  '--',
  '-oProxyCommand=x',
  '#',
  '!',
  '!!',
  '%s',
  '%n',
  'a=b',
  '=ls',
  '{a,b}',
  'a\nb',
  '\n',
  'a\r\nb',
  '\t',
  '\x01\x1b[31m',
  'ünï→🂡',
  '\u202e',
  'x'.repeat(20_000),
];
const seed = Number(process.env.ORACLE_SEED ?? Date.now() % 1_000_000);

function* randomTexts(count: number): Generator<string> {
  // A linear congruential generator (Numerical Recipes).
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pieces = [...'\'"\\$`!;&|<>()[]{}*?~#% \n\t\r=-', 'a', 'Z', '0', 'é', '🂡', '$(', "\\'", "'\\''"];
  for (let at = 0; at < count; at++) yield Array.from({ length: next(24) }, () => pieces[next(pieces.length)]).join('');
}

/** What a shell hands to a program, each word with a NUL behind it: none can carry one. */
const printer = (words: readonly string[]) => `printf '%s\\000' ${words.map(quote).join(' ')}`;

describe('quote', () => {
  const words = [...hostile, ...randomTexts(400)];

  it.each(['/bin/sh', '/bin/dash', '/bin/bash'])(`is read back by %s (seed ${seed})`, (shell) => {
    const { stdout, status } = spawnSync(shell, ['-c', printer(words)], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
  });

  it('can be quoted again', () => {
    const nested = `sh -c ${quote(`sh -c ${quote(printer(hostile))}`)}`;
    const { stdout } = spawnSync('/bin/sh', ['-c', nested], { encoding: 'utf8' });
    expect(stdout.split('\0').slice(0, -1)).toEqual(hostile);
  });

  it('keeps no backslash inside of quotes, which fish would read', () => {
    expect(quote("a\\b'c")).toBe("'a'\\\\'b'\\''c'");
  });

  it('refuses what no argument can carry', () => {
    expect(() => quote('a\0b')).toThrow(RangeError);
    expect(unquotable('a\0b')).toContain('NUL');
    expect(unquotable('a\nb')).toContain('line break');
    expect(unquotable('a\ud800')).toContain('Unicode');
    expect(unquotable("it's $(fine)")).toBeUndefined();
  });
});

describe('quote through ssh', () => {
  let sshd: PlainSshd;
  beforeAll(async () => {
    sshd = await PlainSshd.start();
  });
  afterAll(() => sshd.remove());

  it(`is read back by the shell behind a real ssh (seed ${seed})`, async () => {
    const connection = openConnection(sshd.target(), { log: () => {} });
    const words = [...hostile, ...randomTexts(100)];
    const answer = await connection.run({ title: 'print', script: printer(words), limit: 60_000 });
    await connection.close();
    expect(answer).toMatchObject({ kind: 'answer', status: 0 });
    expect(answer.stdout.split('\0').slice(0, -1)).toEqual(words);
  });
});

describe('validHost', () => {
  it.each([
    'board',
    'pi@board.local',
    '192.168.1.7',
    'root@fe80::1',
    'DOMAIN\\user@board',
    'jane@corp@bastion',
    'raspberry_pi',
    'jürgen@board',
    'board+1',
  ])('takes %j', (host) => {
    expect(validHost(host)).toEqual({ ok: true });
  });

  it.each([
    '',
    ' ',
    '-oProxyCommand=touch /tmp/hacked',
    '-v',
    'pi@-v',
    '-l@board',
    '@board',
    'pi@',
    'a b',
    'a\tb',
    'a\nb',
    'a\0b',
    '\x1b[31m',
    'board%h',
    'fe80::1%eth0',
    'ssh://pi@board:22',
    '$(touch /tmp/hacked)',
    '`id`@board',
    '"pi"@board',
    "pi'@board",
    'pi;id@board',
    'board|id',
    'board*',
    '!board',
    'a,b',
    'pi\\@board',
    'pi@[::1]',
    '\u202eboard',
    'a\ud800',
    'x'.repeat(1100),
  ])('refuses %j', (host) => {
    const checked = validHost(host);
    expect(checked.ok).toBe(false);
    if (!checked.ok) expect(checked.message).toMatch(/^The host .+/);
  });

  it('takes what ssh itself reads as that user and host', () => {
    for (const [text, user, host] of [
      ['jane@corp@bastion', 'jane@corp', 'bastion'],
      ['DOMAIN\\user@board', 'DOMAIN\\user', 'board'],
    ] as const) {
      expect(validHost(text).ok).toBe(true);
      const read = spawnSync('ssh', ['-G', '-F', '/dev/null', '--', text], { encoding: 'utf8' }).stdout.split('\n');
      expect(read).toContain(`user ${user}`);
      expect(read).toContain(`hostname ${host}`);
    }
  });
});

it('knows the ports of TCP', () => {
  expect([1, 22, 65_535].every((port) => validPort(port).ok)).toBe(true);
  expect([0, -1, 65_536, 2.5, Number.NaN].some((port) => validPort(port).ok)).toBe(false);
});
