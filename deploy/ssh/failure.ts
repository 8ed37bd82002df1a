import type { NoAnswerReason } from './connection.ts';
import { printable } from './printable.ts';

export interface Failure {
  readonly reason: NoAnswerReason;
  readonly message: string;
}

export interface FailureContext {
  /** The target as messages name it: `board (pi@board.local)`. */
  readonly where: string;
  /** The script had begun on the target. */
  readonly began: boolean;
  /** It went over a shared connection that was up. */
  readonly viaMaster: boolean;
  /** Secrets that were given. */
  readonly secrets: number;
  /** Seconds that ssh waits for a connection. */
  readonly connectTimeout: number;
}

/** The jump host or proxy command gave up: ssh has no address for it. */
export const wayFailed = /\bUNKNOWN port \d+/;

type Rule = readonly [RegExp, (match: RegExpExecArray, context: FailureContext, said: string) => Failure | undefined];

/**
 * What OpenSSH's words about a failed connection mean. They are those of its client from 7.6 to 9.9 in the C locale (ssh.c, sshconnect.c,
 * sshconnect2.c, packet.c, readconf.c, mux.c). The first that fits wins.
 */
export function failureOf(said: string, context: FailureContext): Failure {
  const text = printable(said);
  if (!context.began) {
    for (const [pattern, meaning] of rules) {
      const match = pattern.exec(text);
      const failure = match && meaning(match, context, text);
      if (failure) return failure;
    }
  }
  const words = lastWords(text);
  if (context.began) return { reason: 'lost', message: `The connection to ${context.where} was lost while the command ran${told(words)}` };
  if (context.viaMaster)
    return { reason: 'lost', message: `The connection to ${context.where} was lost before the command began${told(words)}` };
  return { reason: 'unreachable', message: `ssh found no way to ${context.where}${told(words)}` };
}

const unreachable = (context: FailureContext, why: string): Failure => ({
  reason: 'unreachable',
  message: `${context.where} cannot be reached: ${why}`,
});

const rules: readonly Rule[] = [
  [/^command-line:? line \d+: .*$/m, configuration],
  [/^\S.* line \d+: .*$(?=[\s\S]*^.*terminating, \d+ bad configuration options)/m, configuration],
  [/^.*(?:terminating, \d+ bad configuration options|Bad owner or permissions on|Can't open user config file).*$/m, configuration],
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/, changedKey],
  [/^Host key for (.*) has changed/m, changedKey],
  [
    /REVOKED HOST KEY DETECTED|marked as revoked/,
    (_, { where }, said) => ({
      reason: 'host-key-changed',
      message: `The host key of ${where} is marked as revoked${told(lineWith(said, /revoked/i))} Somebody may stand between; nothing was sent.`,
    }),
  ],
  [
    /No .* host key is known for (.*) and you have requested strict checking|^Host key verification failed/m,
    ([, host], { where }, said) => ({
      reason: 'host-key-unknown',
      message: `The host key of ${host ?? (wayFailed.test(said) ? `a host on the way to ${where}` : where)} is not known yet. Connect once by hand with ssh and compare the fingerprint, or add the key to known_hosts.`,
    }),
  ],
  [
    /Could not resolve hostname ([^:]*): (.*)/,
    ([, host, why], { where }) => ({
      reason: 'unknown-host',
      message: `No address is known for "${host}" (${why}), the host of ${where}. Is the name right, the board on, and in the same network?`,
    }),
  ],
  [/Too many authentication failures/, tooManyKeys],
  [/^(?:(\S+@[^:\s]+|[^:\s]+): )?Permission denied \(([^)]*)\)/m, denied],
  [/No supported authentication methods|No more authentication methods/i, denied],
  [/^.*(?:Unable to negotiate with|no matching (?:host key type|key exchange method|cipher|MAC) found).*$/im, agreement],
  [/timed out during banner exchange|banner exchange: .*timed out/, bannerTimeout],
  [/(?:Connection|Operation) timed out|connect to host .*: .*timed out/i, connectTimeout],
  [/connect to (?:host|address) .*: (Connection refused)/i, refused],
  [
    /(?:connect to (?:host|address) \S+ .*|socket): (No route to host|Network is unreachable|Host is down|Network is down)/i,
    ([, why], context) => unreachable(context, `${lower(why)}. Is the board on, and in the same network?`),
  ],
  [
    /connect to (?:host|address) (?:\S+) port \d+: (.*)/i,
    ([, why], context) => unreachable(context, `${(why ?? '').trim().replace(/\.$/, '')}.`),
  ],
  [
    /Bad remote protocol version|banner line contains invalid|banner exchange: Connection .*invalid format/i,
    (_, context) => unreachable(context, 'what answers at this port is no ssh server.'),
  ],
  [/^kex_exchange_identification: |^ssh_exchange_identification: |^banner exchange: |\bUNKNOWN port \d+/m, closedEarly],
  [
    /Connection (?:closed|reset) by|Connection to .* closed by remote host|Connection reset by peer|Broken pipe|not responding|Control master terminated/i,
    (match, { where }) => ({ reason: 'lost', message: `The connection to ${where} was lost before the command began: ${match[0]}.` }),
  ],
];

