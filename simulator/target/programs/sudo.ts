import type { ByteText } from '../byte-text.ts';
import { findProgram, startProgram } from '../kernel/execute.ts';
import { Killed, type Process } from '../kernel/process.ts';
import { complain, print } from '../kernel/streams.ts';
import { readArguments } from './arguments.ts';
import { childOf } from './children.ts';
import { userName } from './file-status.ts';
import { isListed, securePath } from './sudoers.ts';

/** `sudo -n COMMAND…`: without a password, or not at all. */
export async function sudo(process: Process, args: readonly ByteText[]): Promise<number> {
  const { flags, values, operands } = readArguments(
    args,
    ['-n', '-S', '-E', '-H', '-k', '-K', '-v', '-l', '-i', '-s', '--non-interactive', '--list', '--validate'],
    ['-u', '-p', '-g'],
    true,
  );
  const { options } = process.linux;
  const { user, faults } = options;
  const everything = process.actor.uid === 0 || (faults.sudo ?? (user.sudo ? 'allowed' : 'refused')) === 'allowed';
  const allowed = everything || isListed(process, operands);
  if (!allowed) {
    const asks = !(flags.has('-n') || flags.has('--non-interactive'));
    await complain(
      process,
      asks
        ? 'sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\nsudo: a password is required'
        : 'sudo: a password is required',
    );
    return 1;
  }
  if (flags.has('-v') || flags.has('--validate') || flags.has('-k') || flags.has('-K')) return 0;
  if (flags.has('-l') || flags.has('--list')) return listAllowed(process, operands);
  const rest = [...operands];
  const child = childOf(process, rest);
  const wanted = values.get('-u') ?? 'root';
  child.actor = wanted === 'root' ? { uid: 0, gid: 0 } : { uid: user.uid, gid: user.uid };
  if (!flags.has('-E')) {
    const kept = new Map([...process.environment].filter(([name]) => /^(LANG|LC_.*|TERM|LS_COLORS)$/.test(name)));
    child.environment = new Map([
      ...kept,
      ['HOME', wanted === 'root' ? '/root' : `/home/${user.name}`],
      ['USER', wanted],
      ['LOGNAME', wanted],
      ['SUDO_USER', user.name],
      ['PATH', securePath],
    ]);
  }
  while (rest[0] !== undefined && /^[A-Za-z_][A-Za-z0-9_]*=/.test(rest[0])) {
    const [name = '', ...value] = (rest.shift() as ByteText).split('=');
    child.environment.set(name, value.join('='));
  }
  if (rest.length === 0) {
    child.ended(0);
    await complain(process, 'usage: sudo -h | -K | -k | -V');
    return 1;
  }
  const found = startProgram(process, rest, child);
  if (found.kind === 'found') {
    const status = await process.wait(child.finished);
    // As its command ended, so does sudo.
    if (child.diedOf !== undefined) throw new Killed(child.diedOf);
    return status;
  }
  child.ended(1);
  await complain(process, `sudo: ${rest[0]}: command not found`);
  return 1;
}

async function listAllowed(process: Process, operands: readonly ByteText[]): Promise<number> {
  const { user, hostname } = process.linux.options;
  if (operands.length > 0) {
    const found = findProgram(process, operands[0] as ByteText, securePath);
    if (found.kind !== 'found') return 1;
    await print(process, `${[found.path, ...operands.slice(1)].join(' ')}\n`);
    return 0;
  }
  const name = userName(process, process.actor.uid === 0 ? 0 : user.uid);
  await print(
    process,
    `Matching Defaults entries for ${name} on ${hostname}:\n    env_reset, mail_badpass,\n    secure_path=/usr/local/sbin\\:/usr/local/bin\\:/usr/sbin\\:/usr/bin\\:/sbin\\:/bin,\n    use_pty\n\nUser ${name} may run the following commands on ${hostname}:\n    (ALL) NOPASSWD: ALL\n`,
  );
  return 0;
}
