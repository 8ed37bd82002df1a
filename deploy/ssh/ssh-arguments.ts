import type { Target } from '../target.ts';

export interface SshMode {
  /** Never asks: what needs an answer fails. */
  readonly batch: boolean;
  /** Socket of the shared connection; undefined: a connection of its own. */
  readonly masterSocket: string | undefined;
  /** Seconds to connect in. */
  readonly connectTimeout: number;
  /** Seconds for which a shared connection outlives its last user. */
  readonly persist: number;
  /** Prompts of the server's own choice are taken (keyboard-interactive). */
  readonly serverPrompts: boolean;
}

/**
 * ssh's arguments in front of the remote command. User, identities, jump hosts, host name and known hosts stay the business of the user's
 * configuration; host keys are always checked, stricter than it may say.
 */
export function sshArguments(target: Target, mode: SshMode): string[] {
  const options = [
    `BatchMode=${mode.batch ? 'yes' : 'no'}`,
    `StrictHostKeyChecking=${mode.batch ? 'yes' : 'ask'}`,
    `ConnectTimeout=${mode.connectTimeout}`,
    // A frozen board is noticed after 10 to 15 s.
    'ServerAliveInterval=5',
    'ServerAliveCountMax=2',
    'ClearAllForwardings=yes',
    'RemoteCommand=none',
    'RequestTTY=no',
    // Less would hide why a connection closed, more would print debugging lines between.
    'LogLevel=INFO',
    ...(mode.serverPrompts ? [] : ['KbdInteractiveAuthentication=no']),
    ...(mode.masterSocket === undefined
      ? ['ControlMaster=no', 'ControlPath=none']
      : ['ControlMaster=auto', `ControlPath=${configPath(mode.masterSocket)}`, `ControlPersist=${mode.persist}`]),
  ];
  return [
    ...(target.sshConfig === undefined ? [] : ['-F', target.sshConfig]),
    ...options.flatMap((option) => ['-o', option]),
    ...['-T', '-a', '-x'],
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    '--',
    target.host,
  ];
}

/** Ends the shared connection. */
export function exitArguments(target: Target, masterSocket: string): string[] {
  const config = target.sshConfig === undefined ? [] : ['-F', target.sshConfig];
  return [...config, '-o', `ControlPath=${configPath(masterSocket)}`, '-O', 'exit', '--', target.host];
}

/** A path as a value of OpenSSH's configuration: `%` begins a token there, and a space ends a word. */
function configPath(path: string): string {
  const escaped = path.replaceAll('%', '%%');
  return /\s/.test(escaped) ? `"${escaped}"` : escaped;
}
