import type { Prompt } from '@jailhouse-cells/deploy/ssh/connection.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';
import { TargetSession } from '@jailhouse-cells/deploy/target-session.ts';

/** How sessions speak to the user; the rest of them is free of VS Code. */
export interface SessionSurroundings {
  readonly promptFor: (target: Target) => Prompt;
  /** @param attended The user waits for it; else it is one of many looks. */
  readonly log: (line: string, attended: boolean) => void;
  /** False in an untrusted workspace: nothing connects. */
  readonly trusted: () => boolean;
}

interface OpenSession {
  readonly session: TargetSession;
  /** What the user is waiting for: only then ssh may ask. */
  attending: number;
  /** `roundTrips` when it was last looked at, and how often since nothing had changed. */
  roundTrips: number;
  idle: number;
}

/** Milliseconds between looks for idle sessions, and looks after which an idle one is closed. */
const lookEvery = 60_000;
const idleLooks = 10;

/** One open session for each target: the tree, the console and the commands share a connection. */
export class Sessions {
  private readonly open = new Map<string, OpenSession>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly surroundings: SessionSurroundings) {
    this.timer = setInterval(() => this.closeIdle(), lookEvery);
    this.timer.unref();
  }

  /**
   * The session of a target: ask for it each time that it is needed, an idle one is closed. On its own it never asks the user for anything: a target that
   * wants a password answers `authentication`.
   */
  of(target: Target): TargetSession {
    return this.entry(target).session;
  }

  /** Does something that the user waits for: ssh may ask for passwords and about host keys meanwhile. */
  async attend<T>(target: Target, action: (session: TargetSession) => Promise<T>): Promise<T> {
    const entry = this.entry(target);
    entry.attending++;
    try {
      return await action(entry.session);
    } finally {
      entry.attending--;
      entry.idle = 0;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    const all = [...this.open.values()];
    this.open.clear();
    await Promise.all(all.map(({ session }) => session.close()));
  }

  private entry(target: Target): OpenSession {
    if (!this.surroundings.trusted()) throw new Error('The workspace is not trusted: nothing connects to a target.');
    const key = JSON.stringify([target.name, target.host, target.port, target.sudo, target.sshConfig, target.simulated]);
    const there = this.open.get(key);
    if (there !== undefined) return there;
    const { promptFor, log } = this.surroundings;
    const prompt = promptFor(target);
    const session = new TargetSession(target, {
      prompt: async (question) => (made.attending > 0 ? prompt(question) : undefined),
      log: (line) => log(line, made.attending > 0),
    });
    const made: OpenSession = { session, attending: 0, roundTrips: 0, idle: 0 };
    this.open.set(key, made);
    return made;
  }

  private closeIdle(): void {
    for (const [key, entry] of this.open) {
      const { roundTrips, busy } = entry.session.connection;
      entry.idle = busy || entry.attending > 0 || roundTrips !== entry.roundTrips ? 0 : entry.idle + 1;
      entry.roundTrips = roundTrips;
      if (entry.idle < idleLooks) continue;
      this.open.delete(key);
      void entry.session.close();
    }
  }
}
