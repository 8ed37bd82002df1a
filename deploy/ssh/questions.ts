import type { Ask } from './askpass.ts';
import type { ConnectionLog, Prompt } from './connection.ts';
import type { Deadline } from './deadline.ts';
import { printable } from './printable.ts';

/** The questions of one ssh process, as they go to the user. */
export class Questions {
  /** Secrets that were given. */
  secrets = 0;
  /** The user declined one. */
  declined = false;
  private readonly given = new Map<string, string>();

  /**
   * @param remembered Answers of earlier logins of this connection by question; undefined where one login serves for all.
   * @param stop Ends the ssh process: it would ask again.
   */
  constructor(
    private readonly prompt: Prompt,
    private readonly deadline: Deadline,
    private readonly log: ConnectionLog,
    private readonly remembered: Map<string, string> | undefined,
    private readonly stop: () => void,
  ) {}

  readonly ask: Ask = async ({ kind, text, signal }) => {
    if (kind === 'notice') {
      this.log(`ssh: ${printable(text).trim()}`);
      return undefined;
    }
    const known = this.remembered?.get(text);
    if (kind === 'secret' && known !== undefined && !this.given.has(text)) {
      this.given.set(text, known);
      return known;
    }
    const answer = await this.wait(kind, text, signal);
    if (signal.aborted) return undefined;
    const yes = kind === 'secret' || answer?.trim().toLowerCase() === 'yes';
    if (answer === undefined || !yes) {
      this.declined = true;
      this.stop();
      return undefined;
    }
    if (kind === 'confirm') return 'yes';
    this.secrets++;
    this.given.set(text, answer);
    return answer;
  };

  /** The login went through with the last answers. */
  right(): void {
    if (this.remembered === undefined) return;
    for (const [text, answer] of this.given) this.remembered.set(text, answer);
  }

  private async wait(kind: 'secret' | 'confirm', text: string, signal: AbortSignal): Promise<string | undefined> {
    this.deadline.pause();
    try {
      return await this.prompt({ kind, text: printable(text), signal });
    } finally {
      this.deadline.resume();
    }
  }
}
