import type { MapLane } from '@jailhouse-cells/protocol/map-messages.ts';
import type { MapLiveCell } from '@jailhouse-cells/protocol/map-page-messages.ts';

/** How the cells of the map are on a target. */
export interface LiveCells {
  /** As it is shown. */
  readonly target: string;
  /** Empty where the system runs on no target that is looked at. */
  readonly cells: readonly MapLiveCell[];
}

export const nowhere: LiveCells = { target: '', cells: [] };

/** A sign and a word; `kind` names the colour, which says nothing more. */
export interface LiveSign {
  readonly sign: string;
  readonly word: string;
  readonly kind: 'runs' | 'stands' | 'failed';
}

export function liveSign({ state, failed }: MapLiveCell): LiveSign {
  if (failed) return { sign: '✖', word: state === 'failed' ? 'failed' : `${state}, a CPU failed`, kind: 'failed' };
  if (state === 'running' || state === 'running/locked') return { sign: '▶', word: state, kind: 'runs' };
  return { sign: state === 'not created' ? '○' : '■', word: state, kind: 'stands' };
}

/** For those who hear the page. */
export function liveSummary({ target, cells }: LiveCells, lanes: readonly Pick<MapLane, 'id' | 'title'>[]): string {
  const states = cells.flatMap((cell) => {
    const title = lanes.find(({ id }) => id === cell.lane)?.title;
    return title === undefined ? [] : [`${title} ${liveSign(cell).word}`];
  });
  return `On ${target}: ${states.join(', ')}`;
}
