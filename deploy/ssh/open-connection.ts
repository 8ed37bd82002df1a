import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Target } from '../target.ts';
import { Askpass, askpassProgram } from './askpass.ts';
import type { ConnectionLog, Prompt, RemoteAnswer, RemoteScript, SshConnection } from './connection.ts';
import { type ControlFolder, makeControlFolder } from './control-folder.ts';
import { Deadline } from './deadline.ts';
import type { Failure } from './failure.ts';
import { Questions } from './questions.ts';
import { validHost, validPort } from './quote.ts';
import { exitArguments } from './ssh-arguments.ts';
import { type Attempted, cancellation, startAttempt } from './ssh-attempt.ts';

export interface ConnectionOptions {
  /** Left out: nothing is ever asked, and what needs an answer fails. */
  readonly prompt?: Prompt | undefined;
  readonly log: ConnectionLog;
  /** Where the private folder of the connection is made; left out: the user's runtime or temporary folder. */
  readonly controlFolder?: string | undefined;
  /** The bundled askpass-program.cjs and what runs it; left out: the file beside this one, and this Node. */
  readonly askpass?: { readonly program: string; readonly node?: string } | undefined;
  readonly platform?: NodeJS.Platform | undefined;
  /** Left out: `ssh` of the PATH. */
  readonly ssh?: string | undefined;
  /** Seconds to reach the target in; 10 when left out. */
  readonly connectTimeout?: number | undefined;
  /** Seconds after which a shared connection without scripts ends, should this process not live to end it; 60 when left out. */
  readonly persist?: number | undefined;
  /** False: each script has a connection of its own, as on Windows. */
  readonly share?: boolean | undefined;
}

/** Milliseconds that `ssh -O exit` and the end of the shared connection may take. */
const exitLimit = 3000;

/**
 * Opens nothing yet: the first script does, and the others go over its connection where OpenSSH can share one. Never throws; what is wrong with the
 * target is the answer to each script. A script that was handed to ssh is never sent a second time unless it is certain that it did not begin.
 */
export function openConnection(target: Target, options: ConnectionOptions): SshConnection {
  return new OpenSshConnection(target, options);
}

/** A script on its way. */
interface Sending {
  readonly script: RemoteScript;
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
}

