import type { MessageKind } from './message-kind.ts';

const counters = ['array-counter-mismatch', 'array-counter-missing', 'array-order', 'array-partly-filled', 'struct-not-packed'];

/**
 * What the hypervisor prints without stopping a CPU, and the trace lines of builds with CONFIG_TRACE_ERROR
 * (`FILE:LINE: returning error CODE`; told apart by file and error, since lines move).
 */
export const hypervisorMessages: readonly MessageKind[] = [
  trace('ivshmem\\.c', 'EINVAL', 'The hypervisor refused a shared memory device (ivshmem.c:ivshmem_init).', {
    operations: ['enable', 'create'],
    rules: ['ivshmem-region-range', 'ivshmem-id-limit', 'ivshmem-vectors', ...counters],
    cause: {
      title: 'Region index, id or vectors of an ivshmem device are out of range',
      text: 'shmem_regions_start + 2 + shmem_peers must stay within num_memory_regions, shmem_dev_id below 12, num_msix_vectors at 16 or less.',
      points: 'ivshmem',
    },
  }),
  trace('ivshmem\\.c', 'EBUSY', 'A shared memory device has the id of another one on the same link (ivshmem.c:ivshmem_init).', {
    operations: ['enable', 'create'],
    rules: ['ivshmem-id-taken-by-root', 'cells-share-ivshmem-id', 'pci-device-duplicate'],
    cause: {
      title: 'Two devices with the same bdf and shmem_dev_id',
      text: 'Give each peer of a link its own shmem_dev_id. A cell that still exists counts, too: jailhouse cell list.',
      points: 'ivshmem',
    },
  }),
  trace('irqchip\\.c', 'EINVAL', 'The hypervisor refused an interrupt setting (arm-common/irqchip.c).', {
    operations: ['enable', 'create'],
    rules: ['irqchip-pin-base', 'gic-version', 'gic-version-differs', 'gic-address-differs', ...counters],
    cause: {
      title: 'pin_base or gic_version has an impossible value',
      text: 'pin_base is a multiple of 32 from 32 to 896; gic_version is 2 or 3.',
      points: 'irqchips',
    },
  }),
  trace('gic-v[23]\\.c', 'ENODEV', 'The hypervisor found no matching interrupt controller.', {
    operations: ['enable'],
    rules: ['gic-version', 'gic-version-differs', 'gic-address-differs', 'gic-base-missing', 'gic-base-alignment'],
    cause: {
      title: 'gic_version or a base address does not fit the board',
      text: "Compare gic_version, gicd_base and, for version 3, gicr_base with the interrupt controller in the board's device tree.",
      points: 'gic',
    },
  }),
  trace('gic-v[23]\\.c', '(?:EINVAL|EIO)', 'A CPU cannot work with the interrupt controller.', {
    operations: ['enable'],
    rules: ['gicv2-cpu-limit', 'gic-version', 'gic-version-differs', 'gic-address-differs', 'gic-base-missing'],
    cause: {
      title: 'CPU number or registers do not fit the GIC',
      text: 'A GICv2 serves CPUs 0 to 7. For a GICv3 gicr_base has to be that of the first redistributor.',
      points: 'gic',
    },
  }),
  trace('setup\\.c', 'EINVAL', 'The CPUs that came are not those of the config (setup.c:init_late).', {
    operations: ['enable'],
    rules: ['root-cpu-not-on-board', 'root-cpu-missing', ...counters, 'root-cpu-set-empty', 'cpu-set-size-zero'],
    cause: {
      title: 'The CPU set names other CPUs than those online',
      text: 'The number of CPUs in the root cell must be that of the CPUs online: compare with /sys/devices/system/cpu/online, bring CPUs online or clear their bits.',
      points: 'cpus',
      confidence: 'likely',
    },
  }),
  trace(
    'control\\.c',
    'EBUSY',
    'A CPU of the cell does not belong to the root cell, or is the one that runs the command (control.c:cell_create).',
    {
      operations: ['create'],
      rules: ['cell-cpu-not-in-root', 'cell-takes-all-cpus', 'cpu-set-size-zero', 'cells-share-cpus', 'cells-starve-root', ...counters],
      cause: {
        title: 'The CPUs are not free',
        text: 'Another cell may hold them (jailhouse cell list), or the CPU set is read from the wrong place.',
        points: 'cell-cpus',
      },
    },
  ),
  trace('control\\.c', 'EINVAL', 'The cell config was refused (control.c:cell_init).', {
    operations: ['create'],
    rules: ['cpu-set-too-large', ...counters],
    cause: { title: 'cpu_set_size is above 4096', text: 'Use sizeof(config.cpus).', points: 'cell-cpus' },
  }),
  trace('control\\.c', 'E2BIG', 'The cell config has more than 64 KiB (control.c:cell_create).', {
    operations: ['create'],
    rules: ['config-too-large', ...counters],
    cause: { title: 'Too large', text: 'The counters announce more than 64 KiB of arrays.' },
  }),
  trace('mmu_cell\\.c', 'E2BIG', 'The id of the cell is above 255.', {
    operations: ['create'],
    rules: [],
    cause: { title: 'Too many cells', text: 'Leave the id to the driver (0).' },
  }),
  trace('smmu[\\w-]*\\.c', '\\w+', 'An SMMU was refused (arm64/smmu*.c).', {
    operations: ['enable', 'create'],
    rules: ['iommu-unit-gap'],
    cause: {
      title: 'The SMMU is not what the config says',
      text: "Compare type, base and size of iommu_units and the stream ids with the board's device tree.",
      points: 'iommu',
    },
  }),
  trace('paging\\.c', 'EINVAL', 'A mapping of the hypervisor was refused (paging.c).', {
    operations: ['enable', 'create'],
    rules: ['hypervisor-memory-alignment', 'gic-base-alignment', 'hypervisor-memory-too-large'],
    cause: { title: 'Console and remap window overlap', text: 'Check hypervisor_memory and debug_console.', points: 'debug-console' },
  }),
  {
    id: 'trace',
    needs: 'returning error ',
    shape: /(\S+?):(\d+): returning error -?(\w+)/,
    weight: 'error',
    meaning: 'The hypervisor says that $1 returned $3.',
    rules: [],
    causes: [],
  },
  {
    id: 'cpu-failed',
    needs: 'FAILED',
    shape: /CPU (\d+)\.\.\. .*?FAILED/,
    weight: 'error',
    operations: ['enable'],
    errno: 'EINVAL',
    meaning: 'CPU $1 could not be initialised, so that enable fails.',
    rules: [
      'root-cpu-missing',
      'cpu-affinity-beyond-gicv3',
      'gicv2-cpu-limit',
      'gic-version',
      'gic-version-differs',
      'gic-address-differs',
      'gic-base-missing',
      'gic-base-alignment',
      'array-counter-mismatch',
    ],
    causes: [
      {
        title: 'CPU $1 is not in the CPU set of the root cell',
        text: 'Every CPU that is online in Linux has to be in it: add the bit, or take the CPU offline before.',
        points: 'cpus',
        confidence: 'likely',
      },
    ],
  },
  {
    id: 'no-redistributor',
    needs: 'No redist found',
    shape: /GIC: No redist found for CPU(\d+)/,
    weight: 'error',
    operations: ['enable'],
    errno: 'ENODEV',
    meaning: 'The GICv3 redistributor of CPU $1 was not found from gicr_base on.',
    rules: ['gicr-not-contiguous', 'gic-address-differs', 'gic-base-missing', 'gic-base-alignment'],
    causes: [
      {
        title: 'gicr_base is wrong, or the redistributors lie in several blocks',
        text: "Compare with the second reg entry of the GIC in the board's device tree.",
        points: 'gic',
        confidence: 'likely',
      },
    ],
  },
  {
    id: 'reply-timeout',
    needs: 'Timeout expired while waiting',
    shape: /Timeout expired while waiting for reply from target cell/,
    weight: 'warning',
    operations: ['shutdown', 'load', 'create', 'destroy'],
    meaning: 'A cell did not answer the question whether it may be stopped; the hypervisor marks it failed.',
    rules: ['comm-reply-awaited-forever', 'message-timeout-unit'],
    causes: [
      {
        title: 'The guest does not speak the protocol, or the time is too short',
        text: 'Set JAILHOUSE_CELL_PASSIVE_COMMREG for a guest that does not (Linux, most RTOS). msg_reply_timeout counts turns of a loop, not milliseconds.',
        points: 'reply-timeout',
      },
    ],
  },
  {
    id: 'memory-not-returned',
    needs: 'Failed to re-assign',
    shape: /WARNING: Failed to re-assign (memory region|PCI device) to root cell/,
    weight: 'warning',
    operations: ['destroy', 'create', 'load', 'shutdown'],
    meaning: 'The root cell did not get a $1 back; its next access to it ends it.',
    rules: ['hypervisor-memory-too-small'],
    causes: [
      {
        title: 'The page pool is used up',
        text: 'Give the hypervisor more memory; the last "Page pool usage" line tells how full the pool is.',
        points: 'hypervisor-memory',
      },
    ],
  },
  {
    id: 'mmio-overflow',
    needs: 'Overflow during MMIO region registration',
    shape: /WARNING: Overflow during MMIO region registration/,
    weight: 'warning',
    meaning: 'More trapped ranges than were counted: one of them, maybe an ivshmem register page, is not trapped.',
    rules: ['subpage-not-rootshared', 'page-over-root-subpage'],
    causes: [
      {
        title: 'A sub-page region of a cell without ROOTSHARED',
        text: 'It is cut out of the root cell and added again at every load and destroy. Add JAILHOUSE_MEM_ROOTSHARED to sub-page regions that root also has.',
      },
    ],
  },
  {
    id: 'smmu-size',
    needs: 'SMMU address space size',
    shape: /Warning: SMMU address space size \((0x[0-9a-f]+)\) differs from mapped region size \((0x[0-9a-f]+)\)/,
    weight: 'warning',
    meaning: 'The SMMU says that it has $1 bytes of registers; the config says $2.',
    rules: ['smmu-size-differs'],
    causes: [{ title: 'size of the IOMMU unit', text: 'Set it to $1.', points: 'iommu', confidence: 'likely' }],
  },
  {
    id: 'iommu-fault',
    needs: 'reported',
    shape: /(?:VT-d fault event reported by IOMMU|AMD IOMMU) \d+/,
    weight: 'warning',
    meaning: 'A device accessed memory by DMA that its cell does not own.',
    rules: ['iommu-unit-gap'],
    causes: [
      {
        title: 'A DMA target is in no region of the cell',
        text: 'The next lines name device and page. Add JAILHOUSE_MEM_DMA to the region, or a region that the device uses.',
        points: 'cell-ram',
      },
    ],
  },
  {
    id: 'pvu',
    needs: 'PVU',
    shape: /(?:ERROR: PVU: |WARNING: PVU )(.+)/,
    weight: 'warning',
    meaning: 'The PVU IOMMU cannot do what the config asks for: $1',
    rules: [],
    causes: [
      {
        title: 'Too many or unaligned DMA regions',
        text: 'Use few, large, well aligned regions with JAILHOUSE_MEM_DMA.',
        points: 'cell-ram',
      },
    ],
  },
];

function trace(
  file: string,
  errno: string,
  meaning: string,
  rest: {
    readonly operations: NonNullable<MessageKind['operations']>;
    readonly rules: readonly string[];
    readonly cause: MessageKind['causes'][number];
  },
): MessageKind {
  return {
    id: `trace-${file.replace(/\W+/g, '-')}-${errno.replace(/\W+/g, '-')}`,
    needs: 'returning error ',
    shape: new RegExp(`(\\S*?\\b${file}):(\\d+): returning error -(${errno})\\b`),
    weight: 'error',
    operations: rest.operations,
    meaning,
    rules: rest.rules,
    causes: [rest.cause],
  };
}
