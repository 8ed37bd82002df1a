import type { Waiter } from '../files/inode.ts';
import { FileError, type RemoteCommand } from '../target.ts';
import { OpenFile } from './descriptors.ts';

/** Standard input of a session without a terminal. Bytes are taken from the client when somebody reads. */
export class ChannelInput extends OpenFile {
  private readonly source: AsyncIterator<Uint8Array>;
  /** A read that its reader did not live to see goes to the next one. */
  private pending: Promise<IteratorResult<Uint8Array>> | undefined;
  private ended = false;

  constructor(command: RemoteCommand) {
    super('stdin', undefined);
    this.source = command.stdin[Symbol.asyncIterator]();
  }

  protected override async take(most: number, waiter: Waiter): Promise<Uint8Array | undefined> {
    while (!this.ended) {
      this.pending ??= this.source.next();
      const result = await waiter.wait(this.pending);
      this.pending = undefined;
      if (result.done === true) {
        this.ended = true;
        break;
      }
      if (result.value.length === 0) continue;
      this.unread(result.value.subarray(most));
      return result.value.subarray(0, most);
    }
    return undefined;
  }
}

/** Standard output or error of a session: once the client is gone, writing is a broken pipe. */
export class ChannelOutput extends OpenFile {
  constructor(
    name: string,
    private readonly command: RemoteCommand,
    private readonly send: (bytes: Uint8Array) => void,
    private readonly whenClosed: () => void,
  ) {
    super(name, undefined);
  }

  override async write(bytes: Uint8Array, waiter: Waiter): Promise<void> {
    if (this.command.lost.aborted) throw new FileError('EPIPE', this.path);
    this.send(bytes);
    // Gives way, so that whoever writes without an end does not stop the board.
    await waiter.wait(new Promise<void>((resolve) => setImmediate(resolve)));
  }

  protected override closed(): void {
    this.whenClosed();
  }
}
