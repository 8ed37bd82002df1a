import type { ArrayKind } from './model.ts';

/** One of the arrays behind the descriptor, as the hypervisor walks them (hypervisor/include/jailhouse/cell-config.h). */
export interface ArrayFormat {
  readonly kind: ArrayKind;
  /** Counters by which it is announced, newest first: the layout in use has one of them, or none. */
  readonly counters: readonly string[];
  /** Tag of the element type; undefined where the elements are integers. */
  readonly tag: string | undefined;
  /** Bytes per counted unit where the elements are integers. */
  readonly unitSize: number;
}

/** In the fixed order of the file. */
export const arrayFormats: readonly ArrayFormat[] = [
  { kind: 'cpus', counters: ['cpu_set_size'], tag: undefined, unitSize: 1 },
  { kind: 'memory-regions', counters: ['num_memory_regions'], tag: 'jailhouse_memory', unitSize: 32 },
  { kind: 'cache-regions', counters: ['num_cache_regions'], tag: 'jailhouse_cache', unitSize: 12 },
  { kind: 'irqchips', counters: ['num_irqchips'], tag: 'jailhouse_irqchip', unitSize: 32 },
  { kind: 'pio', counters: ['num_pio_regions', 'pio_bitmap_size'], tag: 'jailhouse_pio', unitSize: 1 },
  { kind: 'pci-devices', counters: ['num_pci_devices'], tag: 'jailhouse_pci_device', unitSize: 56 },
  { kind: 'pci-caps', counters: ['num_pci_caps'], tag: 'jailhouse_pci_capability', unitSize: 8 },
  { kind: 'stream-ids', counters: ['num_stream_ids'], tag: 'jailhouse_stream_id', unitSize: 4 },
];
