import type { ByteText } from '../byte-text.ts';
import type { Actor, Waiter } from '../files/inode.ts';
import { FileError } from '../target.ts';
import { Bell, type OpenFile } from './descriptors.ts';
import type { Linux } from './linux.ts';

/** Numbers of Linux' signals that are used here. */
export const signalNumbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
};

export type SignalName = ByteText;

/** Thrown in a process that a signal ends. */
export class Killed extends Error {
  constructor(readonly signal: SignalName) {
    super(`killed by SIG${signal}`);
  }

  get status(): number {
    return 128 + (signalNumbers[this.signal] ?? 0);
  }
}

const never = new Promise<never>(() => undefined);

/** One process of the target. Its program is a function that waits with `wait`, so that signals reach it. */
export class Process implements Waiter {
  readonly pid: number;
  readonly started: number;
  readonly descriptors = new Map<number, OpenFile>();
  environment: Map<ByteText, ByteText>;
  argv: readonly ByteText[];
  cwd: ByteText;
  umask = 0o022;
  actor: Actor;
  /** Processes that a signal from the terminal or from `timeout` reaches together. */
  group: number;
  session: number;
  readonly ignored = new Set<SignalName>();
  /** Signals that the program takes itself (traps of a shell), and what has come. */
  readonly handled = new Set<SignalName>();
  readonly arrived: SignalName[] = [];
  readonly arrival = new Bell();
  state: 'R' | 'S' | 'D' = 'R';
  private deadly: SignalName | undefined;
  private interrupt: ((reason: Killed) => void) | undefined;
  /** Resolves with the exit status. */
  readonly finished: Promise<number>;
  status: number | undefined;
  /** The signal that ended it. */
  diedOf: SignalName | undefined;
  private finish: (status: number) => void = () => undefined;

  constructor(
    readonly linux: Linux,
    readonly parent: Process | undefined,
    argv: readonly ByteText[],
  ) {
    this.pid = linux.takePid();
    this.started = linux.now();
    this.argv = argv;
    this.environment = new Map(parent?.environment);
    this.cwd = parent?.cwd ?? '/';
    this.umask = parent?.umask ?? 0o022;
    this.actor = parent?.actor ?? { uid: 0, gid: 0 };
    this.group = parent?.group ?? this.pid;
    this.session = parent?.session ?? this.pid;
    for (const signal of parent?.ignored ?? []) this.ignored.add(signal);
    this.finished = new Promise((resolve) => {
      this.finish = resolve;
    });
    linux.processes.set(this.pid, this);
  }

  /** Waits for a promise, unless a signal ends the process first. */
  async wait<T>(promise: Promise<T>, shownAs: 'S' | 'D' = 'S'): Promise<T> {
    if (this.linux.halted) return never;
    if (this.deadly !== undefined) throw new Killed(this.deadly);
    const state = this.state;
    this.state = shownAs;
    let interrupt: ((reason: Killed) => void) | undefined;
    const killed = new Promise<never>((_, reject) => {
      interrupt = reject;
      this.interrupt = reject;
    });
    try {
      return await Promise.race([promise, killed]);
    } finally {
      if (this.interrupt === interrupt) this.interrupt = undefined;
      this.state = state;
      if (this.linux.halted) await never;
    }
  }

  /** A call into the kernel that no signal ends. */
  stuck(state: 'R' | 'D'): Promise<never> {
    this.state = state;
    return never;
  }

  /** Throws when a signal is to end the process. */
  check(): void {
    if (this.deadly !== undefined) throw new Killed(this.deadly);
  }

  /** Lets others run: a step takes time on a real machine. */
  async step(): Promise<void> {
    await this.wait(new Promise<void>((resolve) => setImmediate(resolve)));
  }

  sleep(milliseconds: number, shownAs: 'S' | 'D' = 'S'): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const slept = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(milliseconds, 2 ** 31 - 1));
      // A program that sleeps must not keep a board that was stopped.
      timer.unref();
    });
    return this.wait(slept, shownAs).finally(() => clearTimeout(timer));
  }

  signal(signal: SignalName): void {
    if (this.status !== undefined) return;
    if (signal !== 'KILL') {
      if (this.ignored.has(signal) || signal === 'CHLD' || signal === 'CONT' || signal === 'STOP') return;
      if (this.handled.has(signal)) {
        this.arrived.push(signal);
        this.arrival.ring();
        return;
      }
    }
    this.deadly ??= signal;
    this.interrupt?.(new Killed(this.deadly));
  }

  descriptor(number: number): OpenFile {
    const file = this.descriptors.get(number);
    if (file === undefined) throw new FileError('EBADF', '');
    return file;
  }

  /** Puts an open file at a descriptor; takes over the reference. */
  install(number: number, file: OpenFile): void {
    this.descriptors.get(number)?.release();
    this.descriptors.set(number, file);
  }

  close(number: number): void {
    this.descriptors.get(number)?.release();
    this.descriptors.delete(number);
  }

  ended(status: number): void {
    if (this.status !== undefined) return;
    for (const number of [...this.descriptors.keys()]) this.close(number);
    this.status = status;
    this.linux.processes.delete(this.pid);
    this.finish(status);
  }
}
