import type { MapLane } from '@jailhouse-cells/protocol/map-messages.ts';
import type { MapLiveCell } from '@jailhouse-cells/protocol/map-page-messages.ts';
import type { LiveCell } from './live-systems.ts';

/** How the cells of a map are on a target, by lane: a lane is titled by the name of its cell, which is unique on a target. */
export function liveLanes(lanes: readonly Pick<MapLane, 'id' | 'kind' | 'title'>[], cells: readonly LiveCell[]): readonly MapLiveCell[] {
  return lanes.flatMap(({ id, kind, title }): readonly MapLiveCell[] => {
    if (kind !== 'root' && kind !== 'cell') return [];
    const cell = cells.find(({ name }) => name === title);
    if (cell === undefined) return [{ lane: id, state: 'not created', failed: false }];
    return [{ lane: id, state: cell.state, failed: cell.state === 'failed' || cell.failedCpus.length > 0 }];
  });
}
