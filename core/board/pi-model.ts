/** Boards with a BCM2711 that this project knows, by the first `compatible` of their device tree. */
export const piModels = ['raspberrypi,4-model-b', 'raspberrypi,400', 'raspberrypi,4-compute-module'] as const;
export type PiModel = (typeof piModels)[number];

const GIB = 1024n ** 3n;

interface ModelFacts {
  readonly name: string;
  /** Bytes of RAM that the model is sold with. */
  readonly ram: readonly bigint[];
  /** Bits 4 to 11 of the revision code, and what `[board-type=…]` of config.txt compares with. */
  readonly boardType: number;
  /** Model filters of config.txt that let this board through. */
  readonly filters: readonly string[];
}

/** https://www.raspberrypi.com/documentation/computers/raspberry-pi.html#raspberry-pi-revision-codes; conditional filters of config.txt. */
export const piModelFacts: Readonly<Record<PiModel, ModelFacts>> = {
  'raspberrypi,4-model-b': { name: 'Raspberry Pi 4', ram: [GIB, 2n * GIB, 4n * GIB, 8n * GIB], boardType: 0x11, filters: ['pi4'] },
  'raspberrypi,400': { name: 'Raspberry Pi 400', ram: [4n * GIB], boardType: 0x13, filters: ['pi4', 'pi400'] },
  'raspberrypi,4-compute-module': {
    name: 'Compute Module 4',
    ram: [GIB, 2n * GIB, 4n * GIB, 8n * GIB],
    boardType: 0x14,
    filters: ['pi4', 'cm4'],
  },
};

/** The model that a `model` of jailhouse.json or one of the `compatible` strings of a tree names; undefined for another board. */
export function piModelOf(names: readonly (string | undefined)[]): PiModel | undefined {
  for (const name of names) {
    const known = piModels.find((model) => model === name);
    if (known !== undefined) return known;
  }
  return names.includes('brcm,bcm2711') ? 'raspberrypi,4-model-b' : undefined;
}

/**
 * Bytes of RAM by the revision code that /proc/cpuinfo shows: bits 20 to 22, for codes of the new style (bit 23). Undefined for an old
 * code, or one that means nothing.
 */
export function ramFromRevision(revision: number): bigint | undefined {
  if (!Number.isInteger(revision) || revision < 0 || revision > 0xffffffff || ((revision >>> 23) & 1) === 0) return undefined;
  const size = (revision >>> 20) & 7;
  return size <= 6 ? (256n * 1024n * 1024n) << BigInt(size) : undefined;
}

/** The model by bits 4 to 11 of the revision code. */
export function modelFromRevision(revision: number): PiModel | undefined {
  if (!Number.isInteger(revision) || revision < 0 || revision > 0xffffffff || ((revision >>> 23) & 1) === 0) return undefined;
  const type = (revision >>> 4) & 0xff;
  return piModels.find((model) => piModelFacts[model].boardType === type);
}

/** The board that the name of a root config speaks of: `rpi4`, `my-rpi4-test`, `qemu-arm64`; undefined when it names none. */
export function modelByName(rootConfigName: string): string | undefined {
  const name = rootConfigName.toLowerCase().replace(/\.(?:c|cell)$/, '');
  const words = `-${name.replace(/[^a-z0-9]+/g, '-')}-`;
  const names = (...spellings: string[]): boolean => spellings.some((spelling) => words.includes(`-${spelling}-`));
  if (names('rpi400', 'rpi-400', 'pi400', 'pi-400', 'raspberrypi400', 'raspberry-pi-400', 'raspberrypi-400')) return 'raspberrypi,400';
  if (names('cm4', 'rpi-cm4', 'rpicm4')) return 'raspberrypi,4-compute-module';
  if (names('rpi4', 'rpi-4', 'rpi4b', 'pi4', 'pi-4', 'raspberrypi4', 'raspberrypi-4', 'raspberry-pi-4', 'bcm2711'))
    return 'raspberrypi,4-model-b';
  if (names('qemu-arm64')) return 'linux,dummy-virt';
  return undefined;
}
