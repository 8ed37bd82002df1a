import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { SimulatedTarget } from '../target/target.ts';
import { BoardError } from './board-error.ts';
import { BoardFolder, boardAlias } from './board-folder.ts';
import { forwarderPath } from './forwarder-path.ts';
import { serveSession } from './session.ts';
import { type Logins, sshConfig, sshdConfig } from './ssh-files.ts';
import { findSshd, Sshd, sshdTakes } from './sshd.ts';

/** Ports that systems do not hand out to clients by themselves: the board's port is still free after a power cycle. */
const ports = { from: 20_000, below: 32_000 } as const;
const portTries = 50;
/** The path of a socket has 104 bytes on macOS, 108 on Linux. */
const longestSocketPath = 100;

export interface ServeOptions {
  /** Absolute path of the folder for keys, configurations and the socket; made where it is missing. */
  readonly folder: string;
  /** Default: true. */
  readonly sftp?: boolean;
  /** Home directory of the login on the target: where sftp begins. */
  readonly home?: string;
  /** Milliseconds from power on until sshd answers. */
  readonly bootTime?: number;
  /** For tests: another account of this machine, or one that sshd sees only through `launcher`. */
  readonly logins?: Partial<Logins>;
  /** For tests: a program and arguments that start sshd. */
  readonly launcher?: readonly string[];
}

/** A target behind a real sshd on 127.0.0.1. */
export interface ServedTarget {
  readonly target: SimulatedTarget;
  readonly folder: string;
  /** The host in `sshConfig`. */
  readonly host: string;
  /** Absolute path for `ssh -F`. */
  readonly sshConfig: string;
  readonly port: number;
  readonly paths: BoardFolder;
  /** Off, and on again after `bootTime`; resolves once it answers. */
  powerCycle(): Promise<void>;
  /** Resolves when sshd has followed the target's power: stands still, is gone, or answers again. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Serves a target. Throws a BoardError that names the remedy. */
export async function serveTarget(target: SimulatedTarget, options: ServeOptions): Promise<ServedTarget> {
  const sshd = findSshd();
  const paths = new BoardFolder(options.folder);
  paths.prepare();
  const socketPath = await claimSocket(paths);
  const logins: Logins = { user: userInfo().username, password: false, passwordOnly: false, ...options.logins };
  const sftpCommand = options.sftp === false ? undefined : `jailhouse-simulated-sftp-${randomBytes(8).toString('hex')}`;
  const readyCommand = `jailhouse-simulated-ready-${randomBytes(8).toString('hex')}`;
  const forcedCommand = ['exec', process.execPath, forwarderPath(), socketPath];
  const sourcePenalties = sshdTakes(sshd, 'PerSourcePenalties=no');

  const server = createServer({ allowHalfOpen: true }, (socket) =>
    serveSession(socket, { target, sftpCommand, readyCommand, ...(options.home !== undefined && { home: options.home }) }),
  );
  await listen(server, socketPath);
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  let running: Sshd | undefined;
  let stopped = false;
  let failure: unknown;
  let chain: Promise<void> = Promise.resolve();
  const next = (work: () => Promise<void> | void) => {
    chain = chain.then(work).catch((error: unknown) => {
      failure = error;
    });
  };
  async function boot(port: number): Promise<'up' | 'port-taken'> {
    paths.write(paths.sshdConfig, sshdConfig({ folder: paths, port, logins, forcedCommand, sftpCommand, sourcePenalties }));
    const started = await Sshd.start(sshd, paths.sshdConfig, paths.log, port, options.launcher);
    if (started === 'port-taken') return started;
    running = started;
    return 'up';
  }
  async function halt(): Promise<void> {
    await running?.kill();
    running = undefined;
    for (const socket of sockets) socket.destroy();
  }
  async function close(): Promise<void> {
    await halt();
    await new Promise((resolve) => server.close(resolve));
    rmSync(socketPath, { force: true });
    if (dirname(socketPath) !== paths.path) rmSync(dirname(socketPath), { recursive: true, force: true });
  }

  let port = 0;
  try {
    port = await bootSomewhere(lastPort(paths), boot);
    paths.write(paths.record, `${JSON.stringify({ port })}\n`);
    paths.write(paths.sshConfig, sshConfig(paths, port, logins));
    if (!logins.passwordOnly && options.launcher === undefined) await tryLogin(paths, readyCommand);
  } catch (error) {
    await close();
    throw error;
  }

  target.onPower((power) => {
    next(async () => {
      if (stopped) return;
      if (power === 'frozen') {
        running?.freeze();
        return;
      }
      await halt();
      if (power === 'off') return;
      await new Promise((resolve) => setTimeout(resolve, options.bootTime ?? 2000));
      if (stopped || target.power !== 'up' || running !== undefined) return;
      if ((await boot(port)) === 'port-taken') throw new BoardError(`port ${port} was taken by another program while the board was off.`);
    });
  });

  const settled = async () => {
    let seen: Promise<void> | undefined;
    while (seen !== chain) {
      seen = chain;
      await seen;
    }
    if (failure !== undefined) throw failure;
  };
  return {
    target,
    folder: paths.path,
    host: boardAlias,
    sshConfig: paths.sshConfig,
    port,
    paths,
    settled,
    powerCycle: async () => {
      target.powerCycle();
      await settled();
    },
    stop: async () => {
      if (stopped) return;
      stopped = true;
      await chain;
      await close();
    },
  };
}

/** The socket between the sessions and this process; it also keeps two boards out of one folder. */
async function claimSocket(paths: BoardFolder): Promise<string> {
  const own = join(paths.path, 'socket');
  if (Buffer.byteLength(own) > longestSocketPath) return join(mkdtempSync(join(tmpdir(), 'jailhouse-board-')), 'socket');
  const taken = await new Promise<boolean>((resolve) => {
    const socket = connect(own);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  if (taken) throw new BoardError(`a simulated board runs in ${paths.path} already: use it, stop it, or choose another folder.`);
  rmSync(own, { force: true });
  return own;
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new BoardError(`cannot listen on ${path}: ${error.message}`)));
    server.listen(path, resolve);
  });
}

