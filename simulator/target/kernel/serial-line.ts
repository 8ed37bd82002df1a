import type { ByteText } from '../byte-text.ts';

const most = 1 << 20;

/** What a person would see who has a cable on the board's UART: the hypervisor, and inmates that share it. */
export class SerialLine {
  private kept: ByteText = '';
  private written = 0;

  add(text: ByteText): void {
    this.written += text.length;
    this.kept = (this.kept + text).slice(-most);
  }

  get end(): number {
    return this.written;
  }

  /** What came after a position; at most the last MiB. */
  since(from: number): ByteText {
    return this.kept.slice(Math.max(0, this.kept.length - (this.written - from)));
  }
}
