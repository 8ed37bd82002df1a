import type { Block } from '@jailhouse-cells/core/memory-map/model.ts';
import type { Fix } from '@jailhouse-cells/core/source/finding.ts';
import { hex, humanSize } from '@jailhouse-cells/core/source/numbers.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import type { MemoryMapReading, WhatIf } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import type { MapBlock, MapCollision, MapPlace, MapWhatIf, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import { rangeOf, type TextOf } from './positions.ts';
import { resourceResult } from './resource-result.ts';
import type { Uris } from './uris.ts';

/** Fixes are made to be named: of so many collisions only. Nobody runs down a list of hundreds. */
const mostWithFixes = 100;

export interface MapTexts {
  readonly textOf: TextOf;
  readonly uris: Uris;
  canApply(fix: Fix): boolean;
}

/** A map as it travels to the client. */
export function mapResult(reading: MemoryMapReading, { textOf, uris, canApply }: MapTexts): MemoryMapResult {
  const { system, board, map, collisions, resources, variants, moments, chosen, gpuMem, stale } = reading;
  const placeOf = (span: Span): MapPlace => {
    const { start, end } = rangeOf(span, textOf);
    return { uri: uris.uriOf(span.file), line: start.line, character: start.character, endLine: end.line, endCharacter: end.character };
  };
  const blockOf = (block: Block): MapBlock => {
    const { id, kind, name, detail, start, end, other, flags, owner, span, places, link, reachable } = block;
    const whole = places.at(-1);
    return {
      id,
      kind,
      name,
      start: hex(start),
      end: hex(end),
      size: humanSize(end - start),
      other: other === undefined ? undefined : hex(other),
      flags,
      owner,
      place: span && placeOf(span),
      ...(whole !== undefined && whole !== span && { whole: placeOf(whole) }),
      ...(detail !== undefined && { detail }),
      link,
      reachable,
    };
  };
  return {
    system: system.name,
    rootUri: uris.uriOf(system.rootCell),
    board: board?.name ?? '',
    view: map.view,
    lanes: map.lanes.map(({ id, title, kind, blocks }) => ({ id, title, kind, blocks: blocks.map(blockOf) })),
    gaps: map.gaps.map(({ start, end }) => ({ start: hex(start), end: hex(end), size: humanSize(end - start) })),
    collisions: collisions.map(
      ({ id, rule, severity, range, blocks, finding }, at): MapCollision => ({
        id,
        rule,
        severity,
        message: finding.message,
        start: range && hex(range.start),
        end: range && hex(range.end),
        blocks,
        place: placeOf(finding.span),
        fixes: at < mostWithFixes ? finding.fixes.filter(canApply).map(({ title }) => title) : [],
      }),
    ),
    resources: resourceResult(resources, placeOf),
    variants: variants.map(({ name, size }) => ({ id: variantId(size), title: name || humanSize(size) })),
    moments,
    chosen: { variant: chosen.ram === undefined ? undefined : variantId(chosen.ram), gpuMem: chosen.gpuMem, moment: chosen.moment },
    gpuMem,
    ...(gpuMem !== undefined && board?.firmware !== undefined && { configTxt: uris.uriOf(board.firmware.path) }),
    stale,
  };
}

/** `4GiB`, as jailhouse.json writes it. */
function variantId(size: bigint): string {
  const mebibytes = size >> 20n;
  if (mebibytes << 20n !== size) return hex(size);
  return mebibytes % 1024n === 0n ? `${mebibytes / 1024n}GiB` : `${mebibytes}MiB`;
}

/** A change as the engine takes it; what cannot be understood is left out. */
export function whatIfOf({ variant, gpuMem, moment, view }: MapWhatIf): WhatIf {
  const size = /^(?:(\d{1,9})(MiB|GiB)|(0x[0-9a-f]{1,16}))$/.exec(variant ?? '');
  const ram = size === null ? undefined : size[3] !== undefined ? BigInt(size[3]) : BigInt(size[1] ?? 0) << (size[2] === 'GiB' ? 30n : 20n);
  return {
    ram: ram === 0n ? undefined : ram,
    gpuMem: typeof gpuMem === 'number' && Number.isFinite(gpuMem) ? Math.trunc(gpuMem) : undefined,
    moment: typeof moment === 'string' ? moment : undefined,
    view: view === 'virtual' ? 'virtual' : 'physical',
  };
}
