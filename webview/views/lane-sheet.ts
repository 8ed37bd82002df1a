import type { MapLane } from '@jailhouse-cells/protocol/map-messages.ts';
import { type LabelRoom, labelRooms, noRoom } from '../layout/label-room.ts';
import { spread } from '../layout/spread.ts';
import type { DrawnBlock, DrawnGap, MapModel } from '../model/map-model.ts';
import type { Selected } from '../model/selection.ts';
import { BlockElement, type BlockState } from './block-element.ts';
import type { MapActions, MapContent } from './map-drawing.ts';
import {
  badgeStep,
  CollisionElement,
  type CollisionOnAxis,
  collisionsOnAxis,
  GapElement,
  LinkElement,
  type LinkOnAxis,
  leastGap,
  leastHatch,
  linksOnAxis,
} from './overlay-elements.ts';
import { PlacedElements, type SheetPart } from './placed-elements.ts';
import { isSliver, manyCollisions } from './underlay-canvas.ts';

interface LaneParts {
  readonly element: HTMLElement;
  readonly blocks: PlacedElements<DrawnBlock, BlockElement>;
}

type State = Pick<MapContent, 'selected' | 'lit' | 'focusable'>;

/** The elements of the map that can be chosen, and what lies over them: lanes with their blocks, free gaps, links, collisions. */
export class LaneSheet {
  private readonly lanes = new Map<string, LaneParts>();
  private shown: readonly LaneParts[] = [];
  private readonly free = group('lane lane-free');
  private readonly over = document.createElement('div');
  private readonly gaps: PlacedElements<DrawnGap, GapElement>;
  private readonly links: PlacedElements<LinkOnAxis, LinkElement>;
  private readonly collisions: PlacedElements<CollisionOnAxis, CollisionElement>;
  private model: MapModel | undefined;
  private rooms: ReadonlyMap<DrawnBlock, LabelRoom> = new Map();
  private state: State = { selected: undefined, lit: new Set(), focusable: undefined };
  private overAxis: readonly CollisionOnAxis[] = [];
  /** Width of a lane in percent. */
  private share = 100;

  constructor(
    private readonly sheet: HTMLElement,
    actions: Pick<MapActions, 'onSelect' | 'onFocus'>,
  ) {
    const linked = document.createElement('div');
    sheet.prepend(this.free, linked, this.over);
    this.gaps = new PlacedElements(this.free, (drawn, before) => {
      const element = before ?? new GapElement();
      element.use(drawn);
      element.tell(this.isSelected('gap', drawn.id));
      return element;
    });
    this.links = new PlacedElements(linked, (item, before) => {
      const element = before ?? new LinkElement();
      element.use(item, this.share);
      return element;
    });
    this.collisions = new PlacedElements(this.over, (item, before) => {
      const element = before ?? new CollisionElement();
      element.use(item, this.share);
      element.tell(this.isSelected('collision', item.id));
      return element;
    });
    sheet.addEventListener('click', ({ target }) => {
      const selected = this.selectedBy(target);
      if (selected !== undefined) actions.onSelect(selected);
    });
    sheet.addEventListener('focusin', ({ target }) => {
      const selected = this.selectedBy(target);
      if (selected?.kind === 'block') actions.onFocus(selected.drawn);
    });
  }

  show({ model, selected, lit, focusable }: MapContent): void {
    this.state = { selected, lit, focusable };
    if (model !== this.model) this.showModel(model);
    for (const { blocks } of this.shown) for (const [id, element] of blocks.elements()) element.tell(this.stateOf(id));
    for (const [id, element] of this.gaps.elements()) element.tell(this.isSelected('gap', id));
    for (const [id, element] of this.collisions.elements()) element.tell(this.isSelected('collision', id));
    this.over.className = selected?.kind === 'collision' ? 'one-chosen' : '';
  }

  /** Fills a part of the sheet, and places what is on it. */
  fill(part: SheetPart): void {
    const { model } = this;
    if (model === undefined) return;
    const { selected, focusable } = this.state;
    const isFocusable = ({ id }: DrawnBlock) => id === focusable;
    for (const { blocks } of this.shown) {
      // The one that the Tab key leads to also when it is out of view.
      blocks.fill(part, (drawn) => isSliver(model, drawn, part.scale), isFocusable);
    }
    this.gaps.fill(
      part,
      ({ top, bottom }) => (bottom - top) * part.scale < leastGap,
      () => false,
    );
    this.links.fill(part, no, no);
    const hidden = this.crowdedOut(part.scale);
    const isChosen = ({ id }: CollisionOnAxis) => selected?.kind === 'collision' && selected.drawn.id === id;
    this.collisions.fill(part, (item) => hidden.has(item), isChosen);
    this.placeBadges();
  }

  /** Fits texts and badges to another part of the sheet that is to be seen. */
  see(part: SheetPart): void {
    for (const { blocks } of this.shown) blocks.see(part);
    this.gaps.see(part);
    this.collisions.see(part);
    this.placeBadges();
  }

