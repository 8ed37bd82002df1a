import type { MapBlock, MapCollision, MapGap, MapLane, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import { type Axis, layOutAxis, pixelOf } from '../layout/axis.ts';
import { layOutLane } from '../layout/lane-layout.ts';
import { addressOf } from './address.ts';

/** A block where it stands on the axis; pixels are those at zoom 1. */
export interface DrawnBlock {
  readonly id: string;
  readonly block: MapBlock;
  readonly lane: MapLane;
  readonly laneIndex: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly top: number;
  readonly bottom: number;
  readonly depth: number;
  /** The part that its text may take. */
  readonly open: { readonly top: number; readonly bottom: number } | undefined;
  /** Collisions that it takes part in. */
  readonly collisions: readonly DrawnCollision[];
}

export interface DrawnCollision {
  readonly id: string;
  /** From 1: what its badge says. */
  readonly number: number;
  readonly collision: MapCollision;
  readonly range: { readonly start: bigint; readonly end: bigint; readonly top: number; readonly bottom: number } | undefined;
  /** Lanes involved, in their order. */
  readonly lanes: readonly number[];
  /** Of each of them the part of the range that its blocks take. */
  readonly hatches: readonly { readonly lane: number; readonly top: number; readonly bottom: number }[];
}

export interface DrawnGap {
  readonly id: string;
  readonly gap: MapGap;
  readonly start: bigint;
  readonly end: bigint;
  readonly top: number;
  readonly bottom: number;
}

/** The same memory in several lanes. */
export interface DrawnLink {
  readonly link: string;
  readonly blocks: readonly DrawnBlock[];
}

export interface MapModel {
  readonly result: MemoryMapResult;
  readonly axis: Axis;
  /** In the order to draw them. */
  readonly lanes: readonly { readonly lane: MapLane; readonly blocks: readonly DrawnBlock[] }[];
  readonly blocks: ReadonlyMap<string, DrawnBlock>;
  readonly collisions: readonly DrawnCollision[];
  readonly gaps: readonly DrawnGap[];
  readonly links: readonly DrawnLink[];
}

export function mapModel(result: MemoryMapResult): MapModel {
  const range = ({ start, end }: { start: string; end: string }) => ({ start: addressOf(start), end: addressOf(end) });
  const edges: bigint[] = [];
  for (const block of [...result.lanes.flatMap(({ blocks }) => blocks), ...result.gaps]) {
    const { start, end } = range(block);
    edges.push(start, end);
  }
  const ranges = result.collisions.map(({ start, end }) => (start === undefined || end === undefined ? undefined : range({ start, end })));
  for (const found of ranges) if (found !== undefined) edges.push(found.start, found.end);
  const axis = layOutAxis(edges);
  const pixels = ({ start, end }: { start: bigint; end: bigint }) => ({ top: pixelOf(axis, start), bottom: pixelOf(axis, end) });

  const laneOfBlock = new Map<string, number>();
  const rangeOfBlock = new Map<string, { start: bigint; end: bigint }>();
  for (const [index, lane] of result.lanes.entries()) {
    for (const block of lane.blocks) {
      laneOfBlock.set(block.id, index);
      rangeOfBlock.set(block.id, range(block));
    }
  }
  const collisions = result.collisions.map((collision, index): DrawnCollision => {
    const found = ranges[index];
    const lanes = [...new Set(collision.blocks.flatMap((id) => laneOfBlock.get(id) ?? []))].sort((a, b) => a - b);
    return {
      id: collision.id,
      number: index + 1,
      collision,
      range: found === undefined ? undefined : { ...found, ...pixels(found) },
      lanes,
      hatches:
        found === undefined
          ? []
          : lanes.map((lane) => {
              const ranges = collision.blocks.flatMap((id) => (laneOfBlock.get(id) === lane ? (rangeOfBlock.get(id) ?? []) : []));
              return { lane, ...pixels(partOf(found, ranges)) };
            }),
    };
  });
  const collisionsOf = new Map<string, DrawnCollision[]>();
  for (const drawn of collisions) {
    for (const id of drawn.collision.blocks) {
      const known = collisionsOf.get(id);
      if (known === undefined) collisionsOf.set(id, [drawn]);
      else known.push(drawn);
    }
  }

  const blocks = new Map<string, DrawnBlock>();
  const lanes = result.lanes.map((lane, laneIndex) => ({
    lane,
    blocks: layOutLane(
      lane.blocks.map((block) => ({ id: block.id, block, ...range(block) })),
      collisions.flatMap((drawn) =>
        drawn.range !== undefined && drawn.lanes.includes(laneIndex) ? { start: drawn.range.start, end: drawn.range.end } : [],
      ),
    ).map(({ block: extent, depth, open }) => {
      const drawn: DrawnBlock = {
        ...extent,
        lane,
        laneIndex,
        ...pixels(extent),
        depth,
        open: open === undefined ? undefined : pixels(open),
        collisions: collisionsOf.get(extent.id) ?? [],
      };
      blocks.set(drawn.id, drawn);
      return drawn;
    }),
  }));
  const gaps = result.gaps.map((gap): DrawnGap => {
    const found = range(gap);
    return { id: `gap:${gap.start}`, gap, ...found, ...pixels(found) };
  });
  return { result, axis, lanes, blocks, collisions, gaps, links: linksOf(blocks.values()) };
}

interface AddressRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** From the first to the last address of a range that others have; all of it where they have none, as a region of size 0. */
function partOf(whole: AddressRange, others: readonly AddressRange[]): AddressRange {
  let [start, end] = [whole.end, whole.start];
  for (const other of others) {
    if (other.start >= whole.end || other.end <= whole.start || other.start === other.end) continue;
    if (other.start < start) start = other.start;
    if (other.end > end) end = other.end;
  }
  if (start >= end) return whole;
  if (start < whole.start) start = whole.start;
  if (end > whole.end) end = whole.end;
  return { start, end };
}

function linksOf(blocks: Iterable<DrawnBlock>): DrawnLink[] {
  const groups = new Map<string, DrawnBlock[]>();
  for (const drawn of blocks) {
    const { link } = drawn.block;
    if (link === undefined) continue;
    const group = groups.get(link);
    if (group === undefined) groups.set(link, [drawn]);
    else group.push(drawn);
  }
  return [...groups].filter(([, group]) => group.length > 1).map(([link, group]) => ({ link, blocks: group }));
}

/** Blocks of all lanes that hold an address. */
export function blocksAt(model: MapModel, address: bigint): DrawnBlock[] {
  return [...model.blocks.values()].filter(({ start, end }) => start <= address && address < end);
}
