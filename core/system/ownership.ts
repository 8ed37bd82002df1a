import { gicOf } from '../config/gic.ts';
import { isEmpty } from '../config/memory-flags.ts';
import type { MemoryRegion, PciDevice } from '../config/model.ts';
import type { CellState, EnabledMoment, Moment } from './moments.ts';
import { compare, edgesOf, higher, lower, type Range, rangeAt } from './paint.ts';
import { hasPin } from './pins.ts';
import type { System } from './system.ts';
import { windowAt } from './trap-windows.ts';

/** Who can hold something: Linux before Jailhouse is enabled; then the root cell, a cell by its place in `System.cells`, the hypervisor. */
export type Holder =
  | { readonly kind: 'linux' }
  | { readonly kind: 'root' }
  | { readonly kind: 'cell'; readonly cell: number }
  | { readonly kind: 'hypervisor' };

export const linux: Holder = { kind: 'linux' };
export const rootCell: Holder = { kind: 'root' };
export const hypervisor: Holder = { kind: 'hypervisor' };
export const cellAt = (cell: number): Holder => ({ kind: 'cell', cell });

/** What happens when a holder accesses addresses of its own; elsewhere its CPU is parked ("Unhandled data read at …"). */
export interface AccessSpan extends Range {
  /**
   * `mapped`: straight to `phys`; `trapped`: the hypervisor replays the access at `phys`, or answers itself where that is
   * undefined; `empty-page`: reads zeros; `comm`: the page of the communication region.
   */
  readonly kind: 'mapped' | 'trapped' | 'empty-page' | 'comm';
  readonly holder: Holder;
  /** Physical address behind `start`; undefined where none of the board's addresses is reached. */
  readonly phys: bigint | undefined;
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  /** The entry of the holder's config that gives the access, with its place in the text; undefined where the hypervisor gives it. */
  readonly region: MemoryRegion | undefined;
  /** What the hypervisor puts there: `GICD`, `GICV`, `the PCI configuration window`, `hypervisor memory`. */
  readonly unit: string | undefined;
  /** A trap with a broken handler: an access does anything. */
  readonly dangling: boolean;
}

/** A part of the physical addresses that were asked for, and how a holder reaches it. */
export interface PhysicalAccess extends Range {
  readonly span: AccessSpan;
}

/** The address space of a holder, sorted and disjoint; what is left out faults. Empty for a cell that does not exist. */
export function spansOf(system: System, moment: Moment, holder: Holder): readonly AccessSpan[] {
  if (moment.kind === 'booted') return holder.kind === 'linux' ? [everything(system)] : [];
  if (holder.kind === 'hypervisor') return hypervisorSpans(system);
  const state = stateOf(moment, holder);
  return state === undefined ? [] : spansOfState(state, holder);
}

/** Undefined: the access faults. `address` is guest-physical. */
export function accessAt(system: System, moment: Moment, holder: Holder, address: bigint): AccessSpan | undefined {
  return rangeAt(spansOf(system, moment, holder), address);
}

/** Everybody who reaches a part of [start, end) of the board's addresses, the parts ascending. */
export function ownersOf(system: System, moment: Moment, range: Range): readonly PhysicalAccess[] {
  const index = physicalIndex(system, moment);
  let low = 0;
  let high = index.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((index[middle] as Indexed).start < range.end) low = middle + 1;
    else high = middle;
  }
  const found: PhysicalAccess[] = [];
  for (let at = low - 1; at >= 0; at--) {
    const { start, end, reach, span } = index[at] as Indexed;
    if (reach <= range.start) break;
    if (end <= range.start) continue;
    found.push({ start: higher(start, range.start), end: lower(end, range.end), span });
  }
  return found.reverse();
}

/** Who may use an interrupt: on ARM by INTID, of which those below 32 are every cell's own; on x86 a pin of the IOAPIC at `chip`. */
export function pinOwners(system: System, moment: Moment, pin: number, chip?: bigint): readonly Holder[] {
  if (moment.kind === 'booted') return [linux];
  const address = chip ?? gicOf(system.root)?.gicdBase.value;
  if (address === undefined) return [];
  return statesOf(moment).flatMap(([holder, state]) => (hasPin(state.pins, address, pin) ? [holder] : []));
}

/** Undefined for a CPU that Jailhouse does not manage. `cpu` is Linux' logical number. */
export function cpuOwner(moment: Moment, cpu: number): Holder | undefined {
  if (moment.kind === 'booted') return linux;
  return statesOf(moment).find(([, { cpus }]) => ((cpus >> BigInt(cpu)) & 1n) === 1n)?.[0];
}

