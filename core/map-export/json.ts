import { humanSize } from '../source/numbers.ts';
import type { Span } from '../source/span.ts';
import type { MemoryMapReading } from '../workspace/memory-maps.ts';
import { type MapPlaces, placeIn } from './places.ts';
import { resourceDescription } from './resource-json.ts';

/** `--format json` of `map`, one object for each system: addresses are bigints here and hex strings on paper; ends are exclusive. */
export function mapDescription(reading: MemoryMapReading, places: MapPlaces): object {
  const { system, board, map, collisions, resources, moments, chosen, gpuMem, stale } = reading;
  const placeOf = (span: Span): object => {
    const { shown, ...position } = placeIn(places, span);
    return { file: shown, ...position };
  };
  return {
    system: system.name,
    rootCell: places.shown(system.rootCell),
    board: board?.name ?? null,
    ram: (board?.variants ?? []).map(({ size }) => size),
    gpuMem: gpuMem?.value ?? null,
    view: map.view,
    moment: chosen.moment,
    moments: moments.map(({ id }) => id),
    stale,
    lanes: map.lanes.map(({ id, title, kind, blocks }) => ({
      id,
      title,
      kind,
      blocks: blocks.map((block) => ({
        id: block.id,
        kind: block.kind,
        name: block.name,
        detail: block.detail ?? null,
        start: block.start,
        end: block.end,
        size: humanSize(block.end - block.start),
        other: block.other ?? null,
        flags: block.flags,
        owner: block.owner,
        link: block.link ?? null,
        reachable: block.reachable,
        ...(block.span !== undefined && placeOf(block.span)),
      })),
    })),
    gaps: map.gaps.map(({ start, end }) => ({ start, end, size: humanSize(end - start) })),
    collisions: collisions.map(({ id, rule, severity, range, blocks, finding }) => ({
      id,
      rule,
      severity,
      message: finding.message,
      start: range?.start ?? null,
      end: range?.end ?? null,
      blocks,
      ...placeOf(finding.span),
    })),
    resources: resourceDescription(resources, placeOf),
  };
}
