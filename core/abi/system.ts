import {
  constant,
  dimension,
  type FieldEntry,
  field,
  type Lifetime,
  macro,
  packed,
  type RecordEntry,
  type Section,
  struct,
  unpacked,
} from './entry.ts';

const streamId: RecordEntry = {
  entry: 'record',
  kind: 'union',
  tag: 'jailhouse_stream_id',
  packed: true,
  since: 13,
  doc: 'A device as its IOMMU names it; before revision 13 a plain 32-bit number.',
  fields: [
    field('__u32', 'id', 'The whole word: stream id of an SMMUv3, virtual id of a TI PVU.', { unit: 'stream id' }),
    field(
      packed('struct', [
        field('__u16', 'id', 'Stream id, 15 bits.', { unit: 'stream id' }),
        field('__u16', 'mask_out', 'Bits of `id` that do not matter, 15 bits.', { unit: 'bit set' }),
      ]),
      'mmu500',
      'Match register of an Arm MMU-500.',
    ),
  ],
};

const amdFields: readonly FieldEntry[] = [
  field('__u16', 'bdf', 'The unit as a PCI function.', { unit: 'bus << 8 | device << 3 | function' }),
  field('__u8', 'base_cap', 'Its IOMMU capability.', { unit: 'config space offset' }),
  field('__u8', 'msi_cap', 'Its MSI capability.', { unit: 'config space offset' }),
  field('__u32', 'features', 'Feature word of its ACPI IVRS entry.', { unit: 'bit set' }),
];

/** IOMMU units and stream ids. Facts: include/jailhouse/cell-config.h of siemens/jailhouse. */
export const iommuSections: readonly Section[] = [
  {
    title: 'IOMMU units',
    entries: [
      constant('JAILHOUSE_MAX_IOMMU_UNITS', '8', 'Elements of `iommu_units`; the first with base 0 ends the list.', { unit: 'count' }),
      constant('JAILHOUSE_IOMMU_AMD', '1', 'AMD IOMMU (x86).', { since: 11 }),
      constant('JAILHOUSE_IOMMU_INTEL', '2', 'Intel VT-d (x86).', { since: 11 }),
      constant('JAILHOUSE_IOMMU_SMMUV3', '3', 'Arm SMMUv3 (arm64).', { since: 12 }),
      constant('JAILHOUSE_IOMMU_PVU', '4', 'Peripheral virtualisation unit of TI K3 (arm64).', { since: 12 }),
      constant('JAILHOUSE_IOMMU_ARM_MMU500', '5', 'Arm MMU-500, an SMMUv2 (arm64).', { since: 13 }),
      struct('jailhouse_iommu', 'One IOMMU of the board.', [
        field('__u32', 'type', 'JAILHOUSE_IOMMU_*.', { since: 11 }),
        field('__u64', 'base', 'Its registers; 0 ends the list of units.', { unit: 'physical address' }),
        field('__u32', 'size', 'Length of its registers.', { unit: 'bytes' }),
        field('__u16', 'amd_bdf', 'AMD: the unit as a PCI function.', { unit: 'bus << 8 | device << 3 | function', until: 11 }),
        field('__u8', 'amd_base_cap', 'AMD: its IOMMU capability.', { unit: 'config space offset', until: 11 }),
        field('__u8', 'amd_msi_cap', 'AMD: its MSI capability.', { unit: 'config space offset', until: 11 }),
        field('__u32', 'amd_features', 'AMD: feature word of its ACPI IVRS entry.', { unit: 'bit set', until: 11 }),
        field(
          // The header does not mark this union; its members are packed, so nothing moves.
          unpacked('union', [
            field(packed('struct', amdFields), 'amd', 'What only an AMD IOMMU needs.'),
            field(
              packed('struct', [
                field('__u64', 'tlb_base', 'Its TLB registers.', { unit: 'physical address' }),
                field('__u32', 'tlb_size', 'Length of its TLB registers.', { unit: 'bytes' }),
              ]),
              'tipvu',
              'What only a TI PVU needs.',
            ),
          ]),
          '',
          'By type of unit.',
          { since: 12 },
        ),
      ]),
      streamId,
    ],
  },
];

const iommuUnits = (lifetime: Lifetime): FieldEntry =>
  field({ reference: 'jailhouse_iommu' }, 'iommu_units', 'IOMMUs of the board, without gaps from the first on.', {
    dimension: dimension(8, 'JAILHOUSE_MAX_IOMMU_UNITS'),
    ...lifetime,
  });

const vtdInterruptLimit = (lifetime: Lifetime): FieldEntry =>
  field('__u32', 'vtd_interrupt_limit', 'Entries of the VT-d interrupt remapping table.', { unit: 'count', ...lifetime });

