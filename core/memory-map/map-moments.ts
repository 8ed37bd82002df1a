import { after, type EnabledMoment, enabledMoment, type Moment } from '../system/moments.ts';
import { type AccessSpan, cellAt, rootCell, spansOf } from '../system/ownership.ts';
import type { System } from '../system/system.ts';

/** A moment that the map can show. */
export interface MapMoment {
  readonly id: string;
  readonly title: string;
}

/** All cells run; where they are alternatives, each of them as if it ran alone. */
export const defaultMoment = 'started';

/** The moments to choose from: of all cells together, then of each one alone. */
export function mapMoments(system: System): readonly MapMoment[] {
  const names = cellKeys(system);
  const all = system.explicitSet ? 'all cells' : 'each cell';
  const together: readonly MapMoment[] =
    names.length === 0
      ? []
      : [
          { id: 'created', title: names.length === 1 ? 'cell created' : `${all} created` },
          { id: 'started', title: names.length === 1 ? 'cell started' : `${all} started` },
        ];
  const single =
    names.length < 2
      ? []
      : names.flatMap((name) => [
          { id: `created:${name}`, title: `only ${name} created` },
          { id: `started:${name}`, title: `only ${name} started` },
        ]);
  return [{ id: 'booted', title: 'board booted' }, { id: 'enabled', title: 'Jailhouse enabled' }, ...together, ...single];
}

/** Names of the cells that tell them apart. */
export function cellKeys(system: System): readonly string[] {
  const times = new Map<string, number>();
  return system.cells.map(({ config }) => {
    const name = config.cell.name.value;
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return time === 1 ? name : `${name}#${time}`;
  });
}

/** What everybody reaches at a moment. */
export interface Reach {
  readonly isEnabled: boolean;
  /** Undefined: everything, as Linux does before Jailhouse is enabled. */
  readonly root: readonly AccessSpan[] | undefined;
  /** In the order of the cells; empty for one that does not exist. */
  readonly cells: readonly (readonly AccessSpan[])[];
}

export function reachAt(system: System, moment: string): Reach {
  const { whole, cells } = statesAt(system, moment);
  if (whole === undefined) return { isEnabled: false, root: undefined, cells: system.cells.map(() => []) };
  return {
    isEnabled: true,
    root: spansOf(system, whole, rootCell),
    cells: cells.map((own, at) => (own === undefined ? [] : spansOf(system, own, cellAt(at)))),
  };
}

/** The states of a system that a moment of the map stands for. */
export interface MomentStates {
  /** The state with all cells that the moment speaks of; undefined before Jailhouse is enabled. */
  readonly whole: EnabledMoment | undefined;
  /** For each cell the state in which it is looked at: `whole`, or one of its own where alternatives keep it out. Undefined for one that does not exist. */
  readonly cells: readonly (EnabledMoment | undefined)[];
}

const known = new WeakMap<System, Map<string, MomentStates>>();

export function statesAt(system: System, moment: string): MomentStates {
  const ofSystem = known.get(system) ?? new Map<string, MomentStates>();
  known.set(system, ofSystem);
  let states = ofSystem.get(moment);
  if (states === undefined) {
    states = makeStates(system, moment);
    ofSystem.set(moment, states);
  }
  return states;
}

function makeStates(system: System, moment: string): MomentStates {
  if (moment === 'booted') return { whole: undefined, cells: system.cells.map(() => undefined) };
  const enabled = enabledMoment(system);
  const [stage = '', ...rest] = moment.split(':');
  const only = rest.join(':');
  const keys = cellKeys(system);
  const members = keys.flatMap((key, at) => (stage !== 'enabled' && (rest.length === 0 || key === only) ? [at] : []));
  const whole = advance(system, enabled, members, stage);
  const cells = keys.map((_, at) => {
    if (!members.includes(at)) return undefined;
    // Alternatives may want the same CPUs: one that the others keep out is shown alone.
    const own = system.explicitSet || whole.cells[at] !== undefined ? whole : advance(system, enabled, [at], stage);
    return own.cells[at] === undefined ? undefined : own;
  });
  return { whole, cells };
}

function advance(system: System, from: EnabledMoment, members: readonly number[], stage: string): EnabledMoment & Moment {
  const operations = stage === 'started' ? (['create', 'load', 'start'] as const) : (['create'] as const);
  let moment = from;
  for (const operation of operations) for (const cell of members) moment = after(system, moment, { operation, cell });
  return moment;
}
