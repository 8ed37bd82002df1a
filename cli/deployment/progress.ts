import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { textWidth } from '@jailhouse-cells/core/source/text-width.ts';
import type { Sink } from '../io.ts';
import { widthOf } from '../style.ts';

/** Says what is being done: on a terminal in one line that is drawn again and again, elsewhere a line for each step. */
export class Progress {
  private shown = false;

  constructor(private readonly sink: Sink) {}

  /** A step begins. */
  step(text: string): void {
    if (this.sink.isTerminal) this.draw(text);
    else this.sink.write(`${printable(text)}\n`);
  }

  /** How far the step is: for terminals only. */
  detail(text: string): void {
    if (this.sink.isTerminal) this.draw(text);
  }

  /** Stays on the screen. @param text Printable, without its line end. */
  line(text: string): void {
    this.clear();
    this.sink.write(`${text}\n`);
  }

  clear(): void {
    if (this.shown) this.sink.write('\r\u001b[K');
    this.shown = false;
  }

  private draw(text: string): void {
    const width = widthOf(this.sink) - 1;
    let line = printable(text);
    while (textWidth(line) > width) line = `${[...line].slice(0, -2).join('')}…`;
    this.sink.write(`\r${line}\u001b[K`);
    this.shown = true;
  }
}
