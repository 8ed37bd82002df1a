import type { RemoteCommand, SimulatedTarget } from '@jailhouse-cells/simulator/target/target.ts';

export interface Answer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SessionSettings {
  readonly stdin?: Uint8Array | string | AsyncIterable<Uint8Array>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  readonly lost?: AbortSignal;
  readonly onOutput?: (text: string) => void;
}

/** Runs a command on a simulated target as an ssh client would, without the ssh. */
export async function ask(target: SimulatedTarget, command: string | undefined, settings: SessionSettings = {}): Promise<Answer> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const { stdin = '' } = settings;
  const remote: RemoteCommand = {
    command,
    stdin: typeof stdin === 'string' || stdin instanceof Uint8Array ? once(stdin) : stdin,
    stdout: (bytes) => {
      out.push(Uint8Array.from(bytes));
      settings.onOutput?.(Buffer.from(bytes).toString('utf8'));
    },
    stderr: (bytes) => {
      err.push(Uint8Array.from(bytes));
    },
    lost: settings.lost ?? new AbortController().signal,
    terminal: settings.terminal ?? false,
    environment: settings.environment ?? { LANG: 'C.UTF-8' },
  };
  const status = await target.run(remote);
  return { status, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') };
}

async function* once(content: Uint8Array | string): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  if (bytes.length > 0) yield bytes;
}

/** Input that a test feeds by hand. */
export class HandFed implements AsyncIterable<Uint8Array> {
  private readonly waiting: Uint8Array[] = [];
  private wake: (() => void) | undefined;
  private ended = false;

  feed(content: Uint8Array | string): void {
    this.waiting.push(typeof content === 'string' ? Buffer.from(content, 'utf8') : content);
    this.wake?.();
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.waiting.shift();
      if (next !== undefined) yield next;
      else if (this.ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
  }
}

/** Waits until something holds; the test's own limit ends a wait in vain. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
