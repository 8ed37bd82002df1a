import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServedTarget } from '@jailhouse-cells/simulator/server/serve-target.ts';
import type { SimulatedTarget } from '@jailhouse-cells/simulator/target/target.ts';
import { serve, testFolder } from './ssh-client.ts';

/** The account of the board, which exists in the eyes of its sshd only. */
export const passwordUser = 'board';
export const rightPassword = 'right pass "word" $1';
/** `openssl passwd -6 -salt jailhousecells` of it. */
const hash = '$6$jailhousecells$Br9DqbFhH8wYJ3RusZJ5ZU18oA2AODLZe9wLqYoPj448s/qdfsKmscOZg1SkAWVcJHriA6GH5Y0awvPCmDb1G1';

/**
 * A board whose sshd takes a password. No account of the machine changes: sshd sees copies of /etc/passwd and /etc/shadow with one more account, in a mount
 * namespace of its own. Throws where that is not possible; the message says what is missing.
 */
export async function servePasswordBoard(
  target: SimulatedTarget,
  options: { readonly passwordOnly?: boolean } = {},
): Promise<ServedTarget> {
  const folder = testFolder();
  const passwd = join(folder, 'passwd');
  const shadow = join(folder, 'shadow');
  if (process.getuid?.() !== 0)
    throw new Error('the board with a password needs root, which may read /etc/shadow and make a mount namespace');
  // The same user id as this process: its sessions have to reach the board's socket.
  writeFileSync(passwd, `${readFileSync('/etc/passwd', 'utf8')}${passwordUser}:x:0:0:simulated board:/:/bin/sh\n`);
  writeFileSync(shadow, `${readFileSync('/etc/shadow', 'utf8')}${passwordUser}:${hash}:20000:0:99999:7:::\n`);
  chmodSync(passwd, 0o644);
  chmodSync(shadow, 0o600);
  const mounts = 'mount --bind "$1" /etc/passwd && mount --bind "$2" /etc/shadow && shift 2 && exec "$@"';
  const launcher = ['unshare', '--mount', '--propagation', 'private', '/bin/sh', '-c', mounts, 'sh', passwd, shadow];
  const [program = '', ...words] = [...launcher, '/bin/true'];
  const tried = spawnSync(program, words, { encoding: 'utf8' });
  if (tried.status !== 0) {
    throw new Error(`the board with a password needs a mount namespace (CAP_SYS_ADMIN): ${tried.error?.message ?? tried.stderr.trim()}`);
  }
  return serve(target, { launcher, logins: { user: passwordUser, password: true, passwordOnly: options.passwordOnly ?? false } });
}
