import type { Meaning } from '@jailhouse-cells/deploy/from-message.ts';
import { type ConsoleEvent, ConsoleTail } from '@jailhouse-cells/deploy/observe/console-tail.ts';
import { type FollowEnd, followConsole } from '@jailhouse-cells/deploy/observe/follow-console.ts';
import { poll } from '@jailhouse-cells/deploy/observe/poll.ts';
import { EventEmitter, type Pseudoterminal, workspace } from 'vscode';
import type { KnownTarget } from '../deployment/known-targets.ts';
import { nameOf } from '../deployment/prompt.ts';
import type { DeploymentServices } from '../deployment/services.ts';
import { explainWith } from '../deployment/wanted-system.ts';
import { ConsoleDecoder, type ConsolePart, type Incident } from './console-decoder.ts';
import { eventText, meaningText, note, terminalText } from './console-text.ts';

/** Incidents that links still know the meaning of. */
const mostIncidents = 200;
/** Milliseconds of quiet after which a report is not waited for any more. */
const quiet = 1500;
/** Milliseconds that the console stands still for an explanation. */
const patience = 5000;
/** Milliseconds until a lost connection is tried again: doubled each time, up to the last. */
const pauses = { first: 2000, longest: 30_000 } as const;

/** An incident of the console and what it means. */
export interface ExplainedIncident extends Incident {
  readonly meanings: Promise<readonly Meaning[]>;
}

/** The hypervisor's console of a target in a terminal. It follows until the terminal is closed. */
export class ConsoleTerminal implements Pseudoterminal {
  private readonly written = new EventEmitter<string>();
  readonly onDidWrite = this.written.event;
  private readonly stop = new AbortController();
  private readonly tail = new ConsoleTail();
  private readonly decoder = new ConsoleDecoder();
  private readonly incidents: ExplainedIncident[] = [];
  /** What is shown comes one after the other, explanations too. */
  private turn: Promise<void> = Promise.resolve();
  private quietTimer: NodeJS.Timeout | undefined;
  private atLineStart = true;
  private wake = () => {};

  /** @param rootUri Tells the system that runs there, by the URI of its root cell's config. */
  constructor(
    readonly target: KnownTarget,
    private readonly services: DeploymentServices,
    private readonly rootUri: () => Promise<string | undefined>,
  ) {}

  open(): void {
    void this.follow();
  }

  close(): void {
    this.stop.abort();
    clearTimeout(this.quietTimer);
    this.wake();
    this.written.dispose();
  }

  /** Nothing can be typed on this console; Enter tries again. */
  handleInput(data: string): void {
    if (data.includes('\r')) this.wake();
  }

  /** The latest incident that a line of the terminal belongs to. */
  incidentOf(line: string): ExplainedIncident | undefined {
    const wanted = line.trim();
    return this.incidents.findLast(({ lines }) => lines.some((candidate) => candidate.trim() === wanted));
  }

  private async follow(): Promise<void> {
    const { sessions } = this.services;
    const { signal } = this.stop;
    this.say(`console of ${nameOf(this.target)}: what the hypervisor says, as it comes`);
    let pause: number = pauses.first;
    let isFirst = true;
    while (!signal.aborted) {
      const startedAt = performance.now();
      let end: FollowEnd | undefined;
      try {
        // The user asked for it: the login may ask back, later looks may not.
        const reached = isFirst ? await sessions.attend(this.target, ({ connection }) => poll(connection, undefined, signal)) : undefined;
        end =
          reached?.kind === 'none'
            ? reached
            : await followConsole(sessions.of(this.target).connection, { tail: this.tail, signal, onEvent: (event) => this.take(event) });
      } catch (error) {
        end = { kind: 'unreadable', message: error instanceof Error ? error.message : String(error) };
      }
      if (signal.aborted) return;
      isFirst = false;
      if (performance.now() - startedAt > pauses.longest) pause = pauses.first;
      const comesBack = end.kind === 'none' && ['lost', 'unreachable', 'timeout', 'cancelled'].includes(end.reason);
      this.say(comesBack ? `${end.message} It is tried again in ${pause / 1000} s; Enter tries now.` : `${end.message} Enter tries again.`);
      isFirst = await this.pause(comesBack ? pause : undefined);
      pause = Math.min(pause * 2, pauses.longest);
    }
  }

  /** @returns True when the user does not want to wait. */
  private pause(time: number | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = time === undefined ? undefined : setTimeout(() => resolve(false), time);
      this.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  private take(event: ConsoleEvent): void {
    this.turn = this.turn.then(() => this.show(event)).catch(() => undefined);
    clearTimeout(this.quietTimer);
    this.quietTimer = setTimeout(() => {
      this.turn = this.turn.then(() => this.showParts(this.decoder.flush())).catch(() => undefined);
    }, quiet);
  }

  private async show(event: ConsoleEvent): Promise<void> {
    if (event.kind === 'text') return this.showParts(this.decoder.push(event.text));
    await this.showParts(this.decoder.flush());
    this.write(`${this.lineStart()}${eventText(event)}`);
  }

  private async showParts(parts: readonly ConsolePart[]): Promise<void> {
    for (const part of parts) {
      if (part.kind === 'text') this.write(terminalText(part.text));
      else await this.explain(part.incident);
      if (this.stop.signal.aborted) return;
    }
  }

  private async explain(incident: Incident): Promise<void> {
    const explained = { ...incident, meanings: this.meaningsOf(incident) };
    this.incidents.push(explained);
    if (this.incidents.length > mostIncidents) this.incidents.shift();
    const late = new Promise<readonly Meaning[]>((resolve) => setTimeout(() => resolve([]), patience));
    const text = meaningText(await Promise.race([explained.meanings, late]), (path) => workspace.asRelativePath(path));
    if (text !== '') this.write(`${this.lineStart()}${text}`);
  }

  private async meaningsOf({ lines }: Incident): Promise<readonly Meaning[]> {
    const rootUri = await this.rootUri();
    return rootUri === undefined ? [] : explainWith(this.services.server, rootUri)(lines.join('\n'));
  }

  private say(text: string): void {
    this.turn = this.turn.then(() => this.write(`${this.lineStart()}${note(text)}`)).catch(() => undefined);
  }

  private lineStart(): string {
    return this.atLineStart ? '' : '\r\n';
  }

  private write(text: string): void {
    if (text === '' || this.stop.signal.aborted) return;
    this.atLineStart = text.endsWith('\n');
    this.written.fire(text);
  }
}
