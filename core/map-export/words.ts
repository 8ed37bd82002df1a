import type { Block, BlockKind } from '../memory-map/model.ts';
import { hex, humanSize } from '../source/numbers.ts';
import { printable } from '../source/printable.ts';
import type { MemoryMapReading } from '../workspace/memory-maps.ts';
import type { MapPlaces } from './places.ts';

/** What a block is, in a word or two. */
export const kindWords: Readonly<Record<BlockKind, string>> = {
  ram: 'RAM',
  gpu: 'GPU memory',
  reserved: 'reserved',
  device: 'device',
  pci: 'PCI host',
  gic: 'interrupt controller',
  hypervisor: 'hypervisor',
  'cell-ram': 'memory',
  loadable: 'loadable',
  mmio: 'device',
  shared: 'shared',
  comm: 'comm region',
  ecam: 'PCI config',
  'ecam-mmio': 'PCI registers',
  empty: 'size 0',
};

/** `[6] loadable` for a region, `IOMMU [0]`, else its name. */
export function shortName({ name, kind }: Block): string {
  const index = /^mem_regions(\[\d+\])$/.exec(name)?.[1];
  if (index !== undefined) return `${index} ${kindWords[kind]}`;
  const unit = /^IOMMU unit .*(\[\d+\])$/.exec(name)?.[1];
  if (unit !== undefined) return `IOMMU ${unit}`;
  return kind === 'ecam' || kind === 'ecam-mmio' || kind === 'hypervisor' ? kindWords[kind] : printable(name);
}

/** `Memory map of rpi4 (configs/rpi4.c) on Raspberry Pi 4`. */
export function mapTitle({ system, board }: MemoryMapReading, { shown }: Pick<MapPlaces, 'shown'>): string {
  const on = board === undefined ? '' : ` on ${printable(board.name)}`;
  return `Memory map of ${printable(system.name)} (${printable(shown(system.rootCell))})${on}`;
}

/** What is shown: addresses, moment, RAM, GPU memory. */
export function mapSubtitle({ map, board, chosen, moments, gpuMem, stale }: MemoryMapReading): string {
  const sizes = (board?.variants ?? []).map(({ name, size }) => name || humanSize(size));
  const last = sizes.at(-1);
  const ram = last === undefined ? undefined : `RAM of ${sizes.length === 1 ? last : `${sizes.slice(0, -1).join(', ')} or ${last}`}`;
  return [
    map.view === 'physical' ? 'physical addresses' : 'addresses that each cell sees',
    moments.find(({ id }) => id === chosen.moment)?.title ?? chosen.moment,
    ...(ram === undefined || map.view === 'virtual' ? [] : [ram]),
    ...(gpuMem === undefined || map.view === 'virtual' ? [] : [`gpu_mem=${gpuMem.value}`]),
    ...(stale ? ['some text cannot be read: what could be is shown'] : []),
  ].join(', ');
}

/** First and last byte. */
export function rangeWords(start: bigint, end: bigint): string {
  return end > start ? `${hex(start)}-${hex(end - 1n)}` : hex(start);
}
