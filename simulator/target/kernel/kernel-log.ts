import type { ByteText } from '../byte-text.ts';

/** The kernel's log, with seconds since boot in front of each line. */
export class KernelLog {
  private readonly lines: ByteText[] = [];

  constructor(private readonly secondsUp: () => number) {}

  add(line: ByteText, seconds = this.secondsUp()): void {
    this.lines.push(`[${seconds.toFixed(6).padStart(12)}] ${line}\n`);
  }

  text(): ByteText {
    return this.lines.join('');
  }

  clear(): void {
    this.lines.length = 0;
  }
}
