import { humanSize } from '@jailhouse-cells/core/source/numbers.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import type { MemoryMapReading } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import { locate, type PlaceSource } from '../findings/place.ts';
import { shownPath } from '../paths.ts';

/** `--format json` of `map`, one object for each system: addresses are bigints here and hex strings on paper; ends are exclusive. */
export function mapDescription(reading: MemoryMapReading, source: PlaceSource): object {
  const { system, board, map, collisions, moments, chosen, gpuMem, stale } = reading;
  const placeOf = (span: Span): object => {
    const place = locate(source, span);
    return place.kind === 'text' ? { file: place.shown, line: place.line, column: place.column } : { file: place.shown };
  };
  return {
    system: system.name,
    rootCell: shownPath(source.cwd, system.rootCell),
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
  };
}
