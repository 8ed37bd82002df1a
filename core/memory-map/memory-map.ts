import { Coverage } from '../config/address-window.ts';
import type { Range } from '../system/paint.ts';
import type { System } from '../system/system.ts';
import { boardLane } from './board-lane.ts';
import { DeviceNames } from './device-names.ts';
import { hypervisorLane } from './hypervisor-lane.ts';
import { cellKeys, reachAt } from './map-moments.ts';
import { type Lane, type MapView, type MemoryMap, sortBlocks } from './model.ts';
import { regionBlocks, withLinks } from './region-blocks.ts';

export interface MapOptions {
  readonly view: MapView;
  /** An id of `mapMoments`; one that is not known counts as `enabled`. */
  readonly moment: string;
  /** Where RAM begins or ends on some board that might be drawn in place of this one. */
  readonly ramEdges?: readonly bigint[];
}

/**
 * Who has which addresses, in lanes: the board (physical view only, for it has but these addresses), Jailhouse, the root cell, each cell. The board's
 * variants are drawn all at once. Costs n log n of the regions.
 */
export function memoryMap(system: System, { view, moment, ramEdges = [] }: MapOptions): MemoryMap {
  const { root, board } = system;
  const reach = reachAt(system, moment);
  const keys = cellKeys(system);
  const members = [
    { config: root, id: 'root', spans: reach.root },
    ...system.cells.map(({ config }, at) => ({ config, id: `cell:${keys[at]}`, spans: reach.cells[at] ?? [] })),
  ];
  const devices = new DeviceNames(board);
  const regions = withLinks(
    members.map(({ config, id, spans }) => regionBlocks(config, id, view, spans, devices)),
    view,
  );
  const lanes: Lane[] = [hypervisorLane(system, view, reach.isEnabled)];
  if (view === 'physical' && board !== undefined) lanes.unshift(boardLane(board, ramEdges));
  for (const [at, { config, id }] of members.entries()) {
    const kind = at === 0 ? 'root' : 'cell';
    lanes.push({ id, title: config.cell.name.value, kind, config: config.path, blocks: sortBlocks(regions[at] ?? []) });
  }
  return { view, lanes, gaps: gapsOf(lanes) };
}

/** What no block covers, from 0 up to the highest end of a block. */
export function gapsOf(lanes: readonly Lane[]): readonly Range[] {
  const ranges = lanes.flatMap(({ blocks }) => blocks.map(({ start, end }) => ({ start, size: end - start })));
  const covered = new Coverage(ranges).ranges;
  const last = covered.at(-1);
  if (last === undefined) return [];
  const gaps: Range[] = [];
  let at = 0n;
  for (const { start, size } of covered) {
    if (start > at) gaps.push({ start: at, end: start });
    at = start + size;
  }
  return gaps;
}
