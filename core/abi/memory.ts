import { computed, constant, field, macro, type Section, struct } from './entry.ts';

const shift = 'JAILHOUSE_MEM_IO_WIDTH_SHIFT';
const readShared = 'JAILHOUSE_MEM_ROOTSHARED | JAILHOUSE_MEM_READ';

/** Memory regions. Facts: include/jailhouse/cell-config.h of siemens/jailhouse; effects: hypervisor/{control,mmio}.c. */
export const memorySections: readonly Section[] = [
  {
    title: 'Memory flags: `flags` of struct jailhouse_memory',
    entries: [
      constant('JAILHOUSE_MEM_READ', '0x0001', 'The cell may read.'),
      constant('JAILHOUSE_MEM_WRITE', '0x0002', 'The cell may write.'),
      constant('JAILHOUSE_MEM_EXECUTE', '0x0004', 'The cell may fetch instructions.'),
      constant('JAILHOUSE_MEM_DMA', '0x0008', 'Devices of the cell may reach it through an IOMMU.'),
      constant('JAILHOUSE_MEM_IO', '0x0010', 'Device registers: mapped uncached, never flushed.'),
      constant('JAILHOUSE_MEM_COMM_REGION', '0x0020', 'The comm region page; `phys_start` is ignored.'),
      constant('JAILHOUSE_MEM_LOADABLE', '0x0040', 'The root cell may write here until the cell starts.'),
      constant('JAILHOUSE_MEM_ROOTSHARED', '0x0080', 'The root cell keeps its access when the cell is created.'),
      constant('JAILHOUSE_MEM_NO_HUGEPAGES', '0x0100', 'Mapped with 4 KiB pages only.', { since: 12 }),
      constant('JAILHOUSE_MEM_IO_UNALIGNED', '0x0100', 'Sub-page region: unaligned accesses too.', { until: 11 }),
      constant('JAILHOUSE_MEM_IO_UNALIGNED', '0x8000', 'Sub-page region: unaligned accesses too.', { since: 12 }),
      constant(shift, '16', 'Access widths of a sub-page region: bits 16 to 19.', { unit: 'bit number' }),
      computed('JAILHOUSE_MEM_IO_8', `(1 << ${shift})`, 0x10000n, 'Sub-page region: 8-bit accesses.'),
      computed('JAILHOUSE_MEM_IO_16', `(2 << ${shift})`, 0x20000n, 'Sub-page region: 16-bit accesses.'),
      computed('JAILHOUSE_MEM_IO_32', `(4 << ${shift})`, 0x40000n, 'Sub-page region: 32-bit accesses.'),
      computed('JAILHOUSE_MEM_IO_64', `(8 << ${shift})`, 0x80000n, 'Sub-page region: 64-bit accesses.'),
    ],
  },
  {
    title: 'The memory region',
    entries: [
      struct('jailhouse_memory', 'A stretch of memory or device registers that a cell may reach.', [
        field('__u64', 'phys_start', 'Where it lies on the board.', { unit: 'physical address' }),
        field('__u64', 'virt_start', 'Where the cell sees it; equal to `phys_start` in a root cell.', { unit: 'guest-physical address' }),
        field('__u64', 'size', 'Its length; 0 makes it a place holder.', { unit: 'bytes' }),
        field('__u64', 'flags', 'JAILHOUSE_MEM_* bits.', { unit: 'bit set' }),
      ]),
      macro(
        'JAILHOUSE_MEMORY_IS_SUBPAGE',
        ['mem'],
        ['((mem)->virt_start & ~PAGE_MASK || (mem)->size & ~PAGE_MASK)'],
        'For the hypervisor: true when start or length is not a multiple of the page size.',
        { until: 11 },
      ),
      macro(
        'JAILHOUSE_MEMORY_IS_SUBPAGE',
        ['mem'],
        ['((mem)->virt_start & PAGE_OFFS_MASK || (mem)->size & PAGE_OFFS_MASK)'],
        'For the hypervisor: true when start or length is not a multiple of the page size.',
        { since: 12 },
      ),
      macro(
        'JAILHOUSE_SHMEM_NET_REGIONS',
        ['start', 'dev_id'],
        [
          '{',
          `  .flags = ${readShared},`,
          '  .phys_start = start, .virt_start = start, .size = 0x1000,',
          '},',
          '{ 0 },',
          '{',
          `  .flags = ${readShared} | ((dev_id == 0) ? JAILHOUSE_MEM_WRITE : 0),`,
          '  .phys_start = (start) + 0x1000, .virt_start = (start) + 0x1000, .size = 0x7f000,',
          '},',
          '{',
          `  .flags = ${readShared} | ((dev_id == 1) ? JAILHOUSE_MEM_WRITE : 0),`,
          '  .phys_start = (start) + 0x80000, .virt_start = (start) + 0x80000, .size = 0x7f000,',
          '}',
        ],
        'Four regions of an ivshmem network link: state table, no common section, outputs of peers 0 and 1; 0xff000 bytes from `start`.',
        { since: 12 },
      ),
    ],
  },
];
