/**
 * What goes over the socket between the forwarder of a session (forwarder.cjs) and the board: type (1 byte), length (4 bytes, big endian), payload.
 */
export const frame = {
  /** JSON: `SessionHello`. First, and once. */
  hello: 1,
  stdin: 2,
  /** The client closed its side; the connection lives on. */
  stdinEnd: 3,
  /** The connection is gone. */
  lost: 4,
  stdout: 5,
  stderr: 6,
  /** One byte: the exit status. */
  exit: 7,
  /** 4 bytes, big endian: bytes of stdin that were used, so that as many may follow. */
  consumed: 8,
} as const;

export interface SessionHello {
  /** As the client sent it; undefined: an interactive shell. */
  readonly command: string | undefined;
  readonly terminal: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Size of the terminal when the session began; undefined without one. */
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

/** Longer frames are a mistake of the sender: it sends what one read gave it. */
const longest = 64 << 20;

export function encodeFrame(type: number, bytes: Uint8Array = new Uint8Array()): Uint8Array {
  const framed = new Uint8Array(5 + bytes.length);
  framed[0] = type;
  new DataView(framed.buffer).setUint32(1, bytes.length);
  framed.set(bytes, 5);
  return framed;
}

/** Puts frames together from pieces of any size. */
export class FrameReader {
  private pieces: Uint8Array[] = [];
  private held = 0;

  constructor(private readonly take: (type: number, bytes: Uint8Array) => void) {}

  /** Throws a RangeError for a frame that is too long to be one. */
  push(bytes: Uint8Array): void {
    this.pieces.push(bytes);
    this.held += bytes.length;
    for (;;) {
      if (this.held < 5) return;
      const head = this.joined(5);
      const length = new DataView(head.buffer, head.byteOffset).getUint32(1);
      if (length > longest) throw new RangeError(`a frame of ${length} bytes`);
      if (this.held < 5 + length) return;
      const all = this.joined(5 + length);
      const rest = all.subarray(5 + length);
      this.pieces = rest.length > 0 ? [rest] : [];
      this.held = rest.length;
      this.take(all[0] ?? 0, all.subarray(5, 5 + length));
    }
  }

  /** One piece of at least `length` bytes; the pieces are joined only when they have to be. */
  private joined(length: number): Uint8Array {
    const first = this.pieces[0] as Uint8Array;
    if (first.length >= length) return first;
    const all = new Uint8Array(this.held);
    let at = 0;
    for (const piece of this.pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    this.pieces = [all];
    return all;
  }
}
