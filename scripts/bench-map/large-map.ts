import type { MapBlock, MapCollision, MapGap, MapLane, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';

const lanes = 20;
const regionsOfLane = 100;
/** Bytes from one region to the next; the largest one is half as long. */
const stride = 0x100_0000n;
const kinds = ['cell-ram', 'mmio', 'shared', 'loadable'] as const;

/** A system of 2,000 regions in 20 lanes: 40 are in a collision, 80 are shared by two lanes, and between regions there are gaps. */
export function largeMap(): MemoryMapResult {
  const drawn = Array.from({ length: lanes }, (_, lane) => laneOf(lane));
  const collisions = drawn.flatMap(({ blocks }, lane) => blocks.filter((_, at) => at % 50 === 49).map((block) => collisionOf(block, lane)));
  return {
    system: 'large',
    rootUri: 'file:///large.c',
    board: 'a board of the bench',
    view: 'physical',
    lanes: drawn,
    gaps: gapsBetween(drawn.flatMap(({ blocks }) => blocks)),
    resources: { cpus: [], interrupts: [], functions: [], links: [] },
    collisions,
    variants: [],
    moments: [{ id: 'cell-started', title: 'cell started' }],
    chosen: { variant: undefined, gpuMem: undefined, moment: 'cell-started' },
    gpuMem: undefined,
    stale: false,
  };
}

function laneOf(lane: number): MapLane {
  const blocks = Array.from({ length: regionsOfLane }, (_, at) => blockOf(lane, at));
  return { id: `cell${lane}`, title: `cell-${lane}`, kind: lane === 0 ? 'root' : 'cell', blocks };
}

/** Sizes go from a page to 8 MiB; regions of the lanes take turns on the axis. */
function blockOf(lane: number, at: number): MapBlock {
  // Now and then a lane has its region in common with the lane before it.
  const shared = at % 25 === 12;
  const placedAs = shared ? lane & ~1 : lane;
  const start = BigInt(at * lanes + placedAs) * stride;
  const size = 0x1000n << BigInt((at + placedAs) % 12);
  return {
    id: `cell${lane}:mem_regions[${at}]`,
    kind: shared ? 'shared' : (kinds[(at + lane) % kinds.length] ?? 'cell-ram'),
    name: `mem_regions[${at}]`,
    start: `0x${start.toString(16)}`,
    end: `0x${(start + size).toString(16)}`,
    size: `${size / 1024n} KiB`,
    other: undefined,
    flags: ['READ', 'WRITE'],
    owner: `cell-${lane}`,
    place: undefined,
    link: shared ? `shared ${at} ${placedAs}` : undefined,
    reachable: true,
  };
}

function gapsBetween(blocks: readonly MapBlock[]): MapGap[] {
  const sorted = [...blocks].sort((a, b) => Number(BigInt(a.start) - BigInt(b.start)));
  return sorted.slice(1).flatMap(({ start }, index) => {
    const end = sorted[index]?.end ?? start;
    const size = BigInt(start) - BigInt(end);
    return size <= 0n ? [] : [{ start: end, end: start, size: `${size / 1024n} KiB` }];
  });
}

function collisionOf(block: MapBlock, lane: number): MapCollision {
  const position = { uri: 'file:///large.c', line: 0, character: 0, endLine: 0, endCharacter: 1 };
  return {
    id: `collision:${block.id}`,
    rule: 'cells-share-memory',
    severity: 'error',
    message: `${block.name} of cell-${lane} collides.`,
    start: block.start,
    end: block.end,
    blocks: [block.id, block.id.replace(/^cell\d+/, `cell${(lane + 1) % lanes}`)],
    place: position,
    fixes: [],
  };
}
