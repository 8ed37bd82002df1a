import { Halt } from './halt.ts';

/** Bytes of a config as they lie in the hypervisor's memory: little endian, with zeros behind its end, as its page pool has them. */
export class ConfigBytes {
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Value of `width` bytes (1, 2, 4). Far behind the end nothing is mapped: EL2 faults. */
  number(offset: number, width: 1 | 2 | 4): number {
    const reach = 0x400000;
    if (offset + width > this.bytes.length + reach) throw new Halt('abort');
    let value = 0;
    for (let at = width - 1; at >= 0; at--) value = value * 256 + (this.bytes[offset + at] ?? 0);
    return value;
  }

  u8(offset: number): number {
    return this.number(offset, 1);
  }

  u16(offset: number): number {
    return this.number(offset, 2);
  }

  u32(offset: number): number {
    return this.number(offset, 4);
  }

  u64(offset: number): bigint {
    if (offset >= 0 && offset + 8 <= this.bytes.length) return this.#view.getBigUint64(offset, true);
    return BigInt(this.number(offset, 4)) | (BigInt(this.number(offset + 4, 4)) << 32n);
  }

  /** Text up to the first NUL; `limit` bytes at most, for that is all that the next field lets through. */
  text(offset: number, limit: number): string {
    let end = offset;
    while (end < offset + limit && this.u8(end) !== 0) end++;
    return new TextDecoder('latin1').decode(this.bytes.subarray(offset, Math.min(end, this.bytes.length)));
  }
}
