import type { AddressWindow } from '../config/address-window.ts';
import { gicWindows, iommuWindows, ivshmemBarWindow, mmconfigWindow, x86InterruptWindows } from '../config/intercepted-windows.ts';
import { isCommRegion, isEmpty } from '../config/memory-flags.ts';
import type { Span } from '../source/span.ts';
import type { System } from '../system/system.ts';
import { type Block, type BlockKind, type Lane, type MapView, rangeFrom, sortBlocks } from './model.ts';

/**
 * What the system config gives to the hypervisor: its memory, the PCI configuration window with the pages for the BARs of virtual devices, the
 * interrupt controller, IOMMUs. In the virtual view, what it answers at guest addresses: everything but its memory.
 */
export function hypervisorLane({ root, cells }: System, view: MapView, isEnabled: boolean): Lane {
  const blocks: Block[] = [];
  const add = (
    key: string,
    kind: BlockKind,
    name: string,
    window: Omit<AddressWindow, 'name'>,
    places: readonly Span[],
    detail?: string,
  ): void => {
    blocks.push({
      id: `hypervisor:${key}`,
      kind,
      name,
      detail,
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
    const window = { start: physStart.value, size: size.value, span: physStart.span };
    add('memory', 'hypervisor', 'hypervisor memory', window, [size.span, span], commDetail(cells));
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

/** The page of a communication region is part of the hypervisor's record of the cell (control.c:cell_create): where in its memory, nobody can tell. */
function commDetail(cells: System['cells']): string | undefined {
  const owners = cells.filter(({ config }) => config.memoryRegions.some(isCommRegion)).map(({ config }) => config.cell.name.value);
  if (owners.length === 0) return undefined;
  const shown = owners.slice(0, mostOwners).join(', ');
  const more = owners.length > mostOwners ? ` and ${owners.length - mostOwners} more` : '';
  return `also the communication ${owners.length === 1 ? 'region' : 'regions'} of ${shown}${more}`;
}

const mostOwners = 4;
