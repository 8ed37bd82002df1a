import { type CType, integerTypes, type Member, type RecordType } from './c-types.ts';

/**
 * The structures of `<jailhouse/cell-config.h>` at revision 14, as far as a generated initialiser names their members. Written
 * down a second time on purpose, apart from core/abi: gcc refuses a wrong name.
 */
function integer(name: string): CType {
  const type = integerTypes.find((candidate) => candidate.name === name);
  if (!type) throw new Error(`no integer type ${name}`);
  return type;
}

/** `phys_start:__u64 pin_bitmap:__u32[4] name:char[32]`. */
function members(text: string): Member[] {
  return text.split(/\s+/).map((entry) => {
    const match = /^(\w+):(\w+)(?:\[(\d+)\])?(?:#(\d+))?$/.exec(entry);
    if (!match) throw new Error(`unreadable member ${entry}`);
    const [, name = '', type = '', length, bits] = match;
    if (type === 'char') return { name, type: { kind: 'string', length: Number(length) }, attributes: '' };
    const of = integer(type);
    if (bits) return { name, type: of, bits: Number(bits), attributes: '' };
    return { name, type: length ? { kind: 'array', of, length: Number(length), dimension: length } : of, attributes: '' };
  });
}

function struct(reference: string, list: Member[]): RecordType {
  return { kind: 'record', union: false, reference, attributes: '', members: list };
}

function part(name: string | undefined, type: CType): Member {
  return { name, type, attributes: '' };
}

function nested(union: boolean, list: Member[]): RecordType {
  return { kind: 'record', union, reference: undefined, attributes: '', members: list };
}

export const memory = struct('struct jailhouse_memory', members('phys_start:__u64 virt_start:__u64 size:__u64 flags:__u64'));

export const consoleType = struct(
  'struct jailhouse_console',
  members('address:__u64 size:__u32 type:__u16 flags:__u16 divider:__u32 gate_nr:__u32 clock_reg:__u64'),
);

export const cache = struct('struct jailhouse_cache', members('start:__u32 size:__u32 type:__u8 padding:__u8 flags:__u16'));

export const irqchip = struct('struct jailhouse_irqchip', members('address:__u64 id:__u32 pin_base:__u32 pin_bitmap:__u32[4]'));

export const pio = struct('struct jailhouse_pio', members('base:__u16 length:__u16'));

export const pciDevice = struct(
  'struct jailhouse_pci_device',
  members(
    'type:__u8 iommu:__u8 domain:__u16 bdf:__u16 bar_mask:__u32[6] caps_start:__u16 num_caps:__u16 num_msi_vectors:__u8 ' +
      'msi_64bits:__u8#1 msi_maskable:__u8#1 num_msix_vectors:__u16 msix_region_size:__u16 msix_address:__u64 ' +
      'shmem_regions_start:__u32 shmem_dev_id:__u8 shmem_peers:__u8 shmem_protocol:__u16',
  ),
);

export const pciCapability = struct('struct jailhouse_pci_capability', members('id:__u16 start:__u16 len:__u16 flags:__u16'));

export const streamId: RecordType = {
  kind: 'record',
  union: true,
  reference: 'union jailhouse_stream_id',
  attributes: '',
  members: [...members('id:__u32'), part('mmu500', nested(false, members('id:__u16 mask_out:__u16')))],
};

const iommu = struct('struct jailhouse_iommu', [
  ...members('type:__u32 base:__u64 size:__u32'),
  part(
    undefined,
    nested(true, [
      part('amd', nested(false, members('bdf:__u16 base_cap:__u8 msi_cap:__u8 features:__u32'))),
      part('tipvu', nested(false, members('tlb_base:__u64 tlb_size:__u32'))),
    ]),
  ),
]);

export const cellDescriptor = struct('struct jailhouse_cell_desc', [
  ...members(
    'signature:char[5] architecture:__u8 revision:__u16 name:char[32] id:__u32 flags:__u32 cpu_set_size:__u32 num_memory_regions:__u32 ' +
      'num_cache_regions:__u32 num_irqchips:__u32 num_pio_regions:__u32 num_pci_devices:__u32 num_pci_caps:__u32 num_stream_ids:__u32 ' +
      'vpci_irq_base:__u32 cpu_reset_address:__u64 msg_reply_timeout:__u64',
  ),
  part('console', consoleType),
]);

export const platformInfo = nested(false, [
  ...members('pci_mmconfig_base:__u64 pci_mmconfig_end_bus:__u8 pci_is_virtual:__u8 pci_domain:__u16'),
  part('iommu_units', { kind: 'array', of: iommu, length: 8, dimension: '8' }),
  part(
    undefined,
    nested(true, [
      part(
        'x86',
        nested(false, members('pm_timer_address:__u16 apic_mode:__u8 padding:__u8 vtd_interrupt_limit:__u32 tsc_khz:__u32 apic_khz:__u32')),
      ),
      part(
        'arm',
        nested(
          false,
          members(
            'maintenance_irq:__u8 gic_version:__u8 padding:__u8[2] gicd_base:__u64 gicc_base:__u64 gich_base:__u64 gicv_base:__u64 gicr_base:__u64',
          ),
        ),
      ),
    ]),
  ),
]);

export interface ArrayShape {
  readonly member: string;
  readonly counter: string;
  readonly element: RecordType;
}

/** The arrays behind the CPU set, in the order that the hypervisor wants. */
export const arrayShapes: readonly ArrayShape[] = [
  { member: 'mem_regions', counter: 'num_memory_regions', element: memory },
  { member: 'cache_regions', counter: 'num_cache_regions', element: cache },
  { member: 'irqchips', counter: 'num_irqchips', element: irqchip },
  { member: 'pio_regions', counter: 'num_pio_regions', element: pio },
  { member: 'pci_devices', counter: 'num_pci_devices', element: pciDevice },
  { member: 'pci_caps', counter: 'num_pci_caps', element: pciCapability },
  { member: 'stream_ids', counter: 'num_stream_ids', element: streamId },
];