class OpenSshConnection implements SshConnection {
  roundTrips = 0;
  private readonly where: string;
  private readonly platform: NodeJS.Platform;
  private readonly logged = new Set<string>();
  /** What `close` stops, and waits for. */
  private readonly sending = new Set<AbortController>();
  private readonly processes = new Set<Promise<void>>();
  private folder: Promise<ControlFolder | undefined> | undefined;
  private askpass: Promise<Askpass> | undefined;
  private shares: boolean;
  /** Until a script has come through, they wait for one another: the first makes the shared connection, and may have to ask. */
  private established = false;
  private turn: Promise<void> = Promise.resolve();
  private masterEnd: Promise<void> = Promise.resolve();
  /** Without a shared connection each script logs in: answers that were right are given again, from memory, until `close`. */
  private readonly remembered = new Map<string, string>();
  private needsAnswers = false;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly target: Target,
    private readonly options: ConnectionOptions,
  ) {
    this.where = target.name === target.host ? target.name : `${target.name} (${target.host})`;
    this.platform = options.platform ?? process.platform;
    this.shares = options.share !== false && this.platform !== 'win32';
  }

  get busy(): boolean {
    return this.sending.size > 0;
  }

  run(script: RemoteScript): Promise<RemoteAnswer> {
    return this.send(script, (sending) => this.inTurn(sending));
  }

  freshAnswer(script: RemoteScript): Promise<RemoteAnswer> {
    return this.send(script, async (sending) => (await this.attempt(sending, { asking: false, shared: false }, () => undefined)).answer);
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async send(script: RemoteScript, way: (sending: Sending) => Promise<RemoteAnswer>): Promise<RemoteAnswer> {
    const refused = this.refusal(script);
    if (refused !== undefined) return noAnswer(refused);
    this.roundTrips++;
    this.logScript(script);
    const startedAt = performance.now();
    const stop = new AbortController();
    const cancel = () => stop.abort();
    const deadline = new Deadline(script.limit);
    script.signal?.addEventListener('abort', cancel);
    this.sending.add(stop);
    try {
      const answer = { ...(await way({ script, deadline, signal: stop.signal })), milliseconds: Math.round(performance.now() - startedAt) };
      const result = answer.kind === 'answer' ? `exit status ${answer.status}` : answer.message;
      this.log(`${script.title}: ${result} (${answer.milliseconds} ms)`);
      return answer;
    } finally {
      deadline.end();
      script.signal?.removeEventListener('abort', cancel);
      this.sending.delete(stop);
    }
  }

  private refusal(script: RemoteScript): Failure | undefined {
    if (this.closing !== undefined) return { reason: 'cancelled', message: `The connection to ${this.where} is closed.` };
    if (script.signal?.aborted) return cancellation(script);
    const { host, port, sshConfig } = this.target;
    for (const check of [validHost(host), ...(port === undefined ? [] : [validPort(port)])]) {
      if (!check.ok) return { reason: 'misconfigured', message: check.message };
    }
    if (script.script.includes('\0'))
      return { reason: 'misconfigured', message: `"${script.title}" has a NUL character, which no command can carry.` };
    if (sshConfig === undefined || existsSync(sshConfig)) return undefined;
    return { reason: 'misconfigured', message: `The ssh configuration of ${this.where} is missing: ${sshConfig}` };
  }

  private log(line: string): void {
    this.options.log(`${this.target.name}: ${line}`);
  }

  /** The text of a script goes into the log once: some are sent every few seconds. */
  private logScript({ title, script }: RemoteScript): void {
    this.log(title);
    if (this.logged.has(script)) return;
    this.logged.add(script);
    for (const line of script.split('\n')) this.options.log(`    ${line}`);
  }

  private async inTurn(sending: Sending): Promise<RemoteAnswer> {
    if (this.established) return this.withFallbacks(sending, () => undefined);
    const before = this.turn;
    let pass = () => {};
    this.turn = new Promise((resolve) => {
      pass = resolve;
    });
    try {
      await orAborted(before, sending.signal);
      if (sending.signal.aborted) return noAnswer(cancellation(sending.script));
      if (this.established) pass();
      return await this.withFallbacks(sending, pass);
    } finally {
      // Who waits behind a cancelled script still waits for those before it.
      void before.then(pass);
    }
  }

  /** First without asking; where that is what it takes, once more with questions; and without a shared connection where there can be none. */
  private async withFallbacks(sending: Sending, onBegin: () => void): Promise<RemoteAnswer> {
    const begun = () => {
      this.established = true;
      onBegin();
    };
    let asking = this.needsAnswers;
    let revealing = false;
    for (;;) {
      const shared = this.shares && !revealing;
      const { answer, began, unshared, hidden } = await this.attempt(sending, { asking, shared }, begun);
      if (answer.kind === 'answer') return answer;
      if (unshared && shared) {
        this.shares = false;
        this.log(`Commands do not share a connection: ${lastLine(answer.stderr)}`);
        continue;
      }
      if (hidden && !asking) {
        revealing = true;
        continue;
      }
      revealing = false;
      const wantsAnswer = answer.reason === 'authentication' || answer.reason === 'host-key-unknown';
      if (wantsAnswer && !asking && this.options.prompt !== undefined) {
        asking = true;
        this.needsAnswers = !this.shares;
        continue;
      }
      const silent = answer.reason === 'timeout' && !began;
      // Other scripts may still be well: then the shared connection finds out by itself whether the target lives.
      if ((answer.reason === 'lost' || silent) && this.sending.size === 1) this.masterEnd = this.endMaster();
      return answer;
    }
  }

  private async attempt(
    sending: Sending,
    { asking, shared }: { asking: boolean; shared: boolean },
    onBegin: () => void,
  ): Promise<Attempted> {
    this.folder ??= this.makeFolder();
    const folder = await this.folder;
    if (shared) await this.masterEnd;
    const masterSocket = shared && this.shares ? folder?.masterSocket : undefined;
    const stop = new AbortController();
    const started = startAttempt({
      ...sending,
      target: this.target,
      where: this.where,
      ssh: this.options.ssh ?? (this.platform === 'win32' ? 'ssh.exe' : 'ssh'),
      platform: this.platform,
      masterSocket,
      viaMaster: masterSocket !== undefined && this.established && existsSync(masterSocket),
      connectTimeout: this.options.connectTimeout ?? 10,
      persist: this.options.persist ?? 60,
      asking: asking && folder !== undefined ? await this.questions(folder, sending.deadline, stop) : undefined,
      cancelled: sending.signal,
      stop,
      onBegin,
    });
    const gone = started.gone.finally(() => this.processes.delete(gone));
    this.processes.add(gone);
    return started.attempted;
  }

  private async questions(folder: ControlFolder, deadline: Deadline, stop: AbortController) {
    const { prompt } = this.options;
    if (prompt === undefined) return undefined;
    const { program = askpassProgram(), node = process.execPath } = this.options.askpass ?? {};
    this.askpass ??= Askpass.open(folder, program, node, this.platform);
    const askpass = await this.askpass.catch((error: Error) => this.log(`ssh cannot ask questions: ${error.message}`));
    if (!(askpass instanceof Askpass)) return undefined;
    const remembered = this.shares ? undefined : this.remembered;
    return {
      askpass,
      questions: new Questions(
        prompt,
        deadline,
        (line) => this.log(line),
        remembered,
        () => stop.abort(),
      ),
    };
  }

  private async makeFolder(): Promise<ControlFolder | undefined> {
    try {
      const folder = await makeControlFolder(this.options.controlFolder, this.platform);
      if (this.shares && folder.masterSocket === undefined) {
        this.shares = false;
        this.log(`Commands do not share a connection: the path of ${folder.path} is too long for a socket.`);
      }
      return folder;
    } catch (error) {
      this.shares = false;
      this.log(
        `Commands do not share a connection, and ssh cannot ask questions: ${error instanceof Error ? error.message : String(error)}`,
      );
      return undefined;
    }
  }

  /** Ends the shared connection, and waits until its socket is gone. */
  private async endMaster(): Promise<void> {
    this.established = false;
    const socket = (await this.folder)?.masterSocket;
    if (socket === undefined || !existsSync(socket)) return;
    const child = spawn(this.options.ssh ?? 'ssh', exitArguments(this.target, socket), {
      stdio: 'ignore',
      detached: true,
      timeout: exitLimit,
    });
    const status = await new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(null));
      child.once('exit', resolve);
    });
    // Nobody listens: a master that was killed leaves its socket behind.
    if (status !== 0) await rm(socket, { force: true });
    for (const until = performance.now() + exitLimit; existsSync(socket) && performance.now() < until; ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  private async end(): Promise<void> {
    for (const stop of this.sending) stop.abort();
    const folder = await this.folder;
    await Promise.all(this.processes);
    await this.masterEnd;
    await this.endMaster();
    await this.askpass?.then((askpass) => askpass.close()).catch(() => undefined);
    this.remembered.clear();
    await folder?.remove().catch(() => undefined);
    if (this.roundTrips > 0) this.log('The connection is closed.');
  }
}

function noAnswer(failure: Failure): RemoteAnswer {
  return { kind: 'none', ...failure, stdout: '', stderr: '', milliseconds: 0 };
}

function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    void promise.then(resolve);
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
