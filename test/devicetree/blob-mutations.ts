import { Choices } from '../generate/choices.ts';

/** `count` broken versions of a blob, the same ones for the same seed: what a disk, a bad download or an attacker can do to it. */
export function* blobMutations(blob: Uint8Array, count: number, seed: number): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) {
    const c = Choices.fromSeed(Math.imul(seed, 0x9e3779b1) + i);
    let bytes = Uint8Array.from(blob);
    // Each kind comes up in turn; one in four blobs is broken more than once.
    for (let rounds = 1 + (i % 4 === 3 ? c.below(5) : 0), kind = i; rounds > 0; rounds--, kind = c.below(mutators.length))
      bytes = (mutators[kind % mutators.length] as Mutator)(bytes, c);
    yield bytes;
  }
}

type Mutator = (bytes: Uint8Array<ArrayBuffer>, c: Choices) => Uint8Array<ArrayBuffer>;

const strangeWords = [0, 1, 2, 3, 4, 5, 9, 0xd00dfeed, 0xffffffff, 0xfffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0x10000, 40, 56];

function setWord(bytes: Uint8Array<ArrayBuffer>, at: number, word: number): Uint8Array<ArrayBuffer> {
  if (at >= 0 && at + 4 <= bytes.length) new DataView(bytes.buffer).setUint32(at, word);
  return bytes;
}

function someWord(bytes: Uint8Array, c: Choices): number {
  return c.chance(50) ? c.pick(strangeWords) : c.below(bytes.length + 64);
}

const mutators: readonly Mutator[] = [
  // A field of the header.
  (bytes, c) => setWord(bytes, c.below(10) * 4, someWord(bytes, c)),
  // A token, length, name offset or value of the structure.
  (bytes, c) => setWord(bytes, c.below(bytes.length >> 2) * 4, someWord(bytes, c)),
  (bytes, c) => bytes.slice(0, c.below(bytes.length + 1)),
  (bytes, c) => {
    if (bytes.length > 0) bytes[c.below(bytes.length)] = c.below(256);
    return bytes;
  },
  (bytes, c) => {
    const at = c.below(bytes.length);
    if (bytes.length > 0) bytes[at] = (bytes[at] as number) ^ (1 << c.below(8));
    return bytes;
  },
  // A stretch lost or doubled.
  (bytes, c) => {
    const at = c.below(bytes.length);
    return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 4 * c.below(20))]);
  },
  (bytes, c) => {
    const at = c.below(bytes.length);
    return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(Math.max(0, at - 4 * c.below(20)))]);
  },
  // A NUL lost, or one too many.
  (bytes, c) => {
    const nuls = [...bytes.keys()].filter((at) => at >= 40 && bytes[at] === 0);
    if (nuls.length > 0) bytes[c.pick(nuls)] = 0x61;
    return bytes;
  },
  (bytes, c) => bytes.fill(c.pick([0, 0xff, 0x61]), c.below(bytes.length), c.below(bytes.length)),
];
