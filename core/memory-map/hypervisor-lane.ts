import type { AddressWindow } from '../config/address-window.ts';
import { gicWindows, iommuWindows, ivshmemBarWindow, mmconfigWindow, x86InterruptWindows } from '../config/intercepted-windows.ts';
import { isEmpty } from '../config/memory-flags.ts';
import type { Config } from '../config/model.ts';
import type { Span } from '../source/span.ts';
import { type Block, type BlockKind, type Lane, type MapView, rangeFrom, sortBlocks } from './model.ts';

/**
 * What the system config gives to the hypervisor: its memory, the PCI configuration window with the pages for the BARs of virtual devices, the
 * interrupt controller, IOMMUs. In the virtual view, what it answers at guest addresses: everything but its memory.
 */
export function hypervisorLane(root: Config, view: MapView, isEnabled: boolean): Lane {
  const blocks: Block[] = [];
  const add = (key: string, kind: BlockKind, name: string, window: Omit<AddressWindow, 'name'>, places: readonly Span[]): void => {
    blocks.push({
      id: `hypervisor:${key}`,
      kind,
      name,
      detail: undefined,
      ...rangeFrom(window.start, window.size),
      other: undefined,
      flags: [],
      owner: 'Jailhouse',
      span: window.span,
      places: [window.span, ...places],
      link: undefined,
      reachable: isEnabled,
    });
  };
  const { system } = root;
  const memory = system?.hypervisorMemory;
  if (view === 'physical' && memory !== undefined && !isEmpty(memory)) {
    const { physStart, size, span } = memory;
    add('memory', 'hypervisor', 'hypervisor memory', { start: physStart.value, size: size.value, span: physStart.span }, [size.span, span]);
  }
  const isVirtual = system?.pciIsVirtual.value !== 0;
  const window = mmconfigWindow(root);
  const endBus = system === undefined ? [] : [system.pciMmconfigEndBus.span];
  if (window !== undefined) add('ecam', 'ecam', `${isVirtual ? 'virtual ' : ''}PCI configuration window`, window, endBus);
  const bars = ivshmemBarWindow(root);
  if (bars !== undefined) add('ecam-mmio', 'ecam-mmio', 'registers of virtual PCI devices', bars, []);
  for (const unit of gicWindows(root)) add(`gic:${unit.unit}`, 'gic', unit.unit, unit, []);
  for (const [at, unit] of [...iommuWindows(root), ...x86InterruptWindows(root)].entries())
    add(`unit:${at}`, 'device', unit.name.replace(/^the /, ''), unit, []);
  return { id: 'hypervisor', title: 'Jailhouse', kind: 'hypervisor', config: root.path, blocks: sortBlocks(blocks) };
}
