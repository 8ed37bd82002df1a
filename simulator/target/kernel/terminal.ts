import { type ByteText, fromBytes, toBytes } from '../byte-text.ts';
import type { Waiter } from '../files/inode.ts';
import { FileError, type RemoteCommand } from '../target.ts';
import { Bell, OpenFile } from './descriptors.ts';

/** A terminal with the usual settings: lines, echo, `^C`, `^D`, `^U`, `^H`. */
export class Terminal extends OpenFile {
  /** Called for `^C`. */
  onInterrupt: (() => void) | undefined;
  private readonly lines: Uint8Array[] = [];
  private line: ByteText = '';
  private ended = false;
  private readonly bell = new Bell();

  constructor(private readonly command: RemoteCommand) {
    super('/dev/pts/0', undefined);
    this.pump().catch(() => this.end());
  }

  override get isTerminal(): boolean {
    return true;
  }

  private async pump(): Promise<void> {
    for await (const bytes of this.command.stdin) for (const character of fromBytes(bytes)) this.key(character);
    this.end();
  }

  private end(): void {
    this.ended = true;
    this.bell.ring();
  }

  private key(character: string): void {
    switch (character) {
      case '\r':
      case '\n':
        this.echo('\r\n');
        this.push(`${this.line}\n`);
        return;
      case '\x03':
        this.echo('^C\r\n');
        this.line = '';
        this.onInterrupt?.();
        return;
      case '\x04':
        if (this.line === '') this.push('');
        else this.push(this.line);
        return;
      case '\x15':
        this.echo('\b \b'.repeat(this.line.length));
        this.line = '';
        return;
      case '\x08':
      case '\x7f':
        if (this.line !== '') this.echo('\b \b');
        this.line = this.line.slice(0, -1);
        return;
    }
    this.line += character;
    this.echo(character < ' ' && character !== '\t' ? `^${String.fromCharCode(character.charCodeAt(0) + 64)}` : character);
  }

  private push(text: ByteText): void {
    this.line = '';
    this.lines.push(toBytes(text));
    this.bell.ring();
  }

  private echo(text: ByteText): void {
    if (!this.command.lost.aborted) this.command.stdout(toBytes(text));
  }

  /** One line; undefined for `^D` at its start. */
  protected override async take(most: number, waiter: Waiter): Promise<Uint8Array | undefined> {
    while (this.lines.length === 0) {
      if (this.ended) return undefined;
      await waiter.wait(this.bell.next());
    }
    const line = this.lines.shift() as Uint8Array;
    if (line.length === 0) return undefined;
    this.unread(line.subarray(most));
    return line.subarray(0, most);
  }

  override async write(bytes: Uint8Array, waiter: Waiter): Promise<void> {
    if (this.command.lost.aborted) throw new FileError('EIO', this.path);
    this.command.stdout(toBytes(fromBytes(bytes).replace(/\r?\n/g, '\r\n')));
    await waiter.wait(new Promise<void>((resolve) => setImmediate(resolve)));
  }
}
