import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sshHosts } from '@jailhouse-cells/deploy/ssh/ssh-hosts.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';

let home: string;
beforeEach(() => {
  home = mkdtempSync('/tmp/jhc-home-');
  mkdirSync(join(home, '.ssh/boards.d'), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(name: string, text: string): void {
  writeFileSync(join(home, '.ssh', name), text);
}

async function names(): Promise<string[]> {
  return (await sshHosts(home)).hosts.map(({ name }) => name);
}

it('finds no hosts without a configuration', async () => {
  expect(await sshHosts(home)).toEqual({ hosts: [], problems: [] });
});

it('takes names, not patterns', async () => {
  write(
    'config',
    'Host rpi4 rpi4-lab\n  HostName 10.0.0.7\n\nHost *.lab !bad.lab ok?\n  User pi\nhost=second\n\tHostName=%h.local\nHost "quoted"\n# Host commented\nMatch host matched\n  User x\nHost *\n  ForwardAgent no\n',
  );
  expect(await sshHosts(home)).toEqual({
    hosts: [
      { name: 'rpi4', hostName: '10.0.0.7', file: join(home, '.ssh/config') },
      { name: 'rpi4-lab', hostName: '10.0.0.7', file: join(home, '.ssh/config') },
      { name: 'second', hostName: 'second.local', file: join(home, '.ssh/config') },
      { name: 'quoted', hostName: undefined, file: join(home, '.ssh/config') },
    ],
    problems: [],
  });
});

it('follows Include with patterns, as ssh does, and no circle', async () => {
  write('config', `Include boards.d/*.conf boards.d/[xy]1 missing\nHost main\n  Include ~/.ssh/below\n  Include ${home}/.ssh/config\n`);
  write('boards.d/b.conf', 'Host b\nInclude config\n');
  write('boards.d/a.conf', 'Host a\n  HostName 127.0.0.9\n');
  write('boards.d/.hidden.conf', 'Host hidden\n');
  write('boards.d/x1', 'Host x1\n');
  write('boards.d/z1', 'Host z1\n');
  write('below', 'Host below\n');
  expect(await names()).toEqual(['a', 'b', 'x1', 'main', 'below']);
});

it('leaves out names that ssh would misread, and names each once', async () => {
  write('config', 'Host -v a%b $(id) good\nHost good\n');
  expect(await names()).toEqual(['good']);
});

it('says which file it cannot read', async () => {
  write('config', 'Include boards.d\nHost here\n');
  const { hosts, problems } = await sshHosts(home);
  expect(hosts.map(({ name }) => name)).toEqual(['here']);
  expect(problems).toEqual([expect.stringContaining(`${join(home, '.ssh/boards.d')} cannot be read`)]);
});

it('reads a HostName as ssh does', async () => {
  write('config', 'Host rpi4\n  HostName "10.0.0.7"\n  User pi\n');
  const [host] = (await sshHosts(home)).hosts;
  const read = execFileSync('ssh', ['-G', '-F', join(home, '.ssh/config'), 'rpi4'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(read).toContain(`hostname ${host?.hostName}\n`);
});
