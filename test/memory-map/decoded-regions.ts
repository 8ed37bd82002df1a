import type { Config } from '@jailhouse-cells/core/config/model.ts';

/** A memory region as it stands in the bytes of a `.cell` file. */
export interface DecodedRegion {
  readonly index: number;
  readonly phys: bigint;
  readonly virt: bigint;
  readonly size: bigint;
  readonly flags: bigint;
}

/** The regions by their bytes alone: 32 each, behind the CPU set (struct jailhouse_memory). */
export function decodedRegions(config: Config): readonly DecodedRegion[] {
  const view = new DataView(config.bytes.buffer, config.bytes.byteOffset, config.bytes.byteLength);
  const first = config.memoryRegions[0]?.physStart.offset ?? 0;
  return config.memoryRegions.map((_, index) => {
    const at = first + 32 * index;
    const word = (offset: number): bigint => view.getBigUint64(at + offset, true);
    return { index, phys: word(0), virt: word(8), size: word(16), flags: word(24) };
  });
}

export const bits = { write: 2n, io: 0x10n, comm: 0x20n, loadable: 0x40n, rootshared: 0x80n } as const;

export function overlap(aStart: bigint, aSize: bigint, bStart: bigint, bSize: bigint): boolean {
  return aSize > 0n && bSize > 0n && aStart < bStart + bSize && bStart < aStart + aSize;
}
