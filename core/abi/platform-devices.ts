import { computed, constant, dimension, field, macro, type Section, struct } from './entry.ts';

/** Cache partitions, interrupt pins and I/O ports. Facts: include/jailhouse/cell-config.h of siemens/jailhouse. */
export const cacheAndIrqchipSections: readonly Section[] = [
  {
    title: 'Cache partitions (Intel CAT)',
    entries: [
      constant('JAILHOUSE_CACHE_L3_CODE', '0x01', 'Level 3, instructions.'),
      constant('JAILHOUSE_CACHE_L3_DATA', '0x02', 'Level 3, data.'),
      computed(
        'JAILHOUSE_CACHE_L3',
        '(JAILHOUSE_CACHE_L3_CODE | JAILHOUSE_CACHE_L3_DATA)',
        3n,
        'Level 3, both: the only type that is served.',
      ),
      constant('JAILHOUSE_CACHE_ROOTSHARED', '0x0001', 'The root cell keeps this part of the cache too.'),
      struct('jailhouse_cache', 'A part of the cache, as a run of bits of the capacity mask.', [
        field('__u32', 'start', 'First bit of the run.', { unit: 'bit number' }),
        field('__u32', 'size', 'Bits of the run.', { unit: 'count' }),
        field('__u8', 'type', 'JAILHOUSE_CACHE_L3.'),
        field('__u8', 'padding', 'Unused.'),
        field('__u16', 'flags', 'JAILHOUSE_CACHE_ROOTSHARED or 0.', { unit: 'bit set' }),
      ]),
    ],
  },
  {
    title: 'Interrupt pins',
    entries: [
      struct('jailhouse_irqchip', 'Interrupts that belong to the cell: 128 pins of one controller.', [
        field('__u64', 'address', 'The controller: GICD base of the system config on ARM, I/O APIC on x86.', { unit: 'physical address' }),
        field('__u32', 'id', 'x86: IOMMU unit << 16 | bdf of the I/O APIC; ignored on ARM.'),
        field('__u32', 'pin_base', 'Pin of the lowest bit: an INTID and a multiple of 32 on ARM, 0 on x86.', { unit: 'INTID' }),
        field('__u32', 'pin_bitmap', 'Bit k of word w is pin `pin_base` + 32 * w + k.', { dimension: dimension(4), unit: 'bit set' }),
      ]),
    ],
  },
];

export const pioSections: readonly Section[] = [
  {
    title: 'I/O ports (x86)',
    entries: [
      struct(
        'jailhouse_pio',
        'A range of I/O ports that the cell may use.',
        [field('__u16', 'base', 'First port.', { unit: 'I/O port' }), field('__u16', 'length', 'Number of ports.', { unit: 'count' })],
        { since: 11 },
      ),
      macro('PIO_RANGE', ['__base', '__length'], ['{ .length = __length, .base = __base, }'], 'Initialiser of a port range.', {
        since: 11,
      }),
    ],
  },
];
