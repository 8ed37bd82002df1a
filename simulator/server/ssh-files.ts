import { type BoardFolder, boardAlias } from './board-folder.ts';

/** How people log in on the board's sshd. */
export interface Logins {
  /** Account of this machine that sshd checks. */
  readonly user: string;
  /** Passwords of that account are taken, too. */
  readonly password: boolean;
  /** Only a password is taken: no key of the folder. */
  readonly passwordOnly: boolean;
}

export interface SshdFileOptions {
  readonly folder: BoardFolder;
  readonly port: number;
  readonly logins: Logins;
  /** Program and arguments that run for every session. */
  readonly forcedCommand: readonly string[];
  /** Undefined: no sftp. */
  readonly sftpCommand: string | undefined;
  /** OpenSSH 9.8 and later would lock out this machine after a wrong password. */
  readonly sourcePenalties: boolean;
}

/** sshd's configuration: reachable from this machine only, and every session is the forwarder. */
export function sshdConfig(options: SshdFileOptions): string {
  const { folder, logins } = options;
  return lines([
    '# Made for the simulated board of Jailhouse Cells at each start.',
    `Port ${options.port}`,
    'AddressFamily inet',
    'ListenAddress 127.0.0.1',
    // Of the paths in here, this one takes no tokens.
    `HostKey "${folder.hostKey}"`,
    'PidFile none',
    `AuthorizedKeysFile ${quoted(folder.authorizedKeys)}`,
    `AllowUsers ${logins.user}`,
    `PubkeyAuthentication ${yes(!logins.passwordOnly)}`,
    `PasswordAuthentication ${yes(logins.password || logins.passwordOnly)}`,
    'KbdInteractiveAuthentication no',
    'HostbasedAuthentication no',
    `PermitRootLogin ${logins.password || logins.passwordOnly ? 'yes' : 'prohibit-password'}`,
    'UsePAM no',
    // The folder may lie below one that others can write to, as /tmp is.
    'StrictModes no',
    `ForceCommand ${options.forcedCommand.map(shellQuoted).join(' ')}`,
    options.sftpCommand === undefined ? undefined : `Subsystem sftp ${options.sftpCommand}`,
    'AcceptEnv LANG LC_*',
    // SHLVL: bash reads the .bashrc of an account in every ssh session unless it takes itself for a shell in a shell.
    'SetEnv SHLVL=2 ELECTRON_RUN_AS_NODE=1',
    'PermitTTY yes',
    'PermitUserRC no',
    'PermitUserEnvironment no',
    'DisableForwarding yes',
    'PrintMotd no',
    'PrintLastLog no',
    'UseDNS no',
    'MaxStartups 200',
    'MaxSessions 200',
    'MaxAuthTries 6',
    options.sourcePenalties ? 'PerSourcePenalties no' : undefined,
  ]);
}

/** ssh's configuration for `ssh -F`: the board by its alias, with its host key known. */
export function sshConfig(folder: BoardFolder, port: number, logins: Logins): string {
  return lines([
    '# Made for the simulated board of Jailhouse Cells at each start. No hardware is behind it.',
    `Host ${boardAlias}`,
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    `  User ${logins.user}`,
    `  HostKeyAlias ${boardAlias}`,
    ...(logins.passwordOnly ? ['  PubkeyAuthentication no'] : [`  IdentityFile ${quoted(folder.identity)}`, '  IdentitiesOnly yes']),
    '  IdentityAgent none',
    `  PreferredAuthentications ${logins.passwordOnly ? 'password' : logins.password ? 'publickey,password' : 'publickey'}`,
    `  UserKnownHostsFile ${quoted(folder.knownHosts)}`,
    '  GlobalKnownHostsFile none',
    '  StrictHostKeyChecking yes',
    '  UpdateHostKeys no',
    '  CheckHostIP no',
  ]);
}

function lines(all: readonly (string | undefined)[]): string {
  return `${all.filter((line) => line !== undefined).join('\n')}\n`;
}

const yes = (value: boolean) => (value ? 'yes' : 'no');

/** A path in a configuration of OpenSSH; `%` begins a token there. BoardFolder refuses what cannot be written. */
function quoted(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}

/** A word for the login shell of the account, of whichever kind it is. */
function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