/** The port of the last run first, so that what people noted down stays right. */
async function bootSomewhere(last: number | undefined, boot: (port: number) => Promise<'up' | 'port-taken'>): Promise<number> {
  for (let tries = 0; tries < portTries; tries++) {
    const port = tries === 0 && last !== undefined ? last : ports.from + Math.floor(Math.random() * (ports.below - ports.from));
    if ((await boot(port)) === 'up') return port;
  }
  throw new BoardError(`no port between ${ports.from} and ${ports.below} of 127.0.0.1 is free.`);
}

function lastPort(paths: BoardFolder): number | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(paths.record, 'utf8'));
    const port = typeof record === 'object' && record !== null && 'port' in record ? record.port : undefined;
    return typeof port === 'number' && port >= ports.from && port < ports.below ? port : undefined;
  } catch {
    return undefined;
  }
}

/** Logs in once: an account that sshd refuses is told now and not at the first deploy. */
async function tryLogin(paths: BoardFolder, command: string): Promise<void> {
  const client = spawn('ssh', ['-F', paths.sshConfig, '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=20', boardAlias, command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  client.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    client.on('error', () => reject(new BoardError('ssh is missing. On Debian: sudo apt install openssh-client openssh-server.')));
    client.on('close', resolve);
  });
  if (status === 0) return;
  const log = readFileSync(paths.log, 'utf8');
  if (/account is locked/.test(log)) {
    throw new BoardError(
      `sshd lets nobody into the account "${userInfo().username}", which is locked. Start the simulated board as another user.`,
    );
  }
  if (/not allowed because shell/.test(log) || /This account is currently not available/.test(text)) {
    throw new BoardError(
      `the account "${userInfo().username}" has no login shell, which sshd needs. Start the simulated board as another user.`,
    );
  }
  throw new BoardError(
    `logging in to the simulated board fails: ${text.trim() || `ssh ended with status ${status}`}. ${paths.log} may say why.`,
  );
}
