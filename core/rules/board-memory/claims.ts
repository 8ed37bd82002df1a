import type { Board } from '../../board/board.ts';
import { deviceStretches } from '../../board/device-stretches.ts';
import { type AddressRange, Coverage, physRange } from '../../config/address-window.ts';
import { ivshmemBarWindow, mmconfigWindow } from '../../config/intercepted-windows.ts';
import { bdfName, ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../../config/model.ts';
import type { RelatedPlace } from '../../source/finding.ts';
import type { Span } from '../../source/span.ts';
import { higher } from '../../system/paint.ts';
import type { BoardContext } from '../rule.ts';
import { rangeText, regionByPhys } from '../wording.ts';

/** Physical memory that Jailhouse or a cell takes for itself. */
export interface Claim {
  readonly kind: 'hypervisor' | 'ram' | 'ivshmem';
  /** `hypervisor memory`, `mem_regions[3] 0x…`, `the shared memory of ivshmem 00:01.0`. */
  readonly name: string;
  /** Ascending, disjoint. */
  readonly ranges: readonly AddressRange[];
  /** Where the address is written. */
  readonly span: Span;
  readonly config: Config;
  /** Undefined for ivshmem. */
  readonly region: MemoryRegion | undefined;
}

export function hypervisorClaim(system: Config): Claim | undefined {
  const memory = system.system?.hypervisorMemory;
  if (memory === undefined || isEmpty(memory)) return undefined;
  return {
    kind: 'hypervisor',
    name: `hypervisor memory ${rangeText(physRange(memory))}`,
    ranges: [physRange(memory)],
    span: memory.physStart.span,
    config: system,
    region: memory,
  };
}

/**
 * A cell's own RAM, region by region: pages that are neither shared with the root cell, nor marked as a device, nor registers of the board. Between
 * registers, where devices may be that nobody knows of, only what code runs in or is loaded to counts as RAM.
 */
export function ramClaims(cell: Config, board: Board): readonly Claim[] {
  const sections = sectionIndices(cell);
  const { registers, devices } = coveragesOf(board);
  return cell.memoryRegions
    .filter(
      (region) =>
        !isEmpty(region) &&
        !isCommRegion(region) &&
        !isSubPage(region) &&
        !hasFlag(region, 'ROOTSHARED') &&
        !hasFlag(region, 'IO') &&
        !sections.has(region.index) &&
        !registers.covers(physRange(region)) &&
        (isProgramMemory(region) || !devices.covers(physRange(region))),
    )
    .map((region) => ({
      kind: 'ram',
      name: regionByPhys(region),
      ranges: [physRange(region)],
      span: region.physStart.span,
      config: cell,
      region,
    }));
}

/** Shared memory of the links that are told of at `member`: at the root cell those that it takes part in, at a cell those that no config before it has. */
export function ivshmemClaims(context: Pick<BoardContext, 'system' | 'member' | 'cells'>): readonly Claim[] {
  const { system, member } = context;
  const devices = ivshmemDevices(member);
  if (devices.length === 0) return [];
  const before = member === system ? [] : [system, ...cellsBefore(context)];
  const told = new Set(before.flatMap((config) => ivshmemDevices(config).map(({ bdf }) => bdf.value)));
  return devices.flatMap((device): readonly Claim[] => {
    const sections = told.has(device.bdf.value) ? undefined : sectionsOf(member, device);
    const regions = (sections ?? []).map(({ region }) => region).filter((region) => !isEmpty(region));
    const [first] = regions;
    if (first === undefined) return [];
    return [
      {
        kind: 'ivshmem',
        name: `the shared memory of ivshmem ${bdfName(device.bdf.value)}`,
        ranges: new Coverage(regions.map(physRange)).ranges,
        span: first.physStart.span,
        config: member,
        region: undefined,
      },
    ];
  });
}

/** Asked for only where it counts: what a rule asks for is what its answer depends on. */
function cellsBefore({ cells, member }: Pick<BoardContext, 'member' | 'cells'>): readonly Config[] {
  return cells.slice(0, Math.max(0, cells.indexOf(member)));
}

/** The configuration window of the virtual PCI host and, right behind it, the BARs of its devices; undefined for a real host. */
export function virtualPciRange(system: Config): AddressRange | undefined {
  const window = mmconfigWindow(system);
  if (window === undefined || system.system?.pciIsVirtual.value === 0) return undefined;
  const bars = ivshmemBarWindow(system);
  const end = bars === undefined ? window.start + window.size : bars.start + bars.size;
  const windowEnd = window.start + window.size;
  return { start: window.start, size: higher(end, windowEnd) - window.start };
}

/** Everything that Jailhouse and the cells take, wherever it is told of. */
export function allClaims(context: Pick<BoardContext, 'system' | 'cells' | 'board'>): readonly Claim[] {
  const { system, cells, board } = context;
  const hypervisor = hypervisorClaim(system);
  return [
    ...(hypervisor === undefined ? [] : [hypervisor]),
    ...[system, ...cells].flatMap((member) => ivshmemClaims({ system, member, cells })),
    ...cells.flatMap((cell) => ramClaims(cell, board)),
  ];
}

export function relatedClaim({ span, name }: Claim): RelatedPlace {
  return { span, message: name };
}

/** The regions that are sections of an ivshmem link. */
export function sectionIndices(config: Config): ReadonlySet<number> {
  return new Set(ivshmemDevices(config).flatMap((device) => (sectionsOf(config, device) ?? []).map(({ region }) => region.index)));
}

/** Code runs in it, or images are loaded to it. */
export function isProgramMemory(region: MemoryRegion): boolean {
  return hasFlag(region, 'LOADABLE') || hasFlag(region, 'EXECUTE');
}

interface DeviceCoverages {
  /** Registers that the board is known to have. */
  readonly registers: Coverage;
  /** Where devices are or may be. */
  readonly devices: Coverage;
}

const coverages = new WeakMap<Board, DeviceCoverages>();

export function coveragesOf(board: Board): DeviceCoverages {
  let known = coverages.get(board);
  if (known === undefined) {
    known = { registers: new Coverage(board.devices.flatMap(({ windows }) => windows)), devices: new Coverage(deviceStretches(board)) };
    coverages.set(board, known);
  }
  return known;
}