  private showModel(model: MapModel): void {
    this.model = model;
    // The free gaps have a lane of their own behind the others.
    this.share = 100 / (model.lanes.length + 1);
    this.rooms = roomsOf(model);
    const ids = new Set(model.lanes.map(({ lane }) => lane.id));
    for (const [id, { element }] of this.lanes) {
      if (ids.has(id)) continue;
      element.remove();
      this.lanes.delete(id);
    }
    let following: Element = this.free;
    for (const { lane, blocks } of [...model.lanes].reverse()) {
      const parts = this.partsOf(lane, blocks.length);
      if (parts.element.nextSibling !== following) this.sheet.insertBefore(parts.element, following);
      following = parts.element;
      parts.blocks.show(blocks);
    }
    this.shown = model.lanes.flatMap(({ lane }) => this.lanes.get(lane.id) ?? []);
    this.free.setAttribute('aria-label', `Free, ${model.gaps.length} gaps`);
    this.gaps.show(model.gaps);
    this.links.show(linksOnAxis(model.links));
    this.overAxis = collisionsOnAxis(model);
    this.collisions.show(this.overAxis);
  }

  private partsOf(lane: MapLane, blocks: number): LaneParts {
    let parts = this.lanes.get(lane.id);
    if (parts === undefined) {
      const element = group('lane');
      const make = (drawn: DrawnBlock, before: BlockElement | undefined) => {
        const block = before ?? new BlockElement(drawn);
        block.use(drawn, this.rooms.get(drawn) ?? noRoom);
        block.tell(this.stateOf(drawn.id));
        return block;
      };
      parts = { element, blocks: new PlacedElements(element, make) };
      this.lanes.set(lane.id, parts);
    }
    parts.element.className = `lane lane-${lane.kind}`;
    parts.element.setAttribute('aria-label', `${lane.title}, ${blocks} blocks`);
    return parts;
  }

  /** Of many collisions, those that would lie on another one of the same lanes, so that thousands of them can be drawn. */
  private crowdedOut(scale: number): ReadonlySet<CollisionOnAxis> {
    const hidden = new Set<CollisionOnAxis>();
    if (this.overAxis.length <= manyCollisions) return hidden;
    const seen = new Set<string>();
    for (const item of this.overAxis) {
      if ((item.bottom - item.top) * scale >= leastHatch) continue;
      const place = `${item.first} ${item.last} ${Math.floor((item.top * scale) / badgeStep)}`;
      if (seen.has(place)) hidden.add(item);
      seen.add(place);
    }
    return hidden;
  }

  /** Badges of a lane that would lie on each other move up and down. */
  private placeBadges(): void {
    const byLane = new Map<number, CollisionElement[]>();
    for (const [{ last }, element] of this.collisions.placed()) {
      const column = byLane.get(last);
      if (column === undefined) byLane.set(last, [element]);
      else column.push(element);
    }
    for (const column of byLane.values()) {
      column.sort((a, b) => a.badgeWanted - b.badgeWanted);
      const wanted = column.map(({ badgeWanted }) => badgeWanted);
      const places = spread(wanted, badgeStep, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
      for (const [index, element] of column.entries()) element.placeBadge(places[index] ?? element.badgeWanted);
    }
  }

  private stateOf(id: string): BlockState {
    const { lit, focusable } = this.state;
    return { selected: this.isSelected('block', id), lit: lit.has(id), focusable: id === focusable };
  }

  private isSelected(kind: Selected['kind'], id: string): boolean {
    const { selected } = this.state;
    return selected?.kind === kind && selected.drawn.id === id;
  }

  /** What an element of the sheet stands for. */
  private selectedBy(target: EventTarget | null): Selected | undefined {
    const button = target instanceof Element ? target.closest<HTMLElement>('button') : null;
    const { block, gap, badge } = button?.dataset ?? {};
    const found = this.model?.blocks.get(block ?? '');
    if (found !== undefined) return { kind: 'block', drawn: found };
    const free = gap === undefined ? undefined : this.model?.gaps.find(({ id }) => id === gap);
    if (free !== undefined) return { kind: 'gap', drawn: free };
    const collision = badge === undefined ? undefined : this.model?.collisions.find(({ id }) => id === badge);
    return collision && { kind: 'collision', drawn: collision };
  }
}

const no = () => false;

function group(name: string): HTMLElement {
  const element = document.createElement('div');
  element.className = name;
  element.setAttribute('role', 'group');
  return element;
}

function roomsOf(model: MapModel): ReadonlyMap<DrawnBlock, LabelRoom> {
  const rooms = new Map<DrawnBlock, LabelRoom>();
  for (const [index, { blocks }] of model.lanes.entries()) {
    const hatches = model.collisions.flatMap(({ range, lanes }) => (range !== undefined && lanes.includes(index) ? [range] : []));
    for (const [drawn, room] of labelRooms(blocks, hatches, model.axis.height)) rooms.set(drawn, room);
  }
  return rooms;
}