/** Who sees a PCI function at a bdf, and which: of virtual devices every peer has its own. Linux alone before Jailhouse is enabled. */
export function functionOwners(moment: Moment, bdf: number): readonly { readonly holder: Holder; readonly device: PciDevice }[] {
  if (moment.kind === 'booted') return [];
  return statesOf(moment).flatMap(([holder, state]) =>
    state.functions.filter((device) => device.bdf.value === bdf).map((device) => ({ holder, device })),
  );
}

/** The root cell and the cells that exist. */
export function statesOf(moment: EnabledMoment): readonly (readonly [Holder, CellState])[] {
  const cells = moment.cells.flatMap((state, at) => (state === undefined ? [] : [[cellAt(at), state] as const]));
  return [[rootCell, moment.root], ...cells];
}

function stateOf(moment: EnabledMoment, holder: Holder): CellState | undefined {
  if (holder.kind === 'root') return moment.root;
  return holder.kind === 'cell' ? moment.cells[holder.cell] : undefined;
}

function everything(system: System): AccessSpan {
  const end = 1n << BigInt(system.board?.addressBits ?? 64);
  return { ...plain, start: 0n, end, kind: 'mapped', holder: linux, phys: 0n };
}

const plain = { read: true, write: true, execute: true, region: undefined, unit: undefined, dangling: false } as const;

/** The hypervisor can map whatever it likes; its own is what the driver loaded it into. */
function hypervisorSpans(system: System): readonly AccessSpan[] {
  const memory = system.root.system?.hypervisorMemory;
  if (memory === undefined || isEmpty(memory)) return [];
  const start = memory.physStart.value;
  const unit = 'hypervisor memory';
  return [{ ...plain, start, end: start + memory.size.value, kind: 'mapped', holder: hypervisor, phys: start, region: memory, unit }];
}

const spans = new WeakMap<CellState, readonly AccessSpan[]>();

function spansOfState(state: CellState, holder: Holder): readonly AccessSpan[] {
  let known = spans.get(state);
  if (known === undefined) {
    known = [...mappedSpans(state, holder), ...trappedSpans(state, holder)].sort((a, b) => compare(a.start, b.start));
    spans.set(state, known);
  }
  return known;
}

function mappedSpans(state: CellState, holder: Holder): readonly AccessSpan[] {
  return state.stage2.map(({ start, end, value: { kind, offset, read, write, execute, region, unit } }) => {
    const phys = offset === undefined ? undefined : start + offset;
    return { start, end, kind, holder, phys, read, write, execute, region, unit, dangling: false };
  });
}

/** A window is asked only where nothing is mapped. */
function trappedSpans(state: CellState, holder: Holder): readonly AccessSpan[] {
  const { stage2, windows } = state;
  const edges = edgesOf([...stage2, ...windows.map(({ start, size }) => ({ start, end: start + size }))]);
  const found: AccessSpan[] = [];
  let next = 0;
  for (let at = 0; at + 1 < edges.length; at++) {
    const start = edges[at] as bigint;
    const end = edges[at + 1] as bigint;
    while (next < stage2.length && (stage2[next] as Range).end <= start) next++;
    const mapped = stage2[next];
    if (mapped !== undefined && mapped.start <= start) continue;
    const window = windowAt(windows, start);
    if (window === undefined) continue;
    const phys = window.phys === undefined ? undefined : window.phys + start - window.start;
    const { read, write, region, dangling } = window;
    const unit = region === undefined ? window.name : undefined;
    found.push({ start, end, kind: 'trapped', holder, phys, read, write, execute: false, region, unit, dangling });
  }
  return found;
}

interface Indexed extends PhysicalAccess {
  /** The highest end of this part and all before it. */
  readonly reach: bigint;
}

const physicalIndexes = new WeakMap<Moment, readonly Indexed[]>();

function physicalIndex(system: System, moment: Moment): readonly Indexed[] {
  const known = physicalIndexes.get(moment);
  if (known !== undefined) return known;
  const holders = moment.kind === 'booted' ? [linux] : [hypervisor, ...statesOf(moment).map(([holder]) => holder)];
  const parts = holders
    .flatMap((holder) => spansOf(system, moment, holder))
    .flatMap((span) => (span.phys === undefined ? [] : [{ start: span.phys, end: span.phys + span.end - span.start, span }]))
    .sort((a, b) => compare(a.start, b.start));
  let reach = 0n;
  const index = parts.map((part) => {
    if (part.end > reach) reach = part.end;
    return { ...part, reach };
  });
  physicalIndexes.set(moment, index);
  return index;
}
