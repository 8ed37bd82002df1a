import type { Explain } from '@jailhouse-cells/core/deployment/meaning.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { meaningLines, type ProblemText } from './problem-text.ts';

/** Lines with which the hypervisor begins to tell of a crash. */
const begins = /Unhandled data (?:read|write) at|FATAL: |Unhandled HYP|Attempt to route IRQ|returning error/;
/** The last line of a report. */
const ends = /^Parking CPU \d+/;
/** The registers of a report and what stands around them; anything else is no part of it. */
const belongs = /^(?:\s*|Cell state before exception:|Hypervisor state.*|\s*(?:pc|sp|x\d+|elr|esr): .*|Unhandled .*|FATAL: .*)$/;
/** Lines of the longest report. */
const maxReport = 40;

/** Passes the console's lines on, and puts what a report of a crash means behind it: which region or device is at the address, and whose it should be. */
export class ConsoleDecoder {
  private pending = '';
  private report: string[] = [];

  constructor(
    private readonly options: { readonly explain: Explain; readonly print: (line: string) => void; readonly text: ProblemText },
  ) {}

  /** Text as it comes, cut anywhere. */
  async push(text: string): Promise<void> {
    const lines = (this.pending + text).split('\n');
    this.pending = lines.pop() ?? '';
    for (const line of lines) await this.line(line.replace(/\r$/, ''));
  }

  /** What was begun is over. */
  async end(): Promise<void> {
    if (this.pending !== '') await this.line(this.pending);
    this.pending = '';
    await this.tell();
  }

  private async line(line: string): Promise<void> {
    const { print } = this.options;
    if (this.report.length > 0 && !ends.test(line) && !belongs.test(line)) await this.tell();
    print(printable(line.replaceAll('\t', '        ')));
    if (this.report.length > 0 || begins.test(line)) this.report.push(line);
    if (ends.test(line) || this.report.length > maxReport) await this.tell();
  }

  private async tell(): Promise<void> {
    if (this.report.length === 0) return;
    const text = this.report.join('\n');
    this.report = [];
    const { explain, print } = this.options;
    for (const meaning of await explain(text)) {
      for (const line of meaningLines(meaning, this.options.text)) print(`=> ${line}`);
    }
  }
}
