import type { Target } from '../target.ts';
import type { Askpass } from './askpass.ts';
import type { NoAnswerReason, RemoteAnswer, RemoteScript } from './connection.ts';
import type { Deadline } from './deadline.ts';
import { type Failure, failureOf, wayFailed } from './failure.ts';
import { markedScript } from './marked-script.ts';
import { printable } from './printable.ts';
import type { Questions } from './questions.ts';
import { sshArguments } from './ssh-arguments.ts';
import { runSsh, type SshEnd } from './ssh-process.ts';

/** One try to run a script: one ssh process. */
export interface Attempt {
  readonly target: Target;
  /** The target as messages name it. */
  readonly where: string;
  readonly script: RemoteScript;
  readonly ssh: string;
  readonly platform: NodeJS.Platform;
  readonly masterSocket: string | undefined;
  /** A shared connection is up, as far as one can see. */
  readonly viaMaster: boolean;
  /** Seconds. */
  readonly connectTimeout: number;
  /** Seconds. */
  readonly persist: number;
  /** Undefined: batch mode. */
  readonly asking: { readonly askpass: Askpass; readonly questions: Questions } | undefined;
  readonly deadline: Deadline;
  readonly cancelled: AbortSignal;
  /** Stops the process: cancelled, too late, declined. */
  readonly stop: AbortController;
  readonly onBegin: () => void;
}

export interface Attempted {
  readonly answer: RemoteAnswer;
  readonly began: boolean;
  /** It failed because the shared connection could not be set up on this machine. */
  readonly unshared: boolean;
  /** The way over a jump host failed, and ssh did not show what that one said: with a shared connection it sends that to /dev/null. */
  readonly hidden: boolean;
}

/** Seconds; while a person types a password for a jump host, the connection behind it waits. */
const askingTimeout = 600;

/** @returns `gone` resolves when the ssh process is no more, which may be after the answer. */
export function startAttempt(attempt: Attempt): { readonly attempted: Promise<Attempted>; readonly gone: Promise<void> } {
  const { target, script, platform, asking, deadline, cancelled, stop } = attempt;
  const abort = () => stop.abort();
  const session = asking?.askpass.session(asking.questions.ask);
  cancelled.addEventListener('abort', abort);
  const noMoreTime = deadline.onPassed(abort);
  if (cancelled.aborted) abort();
  deadline.start();
  const marks = markedScript(script.script);
  const connectTimeout = asking === undefined ? attempt.connectTimeout : askingTimeout;
  // Windows starts the helper by cmd.exe, which must not see a text that a server chose.
  const mode = {
    batch: asking === undefined,
    masterSocket: attempt.masterSocket,
    connectTimeout,
    persist: attempt.persist,
    serverPrompts: platform !== 'win32',
  };
  const { end, gone } = runSsh({
    program: attempt.ssh,
    arguments: [...sshArguments(target, mode), marks.command],
    environment: { ...process.env, ...(session?.environment ?? unasked(platform)), LC_ALL: 'C' },
    marks,
    input: script.input,
    signal: stop.signal,
    onOutput: script.onOutput,
    onBegin: () => {
      asking?.questions.right();
      attempt.onBegin();
    },
  });
  const attempted = end.then((ended): Attempted => {
    cancelled.removeEventListener('abort', abort);
    noMoreTime();
    session?.end();
    const { stdout, stderr, began } = ended;
    const failure = failureAt(ended, attempt);
    const failedShared = failure !== undefined && attempt.masterSocket !== undefined && !began;
    const unshared = failedShared && noMaster.test(ended.said);
    const hidden = failedShared && failure.reason === 'unreachable' && wayFailed.test(ended.said);
    const answer: RemoteAnswer =
      failure === undefined
        ? { kind: 'answer', status: ended.status ?? ended.exit ?? 255, stdout, stderr, milliseconds: 0 }
        : { kind: 'none', ...failure, stdout, stderr, milliseconds: 0 };
    return { answer, began, unshared, hidden };
  });
  return { attempted, gone };
}

/** What ssh says when it cannot listen for its other users (mux.c, misc.c). */
const noMaster = /unix_listener|muxserver_listen|ControlPath (?:too long|".*" too long)|too long for Unix domain socket/;

/** Not even the ssh to a jump host may open a window of its own: that one does not get our options, only our environment. */
function unasked(platform: NodeJS.Platform): NodeJS.ProcessEnv {
  return { SSH_ASKPASS_REQUIRE: 'never', ...(platform === 'win32' ? {} : { SSH_ASKPASS: '/bin/false' }) };
}

function failureAt(ended: SshEnd, attempt: Attempt): Failure | undefined {
  const { where, script, deadline, cancelled, asking, viaMaster, connectTimeout } = attempt;
  const no = (reason: NoAnswerReason, message: string): Failure => ({ reason, message });
  const { startError, inputError, began } = ended;
  if (startError !== undefined) return notStarted(startError, attempt);
  if (asking?.questions.declined) return no('cancelled', `The login to ${where} was cancelled.`);
  if (ended.stopped && ended.status === undefined) {
    if (cancelled.aborted) return cancellation(script);
    if (!deadline.passed) return no('cancelled', `The connection to ${where} was closed.`);
    if (began) return no('timeout', `"${script.title}" did not come to its end on ${where} within ${seconds(script.limit)}.`);
    if (viaMaster) return no('timeout', `${where} did not take "${script.title}" within ${seconds(script.limit)}: it may be frozen.`);
    return no('unreachable', `${where} cannot be reached: no answer within ${seconds(script.limit)}.`);
  }
  if (inputError !== undefined) return no('lost', `What "${script.title}" sends could not be read to its end: ${inputError.message}`);
  if (ended.status !== undefined) return undefined;
  if (ended.exit === undefined) return no('lost', `ssh to ${where} was ended from outside${began ? ' while the command ran' : ''}.`);
  if (ended.exit === 255)
    return failureOf(ended.said, { where, began, viaMaster, secrets: asking?.questions.secrets ?? 0, connectTimeout });
  // The shell came to its end before the script did, as at an error of syntax.
  if (began) return undefined;
  const words = printable(`${ended.said}\n${ended.noise}`).trim().split('\n').at(-1) ?? '';
  return no(
    'misconfigured',
    `The login on ${where} does not run commands (exit status ${ended.exit})${words === '' ? '' : `: ${words}`}. Its shell has to be one that knows exec and sh.`,
  );
}

/** The answer to a script that its caller wants no more. */
export function cancellation(script: RemoteScript): Failure {
  return { reason: 'cancelled', message: `"${script.title}" was cancelled.` };
}

function notStarted(error: NodeJS.ErrnoException, { ssh, platform, script }: Attempt): Failure {
  if (error.code === 'E2BIG' || error.code === 'ENAMETOOLONG') {
    return { reason: 'misconfigured', message: `"${script.title}" is too long for a command line (${script.script.length} characters).` };
  }
  if (error.code !== 'ENOENT') return { reason: 'no-ssh', message: `${ssh} does not start: ${error.message}` };
  const remedy =
    platform === 'win32'
      ? 'Add the optional feature "OpenSSH Client" of Windows.'
      : platform === 'darwin'
        ? 'macOS has it in /usr/bin: is that in the PATH?'
        : 'On Debian: sudo apt install openssh-client.';
  return { reason: 'no-ssh', message: `The program ${ssh} is not found. ${remedy}` };
}

function seconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toFixed(1))} s`;
}