function configuration(match: RegExpExecArray): Failure {
  const line = match[0].trim().replace(/\.$/, '');
  const ours = /^command-line/i.test(line);
  const remedy = ours ? 'This ssh is too old, or its command line is not OpenSSH: version 7.6 or newer is needed.' : 'Correct that line.';
  return { reason: 'misconfigured', message: `ssh does not take its configuration: ${line}. ${remedy}` };
}

function changedKey(_: RegExpExecArray, { where }: FailureContext, said: string): Failure {
  const host = /^Host key for (.*) has changed/m.exec(said)?.[1] ?? /ssh-keygen .*-R ["']?([^"'\s]+)/.exec(said)?.[1];
  const offending = /^Offending .*key in (.*):(\d+)\s*$/m.exec(said);
  const file = offending?.[1];
  const place = offending === null ? '' : ` The key that was known stands in ${file}:${offending[2]}.`;
  const fingerprint = /\b(SHA256:[\w+/=]+)/.exec(said)?.[1];
  const now = fingerprint === undefined ? '' : ` Its key is ${fingerprint} now.`;
  const option = file === undefined ? '' : ` -f '${file}'`;
  const remedy = host === undefined ? 'ssh-keygen -R HOST' : `ssh-keygen${option} -R '${host}'`;
  return {
    reason: 'host-key-changed',
    message: `The host key of ${where} has changed: another machine answers, or the board was set up anew. Nothing was sent.${now}${place} If you know why, forget the old key: ${remedy}`,
  };
}

function tooManyKeys(_: RegExpExecArray, { where }: FailureContext): Failure {
  return {
    reason: 'authentication',
    message: `${where} refused the login after too many keys of the agent. Name the right one in your ssh configuration: IdentityFile, and IdentitiesOnly yes.`,
  };
}

function denied(match: RegExpExecArray, { where, secrets }: FailureContext, said: string): Failure {
  const who = wayFailed.test(said) && match[1] !== undefined ? `${match[1]}, on the way to ${where},` : where;
  const methods = match[2] === undefined ? '' : ` It takes ${match[2].split(',').join(', ')}.`;
  const key = lineWith(said, /UNPROTECTED PRIVATE KEY|bad permissions|Load key .*:|sign_and_send_pubkey|agent refused/i);
  const detail = key === '' ? '' : ` ssh says: ${key}`;
  if (secrets > 0) {
    return {
      reason: 'authentication',
      message: `${who} refused the login after ${answers(secrets)}: wrong password or passphrase.${methods}${detail}`,
    };
  }
  const remedy = /publickey/.test(match[2] ?? 'publickey')
    ? ' Add your public key there (ssh-copy-id), or load the key into the agent (ssh-add).'
    : '';
  return { reason: 'authentication', message: `${who} refused the login: no key that ssh offers is taken.${methods}${detail}${remedy}` };
}

function answers(count: number): string {
  return count === 1 ? 'one answer' : `${count} answers`;
}

function agreement(match: RegExpExecArray, { where }: FailureContext): Failure {
  return { reason: 'misconfigured', message: `ssh and ${where} do not agree on how to talk: ${match[0].trim()}` };
}

function bannerTimeout(_: RegExpExecArray, context: FailureContext): Failure {
  return unreachable(context, 'it takes connections, but its ssh server does not speak. The board may be frozen.');
}

function connectTimeout(_: RegExpExecArray, context: FailureContext): Failure {
  return unreachable(context, `no answer within ${context.connectTimeout} s. Is the board on, and in the same network?`);
}

function refused(_: RegExpExecArray, context: FailureContext): Failure {
  return unreachable(context, 'connection refused. No ssh server listens at this port: is it on, and the port right?');
}

function closedEarly(_: RegExpExecArray, context: FailureContext, said: string): Failure {
  if (context.secrets > 0 && wayFailed.test(said)) {
    return { reason: 'authentication', message: `The way to ${context.where} failed after ${answers(context.secrets)}: was it right?` };
  }
  const words = lineWith(said, /^(?!kex_exchange|ssh_exchange|banner exchange|Connection (?:closed|reset)|mux_).+/);
  const why = wayFailed.test(said) ? 'the way over the jump host or proxy command failed' : 'the connection was closed before a login';
  return unreachable(context, `${why}${told(words)}`);
}

/** Lines of ssh that say nothing of a cause. */
const chatter = /^(?:Warning: Permanently added|Shared connection|debug\d:|\*\*|@+$)/;

function lastWords(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '' && !chatter.test(line)) ?? '';
}

function lineWith(said: string, pattern: RegExp): string {
  return (
    said
      .split('\n')
      .find((line) => pattern.test(line))
      ?.replaceAll('@', '')
      .trim() ?? ''
  );
}

function told(words: string): string {
  return words === '' ? '.' : `: ${words.replace(/\.$/, '')}.`;
}

function lower(text: string | undefined): string {
  return text === undefined ? '' : text.charAt(0).toLowerCase() + text.slice(1);
}
