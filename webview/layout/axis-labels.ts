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

/**
 * Labels for all edges in the view: none is left out. Texts keep `line` pixels of distance by moving down, and up again where the view ends. Where
 * there are more edges than lines, those closer than `together` share a label that says how many they are.
 */
export function placeLabels(edges: readonly EdgeOnScreen[], viewHeight: number, line = 14, together = 7): AxisLabel[] {
  const groups: { first: EdgeOnScreen; last: EdgeOnScreen; more: number }[] = [];
  const closest = edges.length * line <= viewHeight ? 0 : together;
  for (const edge of edges) {
    const group = groups.at(-1);
    if (group !== undefined && edge.y - group.first.y < closest) {
      group.last = edge;
      group.more++;
    } else groups.push({ first: edge, last: edge, more: 0 });
  }
  const texts: number[] = [];
  for (const { first } of groups) texts.push(Math.max(first.y, (texts.at(-1) ?? Number.NEGATIVE_INFINITY) + line));
  // What was pushed out at the bottom goes up again, as far as its neighbours let it.
  let limit = Math.max(viewHeight - line / 2, groups.at(-1)?.first.y ?? 0);
  for (let index = texts.length - 1; index >= 0; index--) {
    const text = Math.min(texts[index] ?? 0, limit);
    texts[index] = text;
    limit = text - line;
  }
  return groups.map(({ first, last, more }, index) => ({
    y: first.y,
    textY: texts[index] ?? first.y,
    address: first.address,
    more,
    last: last.address,
  }));
}
