import { highestCpu } from '../config/cpu-list.ts';
import { pageSize } from '../config/memory-flags.ts';
import type { Architecture, Config } from '../config/model.ts';
import { type CellEvent, defaultEvents, type EnabledMoment, momentsOf } from './moments.ts';
import { type PoolShape, PoolSimulation } from './pool-simulation.ts';
import type { System } from './system.ts';

/**
 * Bytes of the hypervisor's image with bss, and of each CPU's own data: measured on the firmware of revision 14, gcc 12 -Os.
 * On x86 without the 2 MiB text buffer for EFI framebuffers, which builds before v0.10 lack.
 */
export const imageSizes: Readonly<Record<Architecture, { readonly core: number; readonly perCpu: number }>> = {
  arm64: { core: 0x1e000, perCpu: 0x4000 },
  arm: { core: 0x16000, perCpu: 0x4000 },
  x86: { core: 0x32000, perCpu: 0x6000 },
};

/** CPUs that the driver makes room for: up to the highest one of the root cell. */
export function reservedCpus(system: Config): number {
  return (highestCpu(system.cpus) ?? 0) + 1;
}

/** Pages behind the image, as the hypervisor counts them in "Page pool usage". */
export function poolPages(system: Config): number {
  const size = system.system?.hypervisorMemory.size.value ?? 0n;
  const pages = (size - BigInt(imageSizes[system.arch].core)) / pageSize;
  return pages <= 0n ? 0 : Number(pages);
}

/**
 * Pages of the pool that can be handed out. The allocator walks whole words of its bitmap, so a rest of less than
 * 64 pages (32 on arm) is never used (hypervisor/paging.c:find_next_free_page).
 */
export function usablePages(system: Config): number {
  const word = system.arch === 'arm' ? 32 : 64;
  return Math.floor(poolPages(system) / word) * word;
}

/**
 * How far the estimates may be off: by as many pages rules give way. They hold for arm64. Compared with what the hypervisor
 * prints, they are exact: on the Raspberry Pi 4 39 pages early, 61 late, 15 and 14 for the two demo cells; on QEMU with
 * 16 CPUs 87 early, 144 late, 14 and 15 for the demo cells, one of which stays after the Linux cell is destroyed. Other builds
 * may differ by a few pages.
 */
export const estimateSlack = 4;

/** Pages in use after the early setup, which the bootstrap page table has to map. */
export function earlyPages(system: Config): number {
  return rootPages(system).early;
}

/** Pages in use once the root cell runs. */
export function enabledPages(system: Config): number {
  return rootPages(system).enabled;
}

const known = new WeakMap<Config, { readonly early: number; readonly enabled: number }>();

function rootPages(system: Config): { readonly early: number; readonly enabled: number } {
  let pages = known.get(system);
  if (pages === undefined) {
    const simulation = PoolSimulation.early(system, poolShape(system));
    const early = simulation.used;
    simulation.enable();
    pages = { early, enabled: simulation.used };
    known.set(system, pages);
  }
  return pages;
}

/** Pages that one cell takes for itself. Taking its memory from the root cell may split tables there: `poolUse` counts these, too. */
export function cellPages(system: Config, cell: Config): number {
  return PoolSimulation.early(system, poolShape(system)).pagesOfCell(cell);
}

function poolShape(system: Config, addressBits = 44): PoolShape {
  const { core, perCpu } = imageSizes[system.arch];
  return { core, perCpu, cpus: reservedCpus(system), pages: poolPages(system), usable: usablePages(system), addressBits };
}

export interface PoolMoment {
  /** `early`: the hypervisor prints it before it starts the CPUs; `enabled`: behind `jailhouse enable`; then the event. */
  readonly event: 'early' | 'enabled' | CellEvent;
  /** Why the event does nothing; see `EnabledMoment`. */
  readonly refusal: EnabledMoment['refusal'];
  /** Pages in use. */
  readonly used: number;
  /** True from the moment on at which the pool has no more page: the operation answers "Cannot allocate memory". */
  readonly exhausted: boolean;
}

export interface PoolUse {
  /** Pages that the hypervisor prints behind the slash. */
  readonly pages: number;
  /** Pages of them that can be handed out. */
  readonly usable: number;
  readonly moments: readonly PoolMoment[];
}

/**
 * Estimates the page pool over a sequence of events. Where it is exhausted, later moments are counted as if it were larger.
 * Undefined where nothing is known to estimate by: other architectures than arm64.
 */
export function poolUse(system: System, events: readonly CellEvent[] = defaultEvents(system)): PoolUse | undefined {
  const { root } = system;
  if (root.arch !== 'arm64' || root.system === undefined) return undefined;
  const shape = poolShape(root, system.board?.addressBits);
  const simulation = PoolSimulation.early(root, shape);
  const moments: PoolMoment[] = [];
  let exhausted = false;
  const note = (event: PoolMoment['event'], refusal: PoolMoment['refusal']): void => {
    exhausted ||= simulation.used > shape.usable;
    moments.push({ event, refusal, used: simulation.used, exhausted });
  };
  note('early', undefined);
  simulation.enable();
  note('enabled', undefined);
  const [, before, ...after] = momentsOf(system, events);
  let previous = before as EnabledMoment;
  for (const moment of after as readonly EnabledMoment[]) {
    const { event, refusal } = moment;
    if (event === undefined) continue;
    const cell = system.cells[event.cell];
    if (refusal === undefined && cell !== undefined) {
      const life = previous.cells[event.cell]?.life;
      if (event.operation === 'create') simulation.create(cell.config);
      else if (event.operation === 'destroy') simulation.destroy(cell.config);
      else if (event.operation === 'start' && life === 'loadable') simulation.start(cell.config);
      else if (event.operation !== 'start' && life !== 'loadable') simulation.load(cell.config);
    }
    note(event, refusal);
    previous = moment;
  }
  return { pages: shape.pages, usable: shape.usable, moments };
}