const x86Fields: readonly FieldEntry[] = [
  field('__u16', 'pm_timer_address', 'ACPI PM timer.', { unit: 'I/O port' }),
  vtdInterruptLimit({ until: 12 }),
  field('__u8', 'apic_mode', 'JAILHOUSE_APIC_MODE_*.'),
  field('__u8', 'padding', 'Unused.', { dimension: dimension(3), until: 12 }),
  field('__u8', 'padding', 'Unused.', { since: 13 }),
  vtdInterruptLimit({ since: 13 }),
  field('__u32', 'tsc_khz', 'Time stamp counter; 0 lets the driver fill it in.', { unit: 'kHz' }),
  field('__u32', 'apic_khz', 'APIC timer; 0 lets the driver fill it in.', { unit: 'kHz' }),
  iommuUnits({ until: 12 }),
];

const armFields: readonly FieldEntry[] = [
  field('u8', 'maintenance_irq', 'Maintenance interrupt of the GIC, a PPI; mostly 25.', { unit: 'INTID' }),
  field('u8', 'gic_version', '2 or 3; a GICv4 is configured as 3.'),
  field('u8', 'padding', 'Unused.', { dimension: dimension(2), since: 13 }),
  field('u64', 'gicd_base', 'GIC distributor.', { unit: 'physical address' }),
  field('u64', 'gicc_base', 'GICv2 CPU interface.', { unit: 'physical address' }),
  field('u64', 'gich_base', 'GICv2 hypervisor interface.', { unit: 'physical address' }),
  field('u64', 'gicv_base', 'GICv2 virtual CPU interface.', { unit: 'physical address' }),
  field('u64', 'gicr_base', 'GICv3 redistributors.', { unit: 'physical address' }),
  iommuUnits({ since: 11, until: 12 }),
];

/** The system descriptor. Facts: include/jailhouse/cell-config.h of siemens/jailhouse. */
export const systemSections: readonly Section[] = [
  {
    title: 'APIC modes: `platform_info.x86.apic_mode` of struct jailhouse_system',
    entries: [
      constant('JAILHOUSE_APIC_MODE_AUTO', '0', 'As the hardware is set up.'),
      constant('JAILHOUSE_APIC_MODE_XAPIC', '1', 'xAPIC, by MMIO.'),
      constant('JAILHOUSE_APIC_MODE_X2APIC', '2', 'x2APIC, by MSR.'),
    ],
  },
  {
    title: 'System flags: `flags` of struct jailhouse_system',
    entries: [
      constant('JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE', '0x0001', 'The root cell may read the log of the hypervisor (jailhouse console).'),
      macro(
        'SYS_FLAGS_VIRTUAL_DEBUG_CONSOLE',
        ['flags'],
        ['!!((flags) & JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE)'],
        '1 when system flags give the root cell the log of the hypervisor.',
      ),
    ],
  },
  {
    title: 'The system descriptor',
    entries: [
      constant('JAILHOUSE_SYSTEM_SIGNATURE', '"JHSYST"', 'First bytes of a system config.', { until: 13 }),
      constant('JAILHOUSE_SYSTEM_SIGNATURE', '"JHSYS"', 'First bytes of a system config.', { since: 14 }),
      struct('jailhouse_system', 'The board and its root cell; in the file the arrays of the root cell follow right behind.', [
        field('char', 'signature', 'JAILHOUSE_SYSTEM_SIGNATURE, not NUL-terminated.', { dimension: dimension(6), until: 13 }),
        field('char', 'signature', 'JAILHOUSE_SYSTEM_SIGNATURE, not NUL-terminated.', { dimension: dimension(5), since: 14 }),
        field('__u8', 'architecture', 'JAILHOUSE_X86, JAILHOUSE_ARM or JAILHOUSE_ARM64.', { since: 14 }),
        field('__u16', 'revision', 'JAILHOUSE_CONFIG_REVISION.'),
        field('__u32', 'flags', 'JAILHOUSE_SYS_* bits.', { unit: 'bit set' }),
        field({ reference: 'jailhouse_memory' }, 'hypervisor_memory', 'RAM of the hypervisor itself; only `phys_start` and `size` count.'),
        field({ reference: 'jailhouse_console' }, 'debug_console', 'Where the hypervisor prints.'),
        field(
          packed('struct', [
            field('__u64', 'pci_mmconfig_base', 'PCI configuration window (ECAM), 1 MiB a bus; 0 without PCI.', {
              unit: 'physical address',
            }),
            field('__u8', 'pci_mmconfig_end_bus', 'Last bus of that window; 0 with a virtual host.', { unit: 'bus number' }),
            field('__u8', 'pci_is_virtual', '1 when the hypervisor makes up the PCI host (ARM boards without ECAM).'),
            field('__u16', 'pci_domain', 'PCI segment of the virtual host in Linux; 0xffff lets Linux choose.', { unit: 'PCI domain' }),
            iommuUnits({ since: 13 }),
            field(
              packed('union', [
                field(packed('struct', x86Fields), 'x86', 'The x86 platform.'),
                field(packed('struct', armFields), 'arm', 'The interrupt controller of arm and arm64 boards.'),
              ]),
              '',
              'By architecture.',
            ),
          ]),
          'platform_info',
          'PCI, IOMMUs and interrupt controller of the board.',
        ),
        field({ reference: 'jailhouse_cell_desc' }, 'root_cell', 'The root cell: what Linux keeps.'),
      ]),
    ],
  },
];
