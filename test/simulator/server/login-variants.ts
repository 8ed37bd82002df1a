import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServedTarget } from '@jailhouse-cells/simulator/server/serve-target.ts';

/** An ssh configuration for the same board with one line replaced; gives its path. */
function variant(served: ServedTarget, name: string, line: RegExp, replacement: string): string {
  const text = readFileSync(served.sshConfig, 'utf8');
  if (!line.test(text)) throw new Error(`the board's ssh configuration has no line like ${line}`);
  const path = join(served.folder, `ssh_config.${name}`);
  writeFileSync(
    path,
    text.replace(line, () => replacement),
  );
  return path;
}

function makeKey(path: string, passphrase = ''): void {
  rmSync(path, { force: true });
  const { status } = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path], { stdio: 'ignore' });
  if (status !== 0) throw new Error('ssh-keygen made no key');
}

function withKnownHosts(served: ServedTarget, name: string, text: string): string {
  const path = join(served.folder, `known_hosts.${name}`);
  writeFileSync(path, text);
  const hosts = variant(served, name, / {2}UserKnownHostsFile .*/, `  UserKnownHostsFile "${path}"`);
  return hosts;
}

/** The client has never seen the board's key. */
export function unknownHostKey(served: ServedTarget): string {
  return withKnownHosts(served, 'unknown', '');
}

/** The client knows another key for the board. */
export function otherHostKey(served: ServedTarget): string {
  const path = join(served.folder, 'other_host_key');
  makeKey(path);
  const [type, key] = readFileSync(`${path}.pub`, 'utf8').split(' ');
  return withKnownHosts(served, 'other', `${served.host} ${type} ${key}\n`);
}

/** The board has a new key after a power cycle: `served.sshConfig` still tells of the old one. */
export async function changeHostKey(served: ServedTarget): Promise<void> {
  makeKey(served.paths.hostKey);
  await served.powerCycle();
}

/** The board takes a key that is protected by a passphrase. */
export function protectedIdentity(served: ServedTarget, passphrase: string): string {
  const path = join(served.folder, 'protected');
  makeKey(path, passphrase);
  appendFileSync(served.paths.authorizedKeys, readFileSync(`${path}.pub`));
  return variant(served, 'protected', / {2}IdentityFile .*/, `  IdentityFile "${path}"`);
}

/** The client has a key that the board does not take. */
export function strangeIdentity(served: ServedTarget): string {
  const path = join(served.folder, 'strange');
  makeKey(path);
  return variant(served, 'strange', / {2}IdentityFile .*/, `  IdentityFile "${path}"`);
}

/** A program for SSH_ASKPASS that answers with these, one after the other, and writes down what it was asked; then it declines. */
export function askpass(
  served: ServedTarget,
  answers: readonly string[],
): { readonly env: NodeJS.ProcessEnv; readonly asked: () => string[] } {
  const path = join(served.folder, 'askpass');
  const log = join(served.folder, 'asked');
  const left = join(served.folder, 'answers');
  writeFileSync(log, '');
  writeFileSync(left, answers.map((answer) => `${answer}\n`).join(''));
  const script = [
    '#!/bin/sh',
    'here=${0%/*}',
    'printf "%s\\n" "$1" >>"$here/asked"',
    'IFS= read -r answer <"$here/answers" || exit 1',
    'tail -n +2 "$here/answers" >"$here/answers.rest" && mv "$here/answers.rest" "$here/answers"',
    'printf "%s\\n" "$answer"',
  ];
  writeFileSync(path, `${script.join('\n')}\n`, { mode: 0o700 });
  return {
    env: { SSH_ASKPASS: path, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' },
    asked: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
  };
}
