import { hasFlag, isTakenFromRoot } from '../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../config/model.ts';
import { paint, type Stroke } from './paint.ts';
import { functionsReturned, functionsTaken, type PciFunctions } from './pci-functions.ts';
import { configuredPins, type Pins, withoutPins, withPinsBack } from './pins.ts';
import { cellStage2, enabledStage2, hasWholePages, type Mapping, removalOf, returnStroke, returnsOf, type Stage2 } from './stage2-map.ts';
import type { System } from './system.ts';
import { initialWindows, msixWindow, register, type TrapWindow, type TrapWindows, unregister } from './trap-windows.ts';

/** An operation of the `jailhouse` command on one cell; `cell` is its place in `System.cells`. `shutdown` is a `load` of nothing. */
export interface CellEvent {
  readonly operation: 'create' | 'load' | 'start' | 'shutdown' | 'destroy';
  readonly cell: number;
}

/**
 * Why an operation changes nothing. `exists`: created before (EEXIST); `absent`: not created (ENOENT); `cpus`: the root cell
 * does not own its CPUs, or would have none left (EBUSY).
 */
export type Refusal = 'exists' | 'absent' | 'cpus';

/** What a cell, or the root cell, holds at a moment. */
export interface CellState {
  /** `loadable`: the root cell may write its LOADABLE regions. */
  readonly life: 'created' | 'loadable' | 'running';
  readonly stage2: Stage2;
  readonly windows: TrapWindows;
  /** Bit n is Linux' logical CPU n. */
  readonly cpus: bigint;
  readonly pins: Pins;
  readonly functions: PciFunctions;
}

/** Before Jailhouse is enabled, Linux reaches all of the board. */
export interface BootedMoment {
  readonly kind: 'booted';
}

export interface EnabledMoment {
  readonly kind: 'enabled';
  /** The operation that led here; undefined for `jailhouse enable`. */
  readonly event: CellEvent | undefined;
  readonly refusal: Refusal | undefined;
  readonly root: CellState;
  /** In the order of `System.cells`; undefined while the cell does not exist. */
  readonly cells: readonly (CellState | undefined)[];
}

export type Moment = BootedMoment | EnabledMoment;

/** Creates all cells, loads all, starts all. */
export function defaultEvents(system: System): readonly CellEvent[] {
  return (['create', 'load', 'start'] as const).flatMap((operation) => system.cells.map((_, cell) => ({ operation, cell })));
}

/**
 * The moments of a system: the board booted, Jailhouse enabled, then one after each event (hypervisor/control.c). Contents are
 * never cleared on the way. Not modelled: an unmapping that starts inside a large stretch where nothing is mapped and ends
 * behind it (paging_destroy then skips a part of it).
 */
export function momentsOf(system: System, events: readonly CellEvent[] = defaultEvents(system)): readonly Moment[] {
  const enabled = enabledMoment(system);
  const moments: Moment[] = [{ kind: 'booted' }, enabled];
  let current = enabled;
  for (const event of events) {
    current = after(system, current, event);
    moments.push(current);
  }
  return moments;
}

/** Jailhouse enabled, no cell created. */
export function enabledMoment(system: System): EnabledMoment {
  const { root } = system;
  return {
    kind: 'enabled',
    event: undefined,
    refusal: undefined,
    root: {
      life: 'running',
      stage2: enabledStage2(root),
      windows: initialWindows(root, root),
      cpus: root.cpus.value,
      pins: configuredPins(root, root),
      functions: root.pciDevices,
    },
    cells: system.cells.map(() => undefined),
  };
}

/** The moment after one more event. */
export function after(system: System, moment: EnabledMoment, event: CellEvent): EnabledMoment {
  const config = system.cells[event.cell]?.config;
  const state = moment.cells[event.cell];
  const refusal = config === undefined ? 'absent' : refusalOf(moment, config, state, event);
  if (config === undefined || refusal !== undefined) return { ...moment, event, refusal };
  const change = (root: CellState, cell: CellState | undefined): EnabledMoment => ({
    kind: 'enabled',
    event,
    refusal: undefined,
    root,
    cells: moment.cells.map((other, at) => (at === event.cell ? cell : other)),
  });
  if (event.operation === 'create') return change(rootAfterCreate(system.root, moment.root, config), createdCell(system.root, config));
  if (state === undefined) return { ...moment, event, refusal: 'absent' };
  if (event.operation === 'destroy') return change(rootAfterDestroy(system.root, moment.root, config), undefined);
  const loadable = config.memoryRegions.filter((region) => hasFlag(region, 'LOADABLE'));
  if (event.operation === 'start')
    return change(state.life === 'loadable' ? lose(moment.root, loadable) : moment.root, { ...state, life: 'running' });
  // Loading once more before the start changes nothing.
  return state.life === 'loadable'
    ? change(moment.root, state)
    : change(regain(system.root, moment.root, loadable), { ...state, life: 'loadable' });
}

