import type { Config } from '@jailhouse-cells/core/config/model.ts';

/** What stands in the bytes of a `.cell` file behind the descriptor, by the sizes of the ABI alone (revision 14). */
export interface DecodedResources {
  readonly cpus: readonly number[];
  readonly pins: readonly number[];
  readonly devices: readonly { readonly bdf: number; readonly regionsStart: number; readonly id: number; readonly peers: number }[];
}

const memoryBytes = 32;
const irqchipBytes = 32;
const deviceBytes = 56;

/** The first array is the CPU set, of one word of 64 bits. */
export function decodedResources({ bytes, cpus, memoryRegions, irqchips, pciDevices }: Config): DecodedResources {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const set = cpus.words[0]?.offset ?? 0;
  const chips = set + 8 + memoryBytes * memoryRegions.length;
  const devices = chips + irqchipBytes * irqchips.length;
  const pins = irqchips.flatMap((_, index) => {
    const at = chips + irqchipBytes * index;
    const base = view.getUint32(at + 12, true);
    return [0, 1, 2, 3].flatMap((word) => bitsOf(BigInt(view.getUint32(at + 16 + 4 * word, true))).map((bit) => base + 32 * word + bit));
  });
  return {
    cpus: bitsOf(view.getBigUint64(set, true)),
    pins: [...new Set(pins)],
    devices: pciDevices.map((_, index) => {
      const at = devices + deviceBytes * index;
      return {
        bdf: view.getUint16(at + 4, true),
        regionsStart: view.getUint32(at + 48, true),
        id: view.getUint8(at + 52),
        peers: view.getUint8(at + 53),
      };
    }),
  };
}

function bitsOf(value: bigint): number[] {
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => ((value >> BigInt(bit)) & 1n) === 1n);
}
