import { spread } from './spread.ts';

/** An edge of the axis on the screen. */
export interface EdgeOnScreen {
  readonly address: bigint;
  /** Pixels from the top of the view. */
  readonly y: number;
}

export interface AxisLabel {
  /** Where the edge is. */
  readonly y: number;
  /** Where the text stands: beside its edge, or moved a little to clear its neighbours. */
  readonly textY: number;
  readonly address: bigint;
  /** Edges that lie so close that they share this label; their range ends at `last`. */
  readonly more: number;
  readonly last: bigint;
}

/** Pixels from one line of text to the next. */
export const labelLine = 14;

/**
 * Labels for all edges in the view, in ascending order: none is left out. Texts stand `line` pixels apart. Where there are more edges than lines, those
 * that are close together share a label that says how many they are.
 *
 * @param origin Where the axis begins, in pixels of the view: edges that share a label are the same wherever the view is moved.
 */
export function placeLabels(edges: readonly EdgeOnScreen[], viewHeight: number, line = labelLine, origin = 0): AxisLabel[] {
  const room = Math.floor(viewHeight / line) + 1;
  let together = 0;
  if (edges.length > room) for (together = line / 2; partsOf(edges, together, origin) > room; ) together *= 1.25;
  const groups = groupsOf(edges, together, origin);
  const texts = spread(
    groups.map(({ first }) => first.y),
    line,
    Math.min(0, groups[0]?.first.y ?? 0),
    Math.max(viewHeight, groups.at(-1)?.first.y ?? 0),
  );
  return groups.map(({ first, last, more }, index) => ({
    y: first.y,
    textY: texts[index] ?? first.y,
    address: first.address,
    more,
    last: last.address,
  }));
}

interface Group {
  readonly first: EdgeOnScreen;
  last: EdgeOnScreen;
  more: number;
}

/** How many parts of the axis, each of a height, have edges in them. */
function partsOf(edges: readonly EdgeOnScreen[], height: number, origin: number): number {
  let parts = 0;
  let before: number | undefined;
  for (const { y } of edges) {
    const part = Math.floor((y - origin) / height);
    if (part !== before) parts++;
    before = part;
  }
  return parts;
}

/** @param together Height of the parts of the axis whose edges share a label; 0: none do. */
function groupsOf(edges: readonly EdgeOnScreen[], together: number, origin: number): Group[] {
  const groups: Group[] = [];
  let partBefore: number | undefined;
  for (const edge of edges) {
    const part = together === 0 ? undefined : Math.floor((edge.y - origin) / together);
    const group = groups.at(-1);
    if (group !== undefined && part !== undefined && part === partBefore) {
      group.last = edge;
      group.more++;
    } else groups.push({ first: edge, last: edge, more: 0 });
    partBefore = part;
  }
  return groups;
}
