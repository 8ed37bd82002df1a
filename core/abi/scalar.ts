import { dimension, field, type Lifetime, macro, type ScalarType, type Section } from './entry.ts';

/** `BITS_PER_LONG` (asm/types.h of each architecture): the CPU set is made of words of this size. */
export const bitsPerLong = { arm64: 64, arm: 32, x86: 64 } as const;

export type Architecture = keyof typeof bitsPerLong;

/** A typedef of `jailhouse/types.h`. */
export interface TypeName extends Lifetime {
  readonly name: string;
  /** The C type behind it; two of them where it depends on BITS_PER_LONG. */
  readonly type: string | { readonly word32: string; readonly word64: string };
  /** One sentence. */
  readonly doc: string;
}

/** The typedefs of `jailhouse/types.h` in order. Facts: hypervisor/include/jailhouse/types.h of siemens/jailhouse. */
export const typeNames: readonly TypeName[] = [
  { name: 's8', type: 'signed char', doc: '8 bits, signed.' },
  { name: 'u8', type: 'unsigned char', doc: '8 bits.' },
  { name: 's16', type: 'signed short', doc: '16 bits, signed.' },
  { name: 'u16', type: 'unsigned short', doc: '16 bits.' },
  { name: 's32', type: 'signed int', doc: '32 bits, signed.' },
  { name: 'u32', type: 'unsigned int', doc: '32 bits.' },
  { name: 's64', type: 'signed long long', doc: '64 bits, signed.' },
  { name: 'u64', type: 'unsigned long long', doc: '64 bits.' },
  { name: '__s8', type: 's8', doc: '8 bits, signed.' },
  { name: '__u8', type: 'u8', doc: '8 bits.' },
  { name: '__s16', type: 's16', doc: '16 bits, signed.' },
  { name: '__u16', type: 'u16', doc: '16 bits.' },
  { name: '__s32', type: 's32', doc: '32 bits, signed.' },
  { name: '__u32', type: 'u32', doc: '32 bits.' },
  { name: '__s64', type: 's64', doc: '64 bits, signed.' },
  { name: '__u64', type: 'u64', doc: '64 bits.' },
  { name: 'size_t', type: { word32: 'unsigned int', word64: 'unsigned long' }, doc: 'What sizeof gives.', since: 13 },
];

/** What `jailhouse/types.h` defines besides its typedefs. */
export const typesSections: readonly Section[] = [
  { title: 'Null pointer', entries: [macro('NULL', undefined, ['((void *)0)'], 'The null pointer.')] },
  {
    title: 'CPU set as the hypervisor keeps it; configs use arrays of __u64 or __u32 instead',
    entries: [
      {
        entry: 'record',
        kind: 'struct',
        tag: 'cpu_set',
        packed: false,
        doc: 'A set of CPUs in the hypervisor; not part of a config.',
        fields: [
          field('unsigned long', 'max_cpu_id', 'Highest CPU that the set has room for.'),
          field('unsigned long', 'bitmap', 'Bit n is CPU n; more words may follow.', { dimension: dimension(1), unit: 'bit set' }),
        ],
      },
    ],
  },
];

const scalarSizes: Readonly<Record<Exclude<ScalarType, 'unsigned long'>, 1 | 2 | 4 | 8>> = {
  char: 1,
  u8: 1,
  u16: 2,
  u64: 8,
  __u8: 1,
  __u16: 2,
  __u32: 4,
  __u64: 8,
};

/** Size of a scalar in bytes; its alignment outside of packed structs is the same on the three architectures. */
export function scalarSize(type: ScalarType, arch: Architecture): 1 | 2 | 4 | 8 {
  return type === 'unsigned long' ? (bitsPerLong[arch] === 64 ? 8 : 4) : scalarSizes[type];
}
