import type { ByteText } from '../byte-text.ts';
import type { FileSystem } from '../files/file-system.ts';
import type { Actor, GeneratedFile, Inode, StoredFile, Waiter } from '../files/inode.ts';
import { FileError } from '../target.ts';

/** Wakes whoever waits for something to change. */
export class Bell {
  private waiting: (() => void)[] = [];

  ring(): void {
    const woken = this.waiting;
    this.waiting = [];
    for (const wake of woken) wake();
  }

  next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** An open file, shared by every descriptor that was copied from the first one. */
export abstract class OpenFile {
  private references = 1;
  private putBack: Uint8Array | undefined;

  /** Called when the last descriptor is closed: locks go with it. */
  onClosed: (() => void) | undefined;

  constructor(
    readonly path: ByteText,
    readonly inode: Inode | undefined,
  ) {}

  retain(): this {
    this.references += 1;
    return this;
  }

  release(): void {
    this.references -= 1;
    if (this.references !== 0) return;
    this.closed();
    this.onClosed?.();
  }

  get isTerminal(): boolean {
    return false;
  }

  /** At most `most` bytes; undefined at the end. Throws FileError. */
  async read(most: number, waiter: Waiter): Promise<Uint8Array | undefined> {
    const kept = this.putBack;
    if (kept === undefined) return this.take(most, waiter);
    this.putBack = kept.length > most ? kept.subarray(most) : undefined;
    return kept.length > most ? kept.subarray(0, most) : kept;
  }

  /** Gives back what was read too much: stands for reading byte by byte. */
  unread(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.putBack = this.putBack === undefined ? bytes : Buffer.concat([bytes, this.putBack]);
  }

  protected take(_most: number, _waiter: Waiter): Promise<Uint8Array | undefined> {
    return Promise.reject(new FileError('EBADF', this.path));
  }

  /** Writes all of it. Throws FileError. */
  write(_bytes: Uint8Array, _waiter: Waiter): Promise<void> {
    return Promise.reject(new FileError('EBADF', this.path));
  }

  protected closed(): void {}
}

const pipeSize = 65536;

/** Bytes on their way between two processes. */
class Pipe {
  readonly bell = new Bell();
  readonly pieces: Uint8Array[] = [];
  held = 0;
  writers = 1;
  readers = 1;
}

class PipeEnd extends OpenFile {
  constructor(
    private readonly pipe: Pipe,
    private readonly side: 'read' | 'write',
  ) {
    super('pipe', undefined);
  }

  protected override async take(most: number, waiter: Waiter): Promise<Uint8Array | undefined> {
    if (this.side !== 'read') throw new FileError('EBADF', this.path);
    while (this.pipe.held === 0) {
      if (this.pipe.writers === 0) return undefined;
      await waiter.wait(this.pipe.bell.next());
    }
    const first = this.pipe.pieces[0] as Uint8Array;
    const taken = first.length > most ? first.subarray(0, most) : first;
    if (first.length > most) this.pipe.pieces[0] = first.subarray(most);
    else this.pipe.pieces.shift();
    this.pipe.held -= taken.length;
    this.pipe.bell.ring();
    return taken;
  }

  override async write(bytes: Uint8Array, waiter: Waiter): Promise<void> {
    if (this.side !== 'write') throw new FileError('EBADF', this.path);
    while (this.pipe.readers > 0 && this.pipe.held >= pipeSize) await waiter.wait(this.pipe.bell.next());
    if (this.pipe.readers === 0) throw new FileError('EPIPE', this.path);
    if (bytes.length === 0) return;
    this.pipe.pieces.push(bytes);
    this.pipe.held += bytes.length;
    this.pipe.bell.ring();
  }

  protected override closed(): void {
    if (this.side === 'read') this.pipe.readers -= 1;
    else this.pipe.writers -= 1;
    this.pipe.bell.ring();
  }
}

export function makePipe(): { readonly input: OpenFile; readonly output: OpenFile } {
  const pipe = new Pipe();
  return { input: new PipeEnd(pipe, 'read'), output: new PipeEnd(pipe, 'write') };
}

export interface OpenMode {
  readonly read: boolean;
  readonly write: boolean;
  readonly append: boolean;
}

/** A file on the disk or in memory. */
export class OpenStoredFile extends OpenFile {
  private offset = 0;

  constructor(
    path: ByteText,
    private readonly file: StoredFile,
    private readonly mode: OpenMode,
    private readonly files: FileSystem,
  ) {
    super(path, file);
  }

  seek(offset: number): void {
    this.offset = offset;
  }

  protected override async take(most: number): Promise<Uint8Array | undefined> {
    if (!this.mode.read) throw new FileError('EBADF', this.path);
    if (this.offset >= this.file.size) return undefined;
    const end = Math.min(this.file.size, this.offset + most);
    const bytes = this.file.bytes.slice(this.offset, end);
    this.offset = end;
    return bytes;
  }

  override async write(bytes: Uint8Array): Promise<void> {
    if (!this.mode.write) throw new FileError('EBADF', this.path);
    let rest = bytes;
    while (rest.length > 0) {
      const at = this.mode.append ? this.file.size : this.offset;
      const written = this.files.writeAt(this.file, at, rest, this.path);
      this.offset = at + written;
      rest = rest.subarray(written);
    }
  }
}

/** A file of /proc or /sys. Its content is that of the first read. */
export class OpenGeneratedFile extends OpenFile {
  private content: Uint8Array | undefined;
  private offset = 0;

  constructor(
    path: ByteText,
    private readonly file: GeneratedFile,
    private readonly actor: Actor,
  ) {
    super(path, file);
  }

  protected override async take(most: number, waiter: Waiter): Promise<Uint8Array | undefined> {
    this.content ??= await this.file.read(this.actor, waiter);
    if (this.offset >= this.content.length) return undefined;
    const bytes = this.content.subarray(this.offset, this.offset + most);
    this.offset += bytes.length;
    return bytes;
  }

  override async write(bytes: Uint8Array): Promise<void> {
    if (this.file.write === undefined) throw new FileError('EIO', this.path);
    this.file.write(bytes);
  }
}

/** A directory: it can be locked and passed on, not read. */
export class OpenDirectory extends OpenFile {
  protected override take(): Promise<Uint8Array | undefined> {
    return Promise.reject(new FileError('EISDIR', this.path));
  }
}

/** /dev/null, /dev/zero, /dev/urandom. */
export class OpenPlainDevice extends OpenFile {
  constructor(
    path: ByteText,
    inode: Inode,
    private readonly device: 'null' | 'zero' | 'random' | 'full',
  ) {
    super(path, inode);
  }

  protected override async take(most: number): Promise<Uint8Array | undefined> {
    if (this.device === 'null') return undefined;
    const bytes = new Uint8Array(Math.min(most, 65536));
    if (this.device === 'random') crypto.getRandomValues(bytes);
    return bytes;
  }

  override async write(): Promise<void> {
    if (this.device === 'full') throw new FileError('ENOSPC', this.path);
  }
}
