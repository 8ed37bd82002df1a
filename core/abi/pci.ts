import { constant, dimension, field, type Lifetime, type MacroEntry, macro, type Section, struct } from './entry.ts';

function barMask(name: string, registers: string, msix: string, doc: string, lifetime: Lifetime = {}): MacroEntry {
  return macro(name, undefined, [`{ ${registers}, ${msix}, 0x00000000, 0x00000000, 0x00000000, 0x00000000, }`], doc, lifetime);
}

/** PCI devices and ivshmem. Facts: include/jailhouse/cell-config.h of siemens/jailhouse; effects: hypervisor/{pci,ivshmem}.c. */
export const pciSections: readonly Section[] = [
  {
    title: 'PCI device types: `type` of struct jailhouse_pci_device',
    entries: [
      constant('JAILHOUSE_PCI_TYPE_DEVICE', '0x01', 'A physical function.'),
      constant('JAILHOUSE_PCI_TYPE_BRIDGE', '0x02', 'A physical bridge.'),
      constant('JAILHOUSE_PCI_TYPE_IVSHMEM', '0x03', 'A virtual shared memory device.'),
    ],
  },
  {
    title: 'ivshmem protocols: `shmem_protocol` of struct jailhouse_pci_device',
    entries: [
      constant('JAILHOUSE_SHMEM_PROTO_UNDEFINED', '0x0000', 'None in particular.'),
      constant('JAILHOUSE_SHMEM_PROTO_VETH', '0x0100', 'Network link of two peers.', { until: 11 }),
      constant('JAILHOUSE_SHMEM_PROTO_VETH', '0x0001', 'Network link of two peers.', { since: 12 }),
      constant('JAILHOUSE_SHMEM_PROTO_CUSTOM', '0x8000', 'First of the protocols of your own, up to 0xffff.', { until: 11 }),
      constant('JAILHOUSE_SHMEM_PROTO_CUSTOM', '0x4000', 'First of the protocols of your own, up to 0x7fff.', { since: 12 }),
      constant('JAILHOUSE_SHMEM_PROTO_VIRTIO_FRONT', '0x8000', 'virtio driver side, plus the virtio device id, up to 0xbfff.', {
        since: 12,
      }),
      constant('JAILHOUSE_SHMEM_PROTO_VIRTIO_BACK', '0xc000', 'virtio device side, plus the virtio device id, up to 0xffff.', {
        since: 12,
      }),
      constant('VIRTIO_DEV_NET', '1', 'virtio device id of a network card.', { since: 12 }),
      constant('VIRTIO_DEV_BLOCK', '2', 'virtio device id of a disk.', { since: 12 }),
      constant('VIRTIO_DEV_CONSOLE', '3', 'virtio device id of a console.', { since: 12 }),
    ],
  },
  {
    title: 'The PCI device',
    entries: [
      struct('jailhouse_pci_device', 'A physical or virtual PCI function of the cell.', [
        field('__u8', 'type', 'JAILHOUSE_PCI_TYPE_*.'),
        field('__u8', 'iommu', 'Index of its IOMMU in `iommu_units` (x86).', { unit: 'index' }),
        field('__u16', 'domain', 'PCI segment that Linux gave the host.', { unit: 'PCI domain' }),
        field('__u16', 'bdf', 'Address on the bus; ivshmem devices with equal bdf are one link.', {
          unit: 'bus << 8 | device << 3 | function',
        }),
        field('__u32', 'bar_mask', 'Writable bits of each BAR of a virtual device: JAILHOUSE_IVSHMEM_BAR_MASK_*.', {
          dimension: dimension(6),
          unit: 'bit set',
        }),
        field('__u16', 'caps_start', 'First of its entries in the array of capabilities.', { unit: 'index' }),
        field('__u16', 'num_caps', 'Entries it has there.', { unit: 'count' }),
        field('__u8', 'num_msi_vectors', 'MSI vectors of a physical device.', { unit: 'count' }),
        field('__u8', 'msi_64bits', 'MSI addresses have 64 bits.', { bits: 1 }),
        field('__u8', 'msi_maskable', 'MSI vectors can be masked one by one.', { bits: 1 }),
        field('__u16', 'num_msix_vectors', 'MSI-X vectors; 0 makes an ivshmem device use INTx.', { unit: 'count' }),
        field('__u16', 'msix_region_size', 'Length of the MSI-X table and pending bits, in whole pages.', { unit: 'bytes' }),
        field('__u64', 'msix_address', 'MSI-X table of a physical device.', { unit: 'physical address' }),
        field('__u32', 'shmem_region', 'ivshmem: the memory region that is shared.', { unit: 'index', until: 11 }),
        field('__u32', 'shmem_regions_start', 'ivshmem: the state table; the common section and the outputs of all peers follow it.', {
          unit: 'index',
          since: 12,
        }),
        field('__u8', 'shmem_dev_id', 'ivshmem: own peer number, below `shmem_peers`.', { unit: 'index', since: 12 }),
        field('__u8', 'shmem_peers', 'ivshmem: highest number of peers of the link, 2 to 12.', { unit: 'count', since: 12 }),
        field('__u16', 'shmem_protocol', 'ivshmem: JAILHOUSE_SHMEM_PROTO_*, shown to the guest as PCI subclass and interface.'),
        field('__u8', 'padding', 'Unused.', { dimension: dimension(2), until: 11 }),
      ]),
    ],
  },
  {
    title: 'ivshmem: `bar_mask` of struct jailhouse_pci_device',
    entries: [
      barMask('JAILHOUSE_IVSHMEM_BAR_MASK_INTX', '0xfffff000', '0x00000000', '4 KiB of registers, INTx.', { since: 12 }),
      barMask('JAILHOUSE_IVSHMEM_BAR_MASK_MSIX', '0xfffff000', '0xfffffe00', '4 KiB of registers, 512 bytes of MSI-X table.', {
        since: 12,
        until: 12,
      }),
      barMask('JAILHOUSE_IVSHMEM_BAR_MASK_MSIX', '0xfffff000', '0xfffff000', '4 KiB of registers, 4 KiB of MSI-X table.', { since: 13 }),
      barMask(
        'JAILHOUSE_IVSHMEM_BAR_MASK_INTX_64K',
        '0xffff0000',
        '0x00000000',
        '64 KiB of registers, INTx, for guests with 64 KiB pages.',
        {
          since: 13,
        },
      ),
      barMask('JAILHOUSE_IVSHMEM_BAR_MASK_MSIX_64K', '0xffff0000', '0xffff0000', '64 KiB of registers, 64 KiB of MSI-X table.', {
        since: 13,
      }),
    ],
  },
  {
    title: 'PCI capabilities of physical devices',
    entries: [
      constant('JAILHOUSE_PCI_EXT_CAP', '0x8000', 'Bit of `id`: an extended capability, PCI_EXT_CAP_ID_*.'),
      constant('JAILHOUSE_PCICAPS_WRITE', '0x0001', 'Bit of `flags`: the cell may write its registers.'),
      struct('jailhouse_pci_capability', 'A capability in the configuration space of a physical device.', [
        field('__u16', 'id', 'PCI_CAP_ID_*, or PCI_EXT_CAP_ID_* | JAILHOUSE_PCI_EXT_CAP.'),
        field('__u16', 'start', 'Its first register.', { unit: 'config space offset' }),
        field('__u16', 'len', 'Its length.', { unit: 'bytes' }),
        field('__u16', 'flags', 'JAILHOUSE_PCICAPS_WRITE or 0.', { unit: 'bit set' }),
      ]),
    ],
  },
];
