/** What takes room in a lane; pixels at zoom 1. */
export interface Taken {
  readonly top: number;
  readonly bottom: number;
}

/** Pixels at zoom 1 that are free in the lane next to a block: room for a text that has none inside. */
export interface LabelRoom {
  readonly above: number;
  readonly below: number;
}

export const noRoom: LabelRoom = { above: 0, below: 0 };

/**
 * The room next to each block of a lane, up to the next block or hatch or the end of the axis. A block that lies on another one has none: the text would
 * be taken for the other's.
 */
export function labelRooms<B extends Taken>(blocks: readonly B[], hatches: readonly Taken[], axisHeight: number): Map<B, LabelRoom> {
  const sorted: (B | Taken)[] = [...blocks, ...hatches].sort((a, b) => a.top - b.top || b.bottom - a.bottom);
  const own = new Set<B | Taken>(blocks);
  const rooms = new Map<B, LabelRoom>();
  let reached = 0;
  for (const [index, taken] of sorted.entries()) {
    const next = sorted[index + 1]?.top ?? axisHeight;
    if (own.has(taken) && taken.top >= reached) {
      rooms.set(taken as B, { above: taken.top - reached, below: Math.max(0, next - taken.bottom) });
    }
    reached = Math.max(reached, taken.bottom);
  }
  return rooms;
}
