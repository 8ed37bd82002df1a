import type { Looked, TargetLook } from '@jailhouse-cells/deploy/observe/poll.ts';
import type { NoAnswerReason } from '@jailhouse-cells/deploy/ssh/connection.ts';
import type { Target } from '@jailhouse-cells/deploy/target.ts';

/** What is known of a target. */
export type TargetHealth =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'look'; readonly look: TargetLook }
  /** It does not answer. `reason` undefined: it does, but not as a target. */
  | { readonly kind: 'silent'; readonly reason: NoAnswerReason | undefined; readonly message: string };

export interface PollerOptions {
  /** @param asked The user waits for it: ssh may ask. */
  readonly look: (target: Target, before: TargetLook | undefined, asked: boolean) => Promise<Looked>;
  /** Something is known that was not, or is otherwise. */
  readonly onChange: () => void;
  /** Milliseconds between two looks; 2000 when left out. */
  readonly every?: number;
}

/** Without the user nothing changes about these, and each further login could lock an account: no look until the user asks for one. */
const forTheUser: readonly (NoAnswerReason | undefined)[] = [
  'authentication',
  'host-key-unknown',
  'host-key-changed',
  'misconfigured',
  'no-ssh',
  undefined,
];
/** Times the usual distance, at most, between two looks at a target that does not answer. */
const longestPause = 30;

interface Watched {
  target: Target;
  health: TargetHealth;
  /** Looks in a row that found nothing. */
  failures: number;
  timer: NodeJS.Timeout | undefined;
  looking: Promise<void> | undefined;
  /** While one was under way, another one was asked for. */
  again: boolean;
}

/** Looks at targets every two seconds while somebody watches; less and less often at those that do not answer. */
export class TargetPoller {
  private readonly watched = new Map<string, Watched>();
  private active = false;

  constructor(private readonly options: PollerOptions) {}

  health(name: string): TargetHealth {
    return this.watched.get(name)?.health ?? { kind: 'unknown' };
  }

  /** The targets that there are now. One that is reached in another way begins anew. */
  setTargets(targets: readonly Target[]): void {
    for (const [name, { target, timer }] of this.watched) {
      if (targets.some((candidate) => candidate.name === name && wayTo(candidate) === wayTo(target))) continue;
      clearTimeout(timer);
      this.watched.delete(name);
    }
    for (const target of targets) {
      if (this.watched.has(target.name)) continue;
      const watched: Watched = { target, health: { kind: 'unknown' }, failures: 0, timer: undefined, looking: undefined, again: false };
      this.watched.set(target.name, watched);
      if (this.active) void this.look(watched, false);
    }
  }

  /** Somebody watches, or nobody does any more: then nothing is sent. */
  setActive(active: boolean): void {
    if (active === this.active) return;
    this.active = active;
    for (const watched of this.watched.values()) {
      clearTimeout(watched.timer);
      if (active && !this.waitsForUser(watched)) void this.look(watched, false);
    }
  }

  /** Looks at once, also while nobody watches. @param asked By the user: ssh may ask back. */
  async now(name: string, asked = false): Promise<void> {
    const watched = this.watched.get(name);
    if (watched === undefined) return;
    watched.failures = 0;
    if (watched.looking === undefined) return this.look(watched, asked);
    if (asked) {
      await watched.looking;
      return this.look(watched, asked);
    }
    watched.again = true;
  }

  dispose(): void {
    this.active = false;
    for (const { timer } of this.watched.values()) clearTimeout(timer);
    this.watched.clear();
  }

  private waitsForUser({ health }: Watched): boolean {
    return health.kind === 'silent' && forTheUser.includes(health.reason);
  }

  private look(watched: Watched, asked: boolean): Promise<void> {
    clearTimeout(watched.timer);
    watched.looking ??= this.ask(watched, asked).finally(() => {
      watched.looking = undefined;
      if (this.watched.get(watched.target.name) !== watched) return;
      if (watched.again) {
        watched.again = false;
        void this.look(watched, false);
      } else if (this.active && !this.waitsForUser(watched)) {
        const { every = 2000 } = this.options;
        const pause = every * Math.min(2 ** watched.failures, longestPause);
        watched.timer = setTimeout(() => void this.look(watched, false), pause);
      }
    });
    return watched.looking;
  }

  private async ask(watched: Watched, asked: boolean): Promise<void> {
    const before = watched.health.kind === 'look' ? watched.health.look : undefined;
    let looked: Looked;
    try {
      looked = await this.options.look(watched.target, before, asked);
    } catch (error) {
      looked = { kind: 'unreadable', message: error instanceof Error ? error.message : String(error) };
    }
    if (this.watched.get(watched.target.name) !== watched) return;
    if (looked.kind === 'look') watched.failures = 0;
    else if (looked.kind === 'none' && looked.reason === 'cancelled' && !asked) return;
    else watched.failures++;
    watched.health =
      looked.kind === 'look'
        ? looked
        : { kind: 'silent', reason: looked.kind === 'none' ? looked.reason : undefined, message: looked.message };
    this.options.onChange();
  }
}

function wayTo({ host, port, sudo, sshConfig, simulated }: Target): string {
  return JSON.stringify([host, port, sudo, sshConfig, simulated]);
}