function refusalOf(moment: EnabledMoment, config: Config, state: CellState | undefined, event: CellEvent): Refusal | undefined {
  if (event.operation !== 'create') return state === undefined ? 'absent' : undefined;
  if (state !== undefined) return 'exists';
  const left = moment.root.cpus & ~config.cpus.value;
  return (config.cpus.value & ~moment.root.cpus) !== 0n || left === 0n ? 'cpus' : undefined;
}

function createdCell(root: Config, config: Config): CellState {
  return {
    life: 'created',
    stage2: cellStage2(root, config),
    windows: initialWindows(root, config),
    cpus: config.cpus.value,
    pins: configuredPins(root, config),
    functions: config.pciDevices,
  };
}

function rootAfterCreate(system: Config, root: CellState, config: Config): CellState {
  const taken = functionsTaken(root.functions, config);
  const windows = [...root.windows];
  for (const device of taken) {
    const table = msixWindow(device);
    if (table !== undefined) unregister(windows, table.start);
  }
  return lose(
    {
      ...root,
      windows,
      cpus: root.cpus & ~config.cpus.value,
      pins: withoutPins(system, root.pins, config),
      functions: root.functions.filter((device) => !taken.includes(device)),
    },
    config.memoryRegions.filter(isTakenFromRoot),
  );
}

function rootAfterDestroy(system: Config, root: CellState, config: Config): CellState {
  const back = regain(system, root, config.memoryRegions.filter(isTakenFromRoot));
  const functions = functionsReturned(system, root.functions, config);
  const windows = [...back.windows];
  for (const device of functions) {
    const table = msixWindow(device);
    if (table !== undefined) registerInRoot(system, windows, table);
  }
  return {
    ...back,
    windows,
    cpus: root.cpus | config.cpus.value,
    pins: withPinsBack(system, root.pins, config),
    functions: [...root.functions, ...functions],
  };
}

function lose(root: CellState, regions: readonly MemoryRegion[]): CellState {
  const windows = [...root.windows];
  const strokes: Stroke<Mapping>[] = [];
  for (const region of regions) {
    const removal = removalOf(region);
    if (removal !== undefined) strokes.push(removal);
    else if (!hasWholePages(region.physStart.value, region.size.value)) unregister(windows, region.physStart.value);
  }
  return { ...root, windows, stage2: paint<Mapping>(root.stage2, strokes) };
}

function regain(system: Config, root: CellState, regions: readonly MemoryRegion[]): CellState {
  const windows = [...root.windows];
  const strokes: Stroke<Mapping>[] = [];
  for (const region of regions)
    for (const back of returnsOf(system, region)) {
      const stroke = returnStroke(system, back);
      if (stroke !== undefined) strokes.push(stroke);
      else
        registerInRoot(system, windows, {
          start: back.virt,
          size: back.size,
          name: back.rootRegion.path,
          region: back.rootRegion,
          phys: back.phys,
          read: hasFlag(back.rootRegion, 'READ'),
          write: hasFlag(back.rootRegion, 'WRITE'),
          dangling: true,
        });
    }
  return { ...root, windows, stage2: paint<Mapping>(root.stage2, strokes) };
}

/**
 * The table of windows was made as large as the root cell needs at first, BARs that its drivers enable included; what does not
 * fit is dropped with a warning (mmio_region_register).
 */
function registerInRoot(system: Config, windows: TrapWindow[], window: TrapWindow): void {
  let room = rooms.get(system);
  if (room === undefined) {
    room = initialWindows(system, system).length;
    rooms.set(system, room);
  }
  if (windows.length < room) register(windows, window);
}

const rooms = new WeakMap<Config, number>();
