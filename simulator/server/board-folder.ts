import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BoardError } from './board-error.ts';

/** The name of the board in its ssh configuration. */
export const boardAlias = 'jailhouse-simulated';

/** The files of a served board. All lie in its folder, for their owner only. */
export class BoardFolder {
  readonly hostKey: string;
  readonly identity: string;
  readonly authorizedKeys: string;
  readonly knownHosts: string;
  readonly sshdConfig: string;
  readonly sshConfig: string;
  readonly log: string;
  /** Who serves it, and where; see `BoardRecord`. */
  readonly record: string;

  constructor(readonly path: string) {
    // sshd and ssh split quoted words of their configurations at these, and put variables in.
    const bad = /["\\\n\r]|\$\{/.exec(path)?.[0];
    if (bad !== undefined) {
      throw new BoardError(`the folder of the simulated board cannot have ${JSON.stringify(bad)} in its path; choose another one.`);
    }
    this.hostKey = join(path, 'host_key');
    this.identity = join(path, 'identity');
    this.authorizedKeys = join(path, 'authorized_keys');
    this.knownHosts = join(path, 'known_hosts');
    this.sshdConfig = join(path, 'sshd_config');
    this.sshConfig = join(path, 'ssh_config');
    this.log = join(path, 'sshd.log');
    this.record = join(path, 'board.json');
  }

  /** Makes the folder and the keys that are not there yet: the keys of a board stay the same from run to run. */
  prepare(): void {
    makeFolder(this.path);
    const { uid } = statSync(this.path);
    const user = process.getuid?.();
    if (user !== undefined && uid !== user) throw new BoardError(`${this.path} belongs to another user; choose another folder.`);
    chmodSync(this.path, 0o700);
    for (const key of [this.hostKey, this.identity]) makeKey(key);
    const hostKey = publicKey(this.hostKey);
    this.write(this.authorizedKeys, `${publicKey(this.identity)}\n`);
    this.write(this.knownHosts, `${boardAlias} ${hostKey}\n`);
  }

  write(path: string, text: string): void {
    writeFileSync(path, text, { mode: 0o600 });
    chmodSync(path, 0o600);
  }
}

/** One folder after the other: Node's own `recursive` goes round for ever where a folder cannot be made, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code !== 'EEXIST') throw new BoardError(`the folder ${path} cannot be made (${code}); choose another one.`);
  }
}

/** Type and key, without the comment. */
function publicKey(path: string): string {
  return readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ').trim();
}

function makeKey(path: string): void {
  if (existsSync(path) && existsSync(`${path}.pub`)) return;
  // Half of a pair is of no use, and ssh-keygen would ask whether to replace it.
  for (const half of [path, `${path}.pub`]) rmSync(half, { force: true });
  const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', boardAlias, '-f', path], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (made.error !== undefined) throw new BoardError('ssh-keygen is missing. On Debian: sudo apt install openssh-client openssh-server.');
  if (made.status !== 0) throw new BoardError(`ssh-keygen made no key: ${made.stderr.toString().trim()}`);
}
