import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Target } from '@jailhouse-cells/deploy/target.ts';

export interface PlainSshdOptions {
  /** Lines before those of sshd_config: the first of an option counts. */
  readonly server?: readonly string[];
  /** Of the client's key. */
  readonly passphrase?: string;
  /** The account's password, in a copy of /etc/shadow that this sshd alone sees: no account of the machine changes. Needs root. */
  readonly password?: string;
}

/** A real sshd on loopback for the account that runs the tests, with the machine's own shell behind it. */
export class PlainSshd {
  readonly folder = mkdtempSync('/tmp/jhc-test-sshd-');
  readonly user = userInfo().username;
  port = 0;
  private child: ChildProcess | undefined;
  private launcher: readonly string[] = [];

  static async start(options: PlainSshdOptions = {}): Promise<PlainSshd> {
    const sshd = new PlainSshd();
    sshd.key('host');
    sshd.key('client', options.passphrase);
    copyFileSync(sshd.path('client.pub'), sshd.path('authorized_keys'));
    sshd.port = await freePort();
    sshd.writeServerConfig(options.server ?? []);
    sshd.trust();
    if (options.password !== undefined) sshd.takePassword(options.password);
    await sshd.up();
    return sshd;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  key(name: string, passphrase = ''): void {
    rmSync(this.path(name), { force: true });
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', this.path(name)]);
  }

  private takePassword(password: string): void {
    const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim();
    const others = readFileSync('/etc/shadow', 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith(`${this.user}:`));
    const shadow = this.path('shadow');
    writeFileSync(shadow, [`${this.user}:${hash}:20000:0:99999:7:::`, ...others].join('\n'), { mode: 0o600 });
    const mount = 'mount --bind "$1" /etc/shadow && shift && exec "$@"';
    this.launcher = ['unshare', '--mount', '--propagation', 'private', '/bin/sh', '-c', mount, 'sh', shadow];
  }

  writeServerConfig(lines: readonly string[]): void {
    const config = [
      ...lines,
      `Port ${this.port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${this.path('host')}`,
      'PidFile none',
      `AuthorizedKeysFile ${this.path('authorized_keys')}`,
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'UsePAM no',
      'StrictModes no',
      'PrintMotd no',
      'UseDNS no',
      'MaxStartups 100',
      'MaxSessions 100',
    ];
    writeFileSync(this.path('sshd_config'), `${config.join('\n')}\n`);
  }

  /** The host key of now is known. */
  trust(): void {
    const [type, key] = readFileSync(this.path('host.pub'), 'utf8').split(' ');
    writeFileSync(this.path('known_hosts'), `board ${type} ${key}\n`);
  }

  /** Writes what ssh-keygen says of a key. */
  printFingerprint(key: string, file: string): void {
    writeFileSync(this.path(file), execFileSync('ssh-keygen', ['-l', '-f', this.path(`${key}.pub`)]));
  }

  /** Another configuration for ssh; later lines of the same option count less. */
  clientConfig(name: string, lines: readonly string[] = []): string {
    const config = [
      ...lines,
      'Host board',
      '  HostName 127.0.0.1',
      `  Port ${this.port}`,
      `  User ${this.user}`,
      '  HostKeyAlias board',
      `  IdentityFile ${this.path('client')}`,
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      `  UserKnownHostsFile ${this.path('known_hosts')}`,
      '  GlobalKnownHostsFile none',
      '  CheckHostIP no',
    ];
    writeFileSync(this.path(name), `${config.join('\n')}\n`);
    return this.path(name);
  }

  target(lines: readonly string[] = [], name = 'ssh_config'): Target {
    return { name: 'test', host: 'board', sudo: false, sshConfig: this.clientConfig(name, lines) };
  }

  async up(): Promise<void> {
    mkdirSync('/run/sshd', { recursive: true });
    chmodSync(this.path('host'), 0o600);
    const [program, ...words] = [...this.launcher, '/usr/sbin/sshd', '-D', '-e', '-f', this.path('sshd_config')];
    const child = spawn(program as string, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      let said = '';
      child.stderr?.on('data', (bytes: Buffer) => {
        said += String(bytes);
        if (said.includes('Server listening')) resolve();
      });
      child.once('exit', () => reject(new Error(said)));
    });
  }

  /** Processes of sessions, as sshd names them. */
  sessions(): number[] {
    return childrenOf(this.pid);
  }

  async stop(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    for (const pid of child?.pid === undefined ? [] : descendantsOf(child.pid)) kill(pid, 'SIGKILL');
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function childrenOf(pid: number): number[] {
  return processes()
    .filter(({ parent }) => parent === pid)
    .map((process) => process.pid);
}

export function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** What runs on this machine. */
export function processes(): { pid: number; parent: number; command: string }[] {
  const listed = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return listed.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match === null ? [] : [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? '' }];
  });
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
