import type { Socket } from 'node:net';
import type { RemoteCommand, SimulatedTarget } from '../target/target.ts';
import { encodeFrame, FrameReader, frame, type SessionHello } from './frames.ts';
import { serveSftp } from './sftp.ts';

/** A client that reads nothing more has so many bytes put aside for it; then it is given up. */
const mostUnread = 256 << 20;
/** Used bytes of stdin are reported in pieces of this size: each report is a frame. */
const reportEvery = 256 << 10;

export interface SessionOptions {
  readonly target: SimulatedTarget;
  /** The command that sshd hands over for the subsystem sftp; undefined: the board has none. */
  readonly sftpCommand: string | undefined;
  /** A command that is answered by the board's server itself: it proves that logins work. */
  readonly readyCommand: string;
  /** Where sftp begins; default `/`. */
  readonly home?: string;
}

/** Serves what one forwarder brings: runs its command on the target and carries the streams. */
export function serveSession(socket: Socket, options: SessionOptions): void {
  const lost = new AbortController();
  const stdin = new StdinQueue((bytes) => send(frame.consumed, lengthBytes(bytes)));
  let begun = false;
  let ended = false;

  function send(type: number, bytes?: Uint8Array): void {
    if (ended || socket.destroyed) return;
    socket.write(encodeFrame(type, bytes));
    if (socket.writableLength > mostUnread) lose();
  }
  function lose(): void {
    if (ended) return;
    ended = true;
    stdin.end();
    lost.abort();
    socket.destroy();
  }
  function exit(status: number): void {
    if (ended) return;
    send(frame.exit, Uint8Array.of(status & 0xff));
    ended = true;
    socket.end();
  }

  const reader = new FrameReader((type, bytes) => {
    if (type === frame.hello && !begun) {
      begun = true;
      const hello = JSON.parse(new TextDecoder().decode(bytes)) as SessionHello;
      const running = start(hello, stdin, lost.signal, send, options);
      running.then(exit, (error: unknown) => {
        send(frame.stderr, new TextEncoder().encode(`jailhouse-simulated: mistake of the simulated board: ${messageOf(error)}\n`));
        exit(255);
      });
    } else if (type === frame.stdin) stdin.push(bytes);
    else if (type === frame.stdinEnd) stdin.end();
    else if (type === frame.lost) lose();
  });
  socket.on('data', (bytes: Uint8Array) => {
    try {
      reader.push(bytes);
    } catch {
      lose();
    }
  });
  socket.on('close', lose);
  // 'close' follows.
  socket.on('error', () => undefined);
}

async function start(
  hello: SessionHello,
  stdin: StdinQueue,
  lost: AbortSignal,
  send: (type: number, bytes: Uint8Array) => void,
  options: SessionOptions,
): Promise<number> {
  const { command, terminal } = hello;
  const stdout = (bytes: Uint8Array) => send(frame.stdout, bytes);
  if (command === options.readyCommand) return 0;
  if (options.sftpCommand !== undefined && command === options.sftpCommand) return serveSftp(options.target.files, stdin, stdout, options);
  const environment: Record<string, string> = { ...hello.environment };
  if (terminal && hello.columns) environment.COLUMNS = String(hello.columns);
  if (terminal && hello.rows) environment.LINES = String(hello.rows);
  const remote: RemoteCommand = {
    command,
    stdin,
    stdout,
    stderr: (bytes) => send(frame.stderr, bytes),
    lost,
    terminal,
    environment,
  };
  return options.target.run(remote);
}

/** Bytes that wait for a command to read them; tells the sender what was read. */
class StdinQueue implements AsyncIterable<Uint8Array> {
  private readonly waiting: Uint8Array[] = [];
  private ended = false;
  private wake: (() => void) | undefined;
  private unreported = 0;

  constructor(private readonly consumed: (bytes: number) => void) {}

  push(bytes: Uint8Array): void {
    if (this.ended) return;
    this.waiting.push(bytes);
    this.wake?.();
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const bytes = this.waiting.shift();
      if (bytes !== undefined) {
        this.unreported += bytes.length;
        if (this.unreported >= reportEvery) {
          this.consumed(this.unreported);
          this.unreported = 0;
        }
        yield bytes;
      } else if (this.ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        this.wake = undefined;
      }
    }
  }
}

function lengthBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
