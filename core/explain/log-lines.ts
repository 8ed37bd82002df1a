/** Characters kept of one line: the longest message of the hypervisor has about 120. The rest of a longer line is dropped. */
const maxLineLength = 2000;

/** One line of a log. */
export interface LogLine {
  /** From 1. */
  readonly number: number;
  /** Cleaned: no time stamp, no colours, no control characters. */
  readonly text: string;
}

/**
 * Cuts a stream of text into lines. Ends a line at LF, CRLF, a lone CR or a NUL; holds back at most one line, whatever arrives.
 */
export class LineSplitter {
  private rest = '';
  private count = 0;
  /** A CR ended the last piece: an LF that follows belongs to it. */
  private afterCr = false;

  constructor(private readonly take: (line: LogLine) => void) {}

  get lines(): number {
    return this.count;
  }

  push(text: string): void {
    let from = this.afterCr && text.startsWith('\n') ? 1 : 0;
    if (text !== '') this.afterCr = false;
    const ends = /\r\n|[\n\r\0]/g;
    ends.lastIndex = from;
    for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
      this.emit(this.rest + text.slice(from, Math.min(end.index, from + maxLineLength)));
      this.rest = '';
      from = ends.lastIndex;
      this.afterCr = end[0] === '\r' && from === text.length;
    }
    if (this.rest.length < maxLineLength) this.rest += text.slice(from, from + maxLineLength);
  }

  /** The last line may lack its end. */
  end(): void {
    if (this.rest !== '') this.emit(this.rest);
    this.rest = '';
  }

  private emit(text: string): void {
    this.count++;
    this.take({ number: this.count, text: text.slice(0, maxLineLength) });
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences are what it looks for.
const escapeSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-_])/g;
const controls = /[\p{Cc}\p{Cf}\p{Cs}\ufffd]/gu;
const stamps = [
  // syslog and journalctl: `Nov 23 01:56:18 host kernel: `, or an ISO time.
  /^\s*(?:[A-Z][a-z]{2} +\d{1,2} [\d:.]+|\d{4}-\d\d-\d\d[T ][\d:.,+Z-]+) \S+ [\w.-]+(?:\[\d+\])?: /,
  // Raw kernel messages: `<3>`, `[   12.345678] `, `[T123] `; picocom and tio put `[12:34:56.789] ` in front.
  /^\s*<\d{1,3}>/,
  /^\s*\[[\s\d:.]+\](?:\s*\[\s*[TC]\d+\])? ?/,
];

/** Takes away what the way of the log added: colours, time stamps, control characters and undecodable bytes. */
export function cleanLine(text: string): string {
  let clean = text.replace(escapeSequences, '').replaceAll('\t', ' ').replace(controls, '');
  for (const stamp of stamps) clean = clean.replace(stamp, '');
  return clean.trimEnd();
}
