import { randomBytes } from 'node:crypto';
import { quote } from './quote.ts';

/** A script and the marks it prints around its output, which tell it apart from what ssh, a banner or a login shell's start-up file print. */
export interface MarkedScript {
  /** For ssh as the remote command; the login shell may be any that knows quoted words and `exec`. */
  readonly command: string;
  readonly begin: string;
  /** On stdout its exit status follows. */
  readonly end: string;
}

/**
 * Wraps a script so that its real exit status comes back: ssh's own 255 means a lost connection as well. It runs in a subshell, which `exit` and
 * `set -e` end; the marks are printed from two words, so that a listing of processes or a trace of the command does not hold them.
 */
export function markedScript(script: string): MarkedScript {
  const token = `jhc-${randomBytes(9).toString('hex')}`;
  const print = (word: string) => `printf "%s-%s\\n" ${token} ${word}`;
  const wrapped = [
    `${print('begin')}; ${print('begin')} >&2`,
    `(\n${script}\n)`,
    `jhc_status=$?; printf "%s-%s %s\\n" ${token} end "$jhc_status"; ${print('end')} >&2; exit 0`,
  ];
  return { command: `exec sh -c ${quote(wrapped.join('\n'))}`, begin: `${token}-begin`, end: `${token}-end` };
}

/** Characters that are kept of what is not of the script: enough for a banner or a message. */
const mostAround = 64 * 1024;
/** Characters that are kept of a script's output: more than any of ours prints, less than a string can hold. */
const mostText = 64 * 1024 * 1024;

/** Takes one stream of a marked script apart, as it comes. However much a target sends, no more than a part of it is kept. */
export class MarkedOutput {
  /** What came between the marks. */
  text = '';
  /** What came before and after: not of the script. */
  around = '';
  private pending = '';
  private state: 'before' | 'inside' | 'after' = 'before';
  private statusWord: string | undefined;

  constructor(
    private readonly marks: MarkedScript,
    private readonly onText?: (text: string) => void,
    private readonly onBegin?: () => void,
  ) {}

  get began(): boolean {
    return this.state !== 'before';
  }

  get ended(): boolean {
    return this.state === 'after';
  }

  /** Exit status of the script, behind the end mark of stdout. */
  get status(): number | undefined {
    return this.statusWord === undefined || !/^\d+$/.test(this.statusWord) ? undefined : Number(this.statusWord);
  }

  push(chunk: string): void {
    this.pending += chunk;
    if (this.state === 'before') {
      const mark = `${this.marks.begin}\n`;
      const at = this.pending.indexOf(mark);
      if (at < 0) {
        const rest = heldBack(this.pending, mark);
        this.keepAround(this.pending.slice(0, this.pending.length - rest));
        this.pending = this.pending.slice(this.pending.length - rest);
        return;
      }
      this.keepAround(this.pending.slice(0, at));
      this.pending = this.pending.slice(at + mark.length);
      this.state = 'inside';
      this.onBegin?.();
    }
    if (this.state === 'inside') {
      const at = this.pending.indexOf(this.marks.end);
      this.emit(at < 0 ? this.pending.length - heldBack(this.pending, this.marks.end) : at);
      const lineEnd = at < 0 ? -1 : this.pending.indexOf('\n');
      if (lineEnd < 0) return;
      this.statusWord = this.pending.slice(this.marks.end.length, lineEnd).trim();
      this.pending = this.pending.slice(lineEnd + 1);
      this.state = 'after';
    }
    this.keepAround(this.pending);
    this.pending = '';
  }

  private keepAround(text: string): void {
    this.around = `${this.around}${text}`.slice(-mostAround);
  }

  /** The stream is over: an unfinished mark is text after all. */
  finish(): void {
    if (this.state === 'before') this.keepAround(this.pending);
    else if (this.state === 'inside') this.emit(this.pending.length);
    this.pending = '';
  }

  private emit(length: number): void {
    if (length === 0) return;
    const text = this.pending.slice(0, length);
    this.pending = this.pending.slice(length);
    if (this.text.length + text.length <= mostText) this.text += text;
    this.onText?.(text);
  }
}

/** Length of the longest end of `text` that a mark could begin with. */
function heldBack(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}
