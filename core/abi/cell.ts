import { constant, dimension, field, macro, type Section, struct } from './entry.ts';

/** Revision, architecture and cell descriptor. Facts: include/jailhouse/cell-config.h of siemens/jailhouse. */
export const cellSections: readonly Section[] = [
  {
    title: 'Length of an array',
    entries: [
      macro('ARRAY_SIZE', ['a'], ['sizeof(a) / sizeof(a[0])'], 'Number of elements of an array, not in parentheses.', {
        keepEarlier: true,
      }),
    ],
  },
  {
    title: 'Architectures: `architecture` of both descriptors; one that is left out reads as x86',
    entries: [
      constant('JAILHOUSE_X86', '0', '64-bit x86, Intel or AMD.', { since: 14 }),
      constant('JAILHOUSE_ARM', '1', '32-bit ARMv7.', { since: 14 }),
      constant('JAILHOUSE_ARM64', '2', '64-bit ARMv8, also for cells that run in AArch32.', { since: 14 }),
    ],
  },
  {
    title: 'Revision of this format: `revision` of both descriptors; the driver refuses any other',
    entries: [
      constant('JAILHOUSE_CONFIG_REVISION', '10', 'Revision of the config format.', { until: 10 }),
      constant('JAILHOUSE_CONFIG_REVISION', '11', 'Revision of the config format.', { since: 11, until: 11 }),
      constant('JAILHOUSE_CONFIG_REVISION', '12', 'Revision of the config format.', { since: 12, until: 12 }),
      constant('JAILHOUSE_CONFIG_REVISION', '13', 'Revision of the config format.', { since: 13, until: 13 }),
      constant('JAILHOUSE_CONFIG_REVISION', '14', 'Revision of the config format.', { since: 14 }),
    ],
  },
  {
    title: 'Cell flags: `flags` of struct jailhouse_cell_desc',
    entries: [
      constant('JAILHOUSE_CELL_PASSIVE_COMMREG', '0x00000001', 'The inmate answers no messages in the comm region.'),
      constant(
        'JAILHOUSE_CELL_TEST_DEVICE',
        '0x00000002',
        'Adds the MMIO test device, one page behind the comm region (x86, test builds).',
      ),
      constant('JAILHOUSE_CELL_AARCH32', '0x00000004', 'The CPUs of the cell start in AArch32 state (arm64).', { since: 13 }),
      constant('JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED', '0x40000000', 'The cell may print through the hypervisor by hypercall.'),
      constant(
        'JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE',
        '0x80000000',
        'The inmate shall print by hypercall; the driver adds PERMITTED for cells.',
      ),
      macro(
        'CELL_FLAGS_VIRTUAL_CONSOLE_ACTIVE',
        ['flags'],
        ['!!((flags) & JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE)'],
        '1 when cell flags ask for the virtual console.',
      ),
      macro(
        'CELL_FLAGS_VIRTUAL_CONSOLE_PERMITTED',
        ['flags'],
        ['!!((flags) & JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED)'],
        '1 when cell flags permit the virtual console.',
      ),
    ],
  },
  {
    title: 'The cell descriptor',
    entries: [
      constant('JAILHOUSE_CELL_NAME_MAXLEN', '31', 'Longest cell name, without its NUL.', { unit: 'bytes' }),
      constant('JAILHOUSE_CELL_DESC_SIGNATURE', '"JHCELL"', 'First bytes of a cell config.', { until: 13 }),
      constant('JAILHOUSE_CELL_DESC_SIGNATURE', '"JHCLL"', 'First bytes of a cell config.', { since: 14 }),
      struct('jailhouse_cell_desc', 'A cell; in its file the arrays follow right behind, in the order of the counters.', [
        field('char', 'signature', 'JAILHOUSE_CELL_DESC_SIGNATURE without NUL; ignored in a root cell.', {
          dimension: dimension(6),
          until: 13,
        }),
        field('char', 'signature', 'JAILHOUSE_CELL_DESC_SIGNATURE without NUL; ignored in a root cell.', {
          dimension: dimension(5),
          since: 14,
        }),
        field('__u8', 'architecture', 'JAILHOUSE_X86, JAILHOUSE_ARM or JAILHOUSE_ARM64.', { since: 14 }),
        field('__u16', 'revision', 'JAILHOUSE_CONFIG_REVISION.'),
        field('char', 'name', 'Unique name of the cell, NUL-terminated.', { dimension: dimension(32, 'JAILHOUSE_CELL_NAME_MAXLEN + 1') }),
        field('__u32', 'id', 'Left 0 in a config: the driver numbers the cells.'),
        field('__u32', 'flags', 'JAILHOUSE_CELL_* bits.', { unit: 'bit set' }),
        field('__u32', 'cpu_set_size', 'Length of the CPU set, not its number of CPUs.', { unit: 'bytes' }),
        field('__u32', 'num_memory_regions', 'Elements of the array of struct jailhouse_memory.', { unit: 'count' }),
        field('__u32', 'num_cache_regions', 'Elements of the array of struct jailhouse_cache.', { unit: 'count' }),
        field('__u32', 'num_irqchips', 'Elements of the array of struct jailhouse_irqchip.', { unit: 'count' }),
        field('__u32', 'pio_bitmap_size', 'Length of the I/O port bitmap: a set bit makes accesses to its port trap.', {
          unit: 'bytes',
          until: 10,
        }),
        field('__u32', 'num_pio_regions', 'Elements of the array of struct jailhouse_pio.', { unit: 'count', since: 11 }),
        field('__u32', 'num_pci_devices', 'Elements of the array of struct jailhouse_pci_device.', { unit: 'count' }),
        field('__u32', 'num_pci_caps', 'Elements of the array of struct jailhouse_pci_capability.', { unit: 'count' }),
        field('__u32', 'num_stream_ids', 'Elements of the array of IOMMU stream ids, 4 bytes each.', { unit: 'count', since: 12 }),
        field('__u32', 'vpci_irq_base', 'INTA of the virtual PCI host (ARM) as INTID - 32; INTB to INTD follow.', {
          unit: 'SPI',
        }),
        field('__u64', 'cpu_reset_address', 'Where the first CPU of the cell starts.', { unit: 'guest-physical address' }),
        field('__u64', 'msg_reply_timeout', 'How long to wait for an answer in the comm region; 0 waits for ever.', {
          unit: 'spin iterations',
        }),
        field({ reference: 'jailhouse_console' }, 'console', 'The console that the inmate shall use.'),
      ]),
    ],
  },
];
