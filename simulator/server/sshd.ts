import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, closeSync, constants, mkdirSync, openSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { delimiter, join } from 'node:path';
import { BoardError } from './board-error.ts';
import { signalTree } from './process-tree.ts';

/** Milliseconds that sshd gets to listen: a loaded machine may need them, others some 20. */
const startLimit = 20_000;

/** Where sshd is when the PATH of a user does not say it. */
const folders = ['/usr/sbin', '/usr/local/sbin', '/sbin', '/opt/homebrew/sbin', '/run/current-system/sw/bin'];

/** The absolute path of sshd: it starts itself again for each connection, and insists on it. */
export function findSshd(): string {
  if (process.platform === 'win32') throw new BoardError('the simulated board needs an sshd of Linux or macOS; start it in WSL.');
  for (const folder of [...folders, ...(process.env.PATH ?? '').split(delimiter)]) {
    if (!folder.startsWith('/')) continue;
    const file = join(folder, 'sshd');
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  throw new BoardError('sshd is missing, which serves the simulated board. On Debian: sudo apt install openssh-server.');
}

/** Whether this sshd knows an option of its configuration. */
export function sshdTakes(sshd: string, option: string): boolean {
  const tried = spawnSync(sshd, ['-T', '-f', '/dev/null', '-o', option], { encoding: 'utf8' });
  return !/bad configuration option/i.test(tried.stderr);
}

/** One run of sshd, with its sessions. */
export class Sshd {
  private constructor(
    private readonly child: ChildProcess,
    private readonly watchdog: ChildProcess | undefined,
    private readonly pid: number,
  ) {}

  /** Resolves once it listens. `launcher` is put before the command, for tests. */
  static async start(
    sshd: string,
    config: string,
    log: string,
    port: number,
    launcher: readonly string[] = [],
  ): Promise<Sshd | 'port-taken'> {
    if (process.getuid?.() === 0) preparePrivilegeSeparation();
    const [program, ...words] = [...launcher, sshd, '-D', '-e', '-f', config];
    const logFile = openSync(log, 'w', 0o600);
    const logged = () => readFileSync(log, 'utf8').trim();
    // In a group of its own: Ctrl-C in a terminal is for this process alone, which stops the board in order.
    const child = spawn(program as string, words, {
      stdio: ['ignore', logFile, logFile],
      cwd: '/',
      env: sshdEnvironment(),
      detached: true,
    });
    closeSync(logFile);
    const ended = new Promise<string>((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('exit', () => resolve(logged()));
    });
    for (const until = Date.now() + startLimit; ; ) {
      const failed = await Promise.race([ended, delay(10).then(() => undefined)]);
      if (failed !== undefined) {
        if (/Address already in use/.test(failed)) return 'port-taken';
        throw new BoardError(`sshd does not start: ${failed === '' ? 'it gives no reason' : failed}`);
      }
      if (logged().includes(`Server listening on 127.0.0.1 port ${port}`)) break;
      if (Date.now() > until) {
        child.kill('SIGKILL');
        throw new BoardError(`sshd does not listen on port ${port} of 127.0.0.1; ${log} may say why.`);
      }
    }
    return new Sshd(child, child.pid === undefined ? undefined : watchdogFor(child.pid), child.pid ?? 0);
  }

  /** Listener and sessions stand still: connections are taken by the kernel and never answered. */
  freeze(): void {
    signalTree(this.pid, 'SIGSTOP');
  }

  /** Ends the listener and all sessions at once, as a power cut would. */
  async kill(): Promise<void> {
    this.watchdog?.kill('SIGKILL');
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    // Nobody is born while all stand still.
    signalTree(this.pid, 'SIGSTOP');
    signalTree(this.pid, 'SIGKILL');
    await ended;
  }
}

const afterUs =
  'cat >/dev/null; kill -STOP "$1"; ps -A -o pid=,ppid= | while read pid parent; do [ "$parent" != "$1" ] || kill -KILL "$pid"; done; kill -KILL "$1"';

/** Ends sshd when this process is killed without a chance to do it. */
function watchdogFor(pid: number): ChildProcess | undefined {
  const watchdog = spawn('/bin/sh', ['-c', afterUs, 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  watchdog.on('error', () => undefined);
  watchdog.stdin.on('error', () => undefined);
  watchdog.unref();
  (watchdog.stdin as Socket).unref();
  return watchdog;
}

/** An sshd that root starts changes into this empty folder before it knows who is there; systemd makes it only for the system's own sshd. */
function preparePrivilegeSeparation(): void {
  try {
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  } catch {
    // sshd says what it misses.
  }
}

/** Variables of ours would reach the sessions. */
function sshdEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', ...(process.env.HOME && { HOME: process.env.HOME }) };
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
