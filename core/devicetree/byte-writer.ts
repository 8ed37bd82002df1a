const utf8 = new TextEncoder();

/** Big-endian bytes, as blobs and values of properties have them. Grows as it is written to. */
export class ByteWriter {
  private buffer = new Uint8Array(1024);
  length = 0;

  /** Starts anew in the same memory; padding stays zero. */
  clear(): void {
    this.buffer.fill(0, 0, this.length);
    this.length = 0;
  }

  u8(value: number): void {
    this.buffer[this.room(1)] = value;
  }

  u32(value: number): void {
    const at = this.room(4);
    this.buffer[at] = value >>> 24;
    this.buffer[at + 1] = value >>> 16;
    this.buffer[at + 2] = value >>> 8;
    this.buffer[at + 3] = value;
  }

  /** The low bytes of `value`. */
  integer(value: bigint, bytes: number): void {
    const at = this.room(bytes);
    let rest = value;
    for (let i = bytes - 1; i >= 0; i--) {
      this.buffer[at + i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }

  u64(value: bigint): void {
    this.u32(Number((value >> 32n) & 0xffffffffn));
    this.u32(Number(value & 0xffffffffn));
  }

  raw(bytes: Uint8Array): void {
    const at = this.room(bytes.length);
    this.buffer.set(bytes, at);
  }

  /** With the NUL at its end. */
  text(text: string): void {
    this.raw(utf8.encode(text));
    this.room(1);
  }

  /** To the next multiple of four; the bytes between are zero. */
  align(): void {
    this.room(-this.length & 3);
  }

  bytes(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  private room(bytes: number): number {
    const at = this.length;
    this.length += bytes;
    if (this.length > this.buffer.length) {
      const larger = new Uint8Array(Math.max(this.length, this.buffer.length * 2));
      larger.set(this.buffer);
      this.buffer = larger;
    }
    return at;
  }
}
