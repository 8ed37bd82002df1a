import type { DrawnBlock, DrawnCollision, DrawnGap, MapModel } from './map-model.ts';

/** What is selected, by ids that outlive an update of the map. */
export interface Selection {
  readonly kind: 'block' | 'collision' | 'gap';
  readonly id: string;
}

export type Selected =
  | { readonly kind: 'block'; readonly drawn: DrawnBlock }
  | { readonly kind: 'collision'; readonly drawn: DrawnCollision }
  | { readonly kind: 'gap'; readonly drawn: DrawnGap };

/** What a selection stands for in the map of now; undefined when it is gone. */
export function findSelected(model: MapModel, selection: Selection | undefined): Selected | undefined {
  if (selection === undefined) return undefined;
  const { kind, id } = selection;
  if (kind === 'block') {
    const drawn = model.blocks.get(id);
    return drawn && { kind, drawn };
  }
  if (kind === 'collision') {
    const drawn = model.collisions.find((collision) => collision.id === id);
    return drawn && { kind, drawn };
  }
  const drawn = model.gaps.find((gap) => gap.id === id);
  return drawn && { kind, drawn };
}

/**
 * What is selected after the map has changed: of a collision that is gone, mended by its fix or not there on the board that is tried, the block that
 * it was about. All else stays, also while it is not to be seen.
 */
export function followSelection(before: MapModel | undefined, after: MapModel, selection: Selection | undefined): Selection | undefined {
  if (before === undefined || selection?.kind !== 'collision' || findSelected(after, selection) !== undefined) return selection;
  const gone = findSelected(before, selection);
  if (gone?.kind !== 'collision') return selection;
  const { blocks, place } = gone.drawn.collision;
  const there = blocks.flatMap((id) => after.blocks.get(id) ?? []);
  const meant = there.find(({ block }) => block.place?.uri === place.uri && block.place.line === place.line) ?? there[0];
  return meant === undefined ? selection : { kind: 'block', id: meant.id };
}

/** Pixels of what is selected at zoom 1; of a collision without common addresses those of its blocks. */
export function extentOf(model: MapModel, selected: Selected): { top: number; bottom: number } | undefined {
  if (selected.kind !== 'collision') return { top: selected.drawn.top, bottom: selected.drawn.bottom };
  if (selected.drawn.range !== undefined) return { top: selected.drawn.range.top, bottom: selected.drawn.range.bottom };
  const blocks = selected.drawn.collision.blocks.flatMap((id) => model.blocks.get(id) ?? []);
  if (blocks.length === 0) return undefined;
  return { top: Math.min(...blocks.map(({ top }) => top)), bottom: Math.max(...blocks.map(({ bottom }) => bottom)) };
}

/** The block that an arrow key leads to: up and down within a lane, left and right to the nearest one of the next lane that has any. */
export function neighbour(model: MapModel, from: DrawnBlock, key: string): DrawnBlock | undefined {
  const inLane = (index: number) => [...(model.lanes[index]?.blocks ?? [])].sort((a, b) => a.top - b.top || b.bottom - a.bottom);
  if (key === 'ArrowUp' || key === 'ArrowDown' || key === 'Home' || key === 'End') {
    const lane = inLane(from.laneIndex);
    const index = lane.indexOf(from);
    if (key === 'Home') return lane[0];
    if (key === 'End') return lane.at(-1);
    return lane[index + (key === 'ArrowUp' ? -1 : 1)];
  }
  const step = key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : 0;
  if (step === 0) return undefined;
  const middle = (drawn: DrawnBlock) => (drawn.top + drawn.bottom) / 2;
  for (let index = from.laneIndex + step; index >= 0 && index < model.lanes.length; index += step) {
    const lane = inLane(index);
    const nearest = lane.sort((a, b) => Math.abs(middle(a) - middle(from)) - Math.abs(middle(b) - middle(from)))[0];
    if (nearest !== undefined) return nearest;
  }
  return undefined;
}
