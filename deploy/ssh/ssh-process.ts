import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import type { RemoteScript } from './connection.ts';
import { MarkedOutput, type MarkedScript } from './marked-script.ts';

export interface SshProcess {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly marks: MarkedScript;
  readonly input: RemoteScript['input'];
  /** Stops it; the reason says why. */
  readonly signal: AbortSignal;
  readonly onOutput: ((text: string) => void) | undefined;
  /** The script runs on the target. */
  readonly onBegin: () => void;
}

/** How an ssh process came to its end, or was left to itself. */
export interface SshEnd {
  /** Exit status of ssh; undefined when it was ended by a signal, stopped by us, or did not start. */
  readonly exit: number | undefined;
  readonly startError: NodeJS.ErrnoException | undefined;
  readonly began: boolean;
  /** Exit status of the script; undefined when it did not come to its end. */
  readonly status: number | undefined;
  readonly stdout: string;
  /** Of the script, and where that did not end, of ssh. */
  readonly stderr: string;
  /** What came on stderr and was not the script's: ssh, a banner, a jump host. */
  readonly said: string;
  /** What came on stdout and was not the script's. */
  readonly noise: string;
  readonly stopped: boolean;
  /** The input could not be read to its end. */
  readonly inputError: Error | undefined;
}

/** Milliseconds from the exit of ssh to the end of its output, which a master of an old OpenSSH keeps open. */
const drainTime = 500;
/** Milliseconds from the end of the script to that of ssh, which something that the script left behind can keep waiting. */
const lingerTime = 2000;
/** Milliseconds from SIGTERM to SIGKILL. */
const killTime = 1000;

/** Runs ssh once. Resolves at once when stopped; `gone` resolves when the process is no more. */
export function runSsh(run: SshProcess): { readonly end: Promise<SshEnd>; readonly gone: Promise<void> } {
  if (run.signal.aborted) return { end: Promise.resolve({ ...unstarted, stopped: true }), gone: Promise.resolve() };
  let child: ChildProcess;
  try {
    child = spawn(run.program, run.arguments, {
      stdio: [run.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: run.environment,
      // A session of its own has no terminal: nothing, not even the ssh to a jump host, can wait at a prompt there.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
  } catch (error) {
    // For some errors, as a command that is too long, spawn throws.
    return { end: Promise.resolve({ ...unstarted, startError: error as NodeJS.ErrnoException }), gone: Promise.resolve() };
  }
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => child.pid === undefined && resolve());
  });
  return { end: watch(child, run), gone };
}

const unstarted: SshEnd = {
  exit: undefined,
  startError: undefined,
  began: false,
  status: undefined,
  stdout: '',
  stderr: '',
  said: '',
  noise: '',
  stopped: false,
  inputError: undefined,
};

function watch(child: ChildProcess, run: SshProcess): Promise<SshEnd> {
  return new Promise((resolve) => {
    let done = false;
    let exited = false;
    let lingering: NodeJS.Timeout | undefined;
    let inputError: Error | undefined;
    const outer = new AbortController();
    const stdout = new MarkedOutput(run.marks, run.onOutput, () => {
      run.onBegin();
      sendInput();
    });
    const stderr = new MarkedOutput(run.marks);
    const finish = (how: Pick<SshEnd, 'exit' | 'startError' | 'stopped'>) => {
      if (done) return;
      done = true;
      run.signal.removeEventListener('abort', stop);
      outer.abort();
      clearTimeout(lingering);
      stdout.finish();
      stderr.finish();
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.stdin?.destroy();
      const { began, status } = stdout;
      const said = stderr.around + (stderr.ended ? '' : stderr.text);
      const words = stderr.began ? stderr.text : stderr.around;
      resolve({ ...how, began, status, stdout: stdout.text, stderr: words, said, noise: stdout.around, inputError });
    };
    const stop = () => {
      end(child);
      finish({ exit: undefined, startError: undefined, stopped: true });
    };
    const exit = () => ({ exit: child.exitCode ?? undefined, startError: undefined, stopped: false });
    const completeWhenEnded = () => {
      if (!stdout.ended || !stderr.ended) return;
      if (exited) finish(exit());
      else lingering ??= setTimeout(stop, lingerTime);
    };
    child.stdin?.on('error', () => undefined);
    read(child.stdout, stdout, completeWhenEnded);
    read(child.stderr, stderr, completeWhenEnded);
    child.once('error', (error) => finish({ exit: undefined, startError: error, stopped: false }));
    child.once('close', () => finish(exit()));
    child.once('exit', () => {
      exited = true;
      completeWhenEnded();
      setTimeout(() => finish(exit()), drainTime).unref();
    });
    run.signal.addEventListener('abort', stop);
    // What waits for a login keeps its input, for a second try.
    const sendInput = () => {
      if (child.stdin === null || run.input === undefined) return;
      feed(child.stdin, run.input, outer.signal).catch((error: unknown) => {
        if (done) return;
        inputError = error instanceof Error ? error : new Error(String(error));
        child.stdin?.destroy();
      });
    };
  });
}

function read(stream: NodeJS.ReadableStream | null, output: MarkedOutput, then: () => void): void {
  const decoder = new StringDecoder('utf8');
  stream?.on('data', (bytes: Buffer) => {
    output.push(decoder.write(bytes));
    then();
  });
  stream?.on('error', () => undefined);
}

/** Rejects when the source fails, not when ssh takes no more: its exit says why. */
async function feed(to: Writable, input: NonNullable<RemoteScript['input']>, signal: AbortSignal): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const source = async function* () {
    try {
      yield* input instanceof Uint8Array ? [input] : input;
    } catch (error) {
      failure = { error };
      throw error;
    }
  };
  await pipeline(source, to, { signal }).catch(() => undefined);
  if (failure !== undefined) throw failure.error;
}

/** Only the process itself: what else is in its group, as the way over a jump host, may carry the shared connection. */
function end(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const last = setTimeout(() => child.kill('SIGKILL'), killTime);
  child.once('exit', () => clearTimeout(last));
}
