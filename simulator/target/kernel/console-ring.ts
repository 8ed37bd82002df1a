import type { ByteText } from '../byte-text.ts';
import { Bell } from './descriptors.ts';

/** Bytes of the hypervisor's log page (struct jailhouse_virt_console). */
const size = 2048;

/** The hypervisor's log of one run: the last 2048 bytes, and a count of all that was ever written. */
export class ConsoleRing {
  readonly bell = new Bell();
  private kept: ByteText = '';
  private written = 0;

  add(text: ByteText): void {
    if (text === '') return;
    this.written += text.length;
    this.kept = (this.kept + text).slice(-size);
    this.bell.ring();
  }

  get text(): ByteText {
    return this.kept;
  }

  get end(): number {
    return this.written;
  }

  /** What came after position `from`, and how much of it is lost. */
  since(from: number): { readonly text: ByteText; readonly missed: number } {
    const start = this.written - this.kept.length;
    const missed = Math.max(0, start - from);
    return { text: this.kept.slice(Math.max(0, from - start)), missed };
  }
}
