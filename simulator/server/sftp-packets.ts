/** Packets of the SSH File Transfer Protocol, version 3 (draft-ietf-secsh-filexfer-02): numbers are big endian, strings have a length of 4 bytes. */

export const request = {
  init: 1,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  extended: 200,
} as const;

export const reply = { version: 2, status: 101, handle: 102, data: 103, name: 104, attributes: 105, extended: 201 } as const;

export const status = { ok: 0, eof: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, badMessage: 5, unsupported: 8 } as const;

/** SSH_FXF_* of open. */
export const openFlag = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

/** What a request says of a file; each part may be left out. */
export interface Attributes {
  readonly size?: number;
  readonly mode?: number;
  /** Seconds since 1970. */
  readonly modified?: number;
}

const attributeFlag = { size: 1, owner: 2, mode: 4, times: 8, extended: 0x80000000 } as const;

/** Reads the fields of one packet; throws a RangeError where it is too short. */
export class PacketReader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8(): number {
    return this.view.getUint8(this.move(1));
  }

  u32(): number {
    return this.view.getUint32(this.move(4));
  }

  /** Offsets and sizes; what does not fit into a double is no file of this board. */
  u64(): number {
    return Number(this.view.getBigUint64(this.move(8)));
  }

  string(): Uint8Array {
    const length = this.u32();
    const from = this.move(length);
    return this.bytes.subarray(from, from + length);
  }

  text(): string {
    return new TextDecoder().decode(this.string());
  }

  attributes(): Attributes {
    const flags = this.u32();
    const size = flags & attributeFlag.size ? this.u64() : undefined;
    if (flags & attributeFlag.owner) this.move(8);
    const mode = flags & attributeFlag.mode ? this.u32() : undefined;
    let modified: number | undefined;
    if (flags & attributeFlag.times) {
      this.u32();
      modified = this.u32();
    }
    return { ...(size !== undefined && { size }), ...(mode !== undefined && { mode }), ...(modified !== undefined && { modified }) };
  }

  private move(length: number): number {
    if (this.at + length > this.bytes.length) throw new RangeError('the packet ends early');
    const from = this.at;
    this.at += length;
    return from;
  }
}

/** Writes one packet, without the length in front of it. */
export class PacketWriter {
  private readonly parts: Uint8Array[] = [];

  constructor(type: number) {
    this.u8(type);
  }

  u8(value: number): this {
    this.parts.push(Uint8Array.of(value));
    return this;
  }

  u32(value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    this.parts.push(bytes);
    return this;
  }

  u64(value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
    this.parts.push(bytes);
    return this;
  }

  string(value: string | Uint8Array): this {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    this.u32(bytes.length);
    this.parts.push(bytes);
    return this;
  }

  attributes(value: Attributes & { readonly owner?: number }): this {
    this.u32(attributeFlag.size | attributeFlag.owner | attributeFlag.mode | attributeFlag.times).u64(value.size ?? 0);
    this.u32(value.owner ?? 0).u32(value.owner ?? 0);
    this.u32(value.mode ?? 0);
    return this.u32(value.modified ?? 0).u32(value.modified ?? 0);
  }

  /** The packet with its length. */
  finish(): Uint8Array {
    const length = this.parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = new Uint8Array(4 + length);
    new DataView(bytes.buffer).setUint32(0, length);
    let at = 4;
    for (const part of this.parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}
