import type { MapView } from '@jailhouse-cells/core/memory-map/model.ts';
import type { MemoryMapReading } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import type { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { bruteForcePairs, collidingPairs, type Member } from '../../test/memory-map/brute-force.ts';
import { bits, decodedRegions } from '../../test/memory-map/decoded-regions.ts';
import { faultsOf } from '../../test/memory-map/tiling.ts';

export interface MapsResult {
  readonly systems: number;
  readonly maps: number;
  readonly blocks: number;
  /** Pairs of blocks that lie on each other by the bytes. */
  readonly pairs: number;
  readonly misses: readonly string[];
}

/**
 * Draws each system in both views, at each moment: blocks and gaps have to divide the axis, the lanes to hold the regions of the bytes and no others, and
 * the collisions to be those of a comparison of each region with each.
 */
export function compareMaps(configs: readonly string[], workspace: Workspace): MapsResult {
  const misses: string[] = [];
  let systems = 0;
  let maps = 0;
  let blocks = 0;
  let pairs = 0;
  for (const path of configs) {
    if (workspace.check(path).config?.kind !== 'system') continue;
    systems++;
    for (const view of ['physical', 'virtual'] as const) {
      const reading = workspace.memoryMap(path, { view });
      if (reading === undefined) {
        misses.push(`${path}: no map`);
        continue;
      }
      maps++;
      blocks += reading.map.lanes.reduce((sum, lane) => sum + lane.blocks.length, 0);
      for (const fault of faultsOf(reading.map)) misses.push(`${path}, ${view}: ${fault}`);
      for (const { id: moment } of reading.moments.filter(({ id }) => !id.includes(':'))) {
        const then = workspace.memoryMap(path, { view, moment });
        for (const fault of then === undefined ? ['no map'] : faultsOf(then.map)) misses.push(`${path}, ${view}, ${moment}: ${fault}`);
      }
      misses.push(...otherRegions(path, view, reading, workspace));
      const expected = bruteForcePairs(membersOf(reading, workspace), reading.system.explicitSet)[view];
      const found = collidingPairs(reading);
      pairs += expected.size;
      for (const pair of expected)
        if (!found.has(pair)) misses.push(`${path}, ${view}: ${pair} lie on each other, and no collision says so`);
      for (const pair of found) if (!expected.has(pair)) misses.push(`${path}, ${view}: ${pair} collide, but not by the bytes`);
    }
  }
  return { systems, maps, blocks, pairs, misses };
}

/** What is wrong with the map of a system with its board; each finding about addresses has to be a collision of blocks. */
export function mapFaults(root: string, workspace: Workspace): readonly string[] {
  const faults: string[] = [];
  const blocks = new Set<string>();
  for (const view of ['physical', 'virtual'] as const) {
    const reading = workspace.memoryMap(root, { view });
    if (reading === undefined) return ['no map'];
    faults.push(...faultsOf(reading.map), ...otherRegions(root, view, reading, workspace));
    for (const collision of reading.collisions) if (collision.blocks.length > 0) blocks.add(collision.id);
  }
  const collisions = workspace.memoryMap(root)?.collisions ?? [];
  for (const { id, blocks: own, finding } of collisions)
    if (own.length === 0 && !blocks.has(id)) faults.push(`${id} is about no block: ${finding.message}`);
  return faults;
}

function membersOf({ map }: MemoryMapReading, workspace: Workspace): readonly Member[] {
  return map.lanes.flatMap(({ id, kind, config: path }) => {
    const config = kind === 'root' || kind === 'cell' ? workspace.check(path ?? '').config : undefined;
    return config === undefined ? [] : [{ lane: id, config }];
  });
}

function otherRegions(path: string, view: MapView, reading: MemoryMapReading, workspace: Workspace): readonly string[] {
  const misses: string[] = [];
  for (const { lane, config } of membersOf(reading, workspace)) {
    const drawn = reading.map.lanes.find(({ id }) => id === lane)?.blocks.map(({ name, start, end }) => `${name} ${start}-${end}`) ?? [];
    const configured = decodedRegions(config)
      .filter(({ flags }) => view === 'virtual' || (flags & bits.comm) === 0n)
      .map(({ index, phys, virt, size }) => {
        const start = view === 'physical' ? phys : virt;
        return `mem_regions[${index}] ${start}-${start + size}`;
      });
    if (drawn.sort().join() !== configured.sort().join()) misses.push(`${path}, ${view}: ${lane} has other regions than the bytes`);
  }
  return misses;
}
