import type { Config } from '../../config/model.ts';
import type { CellState } from '../../system/moments.ts';
import type { System } from '../../system/system.ts';
import { cellKeys, statesAt } from '../map-moments.ts';

/** The root cell or a cell, with what it has at a moment. */
export interface Member {
  readonly lane: string;
  readonly owner: string;
  readonly config: Config;
  /** Undefined while it does not exist; of Linux before Jailhouse is enabled, too. */
  readonly state: CellState | undefined;
}

/** The root cell first, then the cells in their order. */
export interface Members {
  /** Linux has the whole board. */
  readonly isBooted: boolean;
  readonly all: readonly Member[];
}

export function membersAt(system: System, moment: string): Members {
  const { whole, cells } = statesAt(system, moment);
  const keys = cellKeys(system);
  const { root } = system;
  return {
    isBooted: whole === undefined,
    all: [
      { lane: 'root', owner: root.cell.name.value, config: root, state: whole?.root },
      ...system.cells.map(({ config }, at) => ({
        lane: `cell:${keys[at]}`,
        owner: config.cell.name.value,
        config,
        state: cells[at]?.cells[at],
      })),
    ],
  };
}

/** Lanes of the members that have something; of a board that is only booted, Linux. */
export function holdersOf({ isBooted, all }: Members, has: (state: CellState) => boolean): readonly string[] {
  if (isBooted) return ['root'];
  return all.flatMap(({ lane, state }) => (state !== undefined && has(state) ? [lane] : []));
}
