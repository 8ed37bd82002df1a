/** Where something stands on the sheet; pixels. */
export interface Place {
  readonly y: number;
  readonly height: number;
  /** The part of the sheet that is to be seen. */
  readonly viewTop: number;
  readonly viewBottom: number;
  readonly scale: number;
}

/** An element that is moved with every frame of a movement: it changes only what differs. */
export interface PlacedElement {
  readonly element: HTMLElement;
  place(at: Place): void;
}

/** Something on the axis; pixels at zoom 1. */
export interface OnAxis {
  readonly id: string;
  readonly top: number;
  readonly bottom: number;
}

/** The part of the axis that gets elements; pixels of the sheet: `y * scale + base`. */
export interface SheetPart {
  readonly scale: number;
  readonly base: number;
  /** What is to be seen, and what is beyond it by as much as the sheet may be moved before it is filled again. */
  readonly viewTop: number;
  readonly viewBottom: number;
  readonly from: number;
  readonly to: number;
}

/** Elements of one parent for those of its items that are in view, in the order of the items. They are made when first seen, and kept. */
export class PlacedElements<Item extends OnAxis, Element extends PlacedElement> {
  private items: readonly Item[] = [];
  private readonly made = new Map<string, Element>();
  private readonly present = new Set<Item>();

  constructor(
    private readonly parent: HTMLElement,
    /** Makes the element of an item, or fits the one that it had on an earlier map. */
    private readonly make: (item: Item, before: Element | undefined) => Element,
  ) {}

  /** Takes the items of another map; items with the ids of earlier ones keep their elements. */
  show(items: readonly Item[]): void {
    const ids = new Set(items.map(({ id }) => id));
    for (const [id, { element }] of this.made) {
      if (ids.has(id)) continue;
      element.remove();
      this.made.delete(id);
    }
    this.present.clear();
    this.items = items;
    for (const item of items) {
      const before = this.made.get(item.id);
      if (before === undefined) continue;
      const { element } = this.make(item, before);
      if (element.parentNode === this.parent) this.present.add(item);
    }
  }

  /** Elements for what is in a part of the sheet and is not left out. */
  fill(part: SheetPart, leftOut: (item: Item) => boolean, always: (item: Item) => boolean): void {
    let following: HTMLElement | null = null;
    for (let index = this.items.length - 1; index >= 0; index--) {
      const item = this.items[index];
      if (item === undefined) continue;
      const y = item.top * part.scale + part.base;
      const bottom = item.bottom * part.scale + part.base;
      const wanted = always(item) || (bottom >= part.from && y <= part.to && !leftOut(item));
      // What has the focus stays, out of view: taken out, it would lose the focus.
      if (!wanted && !this.hasFocus(item)) {
        if (this.present.delete(item)) this.made.get(item.id)?.element.remove();
        continue;
      }
      const placed = this.elementOf(item);
      placed.place({ y, height: bottom - y, viewTop: part.viewTop, viewBottom: part.viewBottom, scale: part.scale });
      const { element } = placed;
      // Nor is it moved in its parent.
      if (!this.present.has(item) || (element.nextSibling !== following && !element.contains(document.activeElement))) {
        this.parent.insertBefore(element, following);
        this.present.add(item);
      }
      following = element;
    }
  }

  /** Fits what is there to another part of the sheet that is to be seen. */
  see(part: SheetPart): void {
    for (const item of this.present) {
      const y = item.top * part.scale + part.base;
      const height = (item.bottom - item.top) * part.scale;
      this.elementOf(item).place({ y, height, viewTop: part.viewTop, viewBottom: part.viewBottom, scale: part.scale });
    }
  }

  /** Items that have a place just now. */
  *placed(): Iterable<[Item, Element]> {
    for (const item of this.present) yield [item, this.elementOf(item)];
  }

  /** Elements that were made, with or without a place just now. */
  *elements(): Iterable<[string, Element]> {
    yield* this.made;
  }

  private hasFocus(item: Item): boolean {
    return this.present.has(item) && this.made.get(item.id)?.element.contains(document.activeElement) === true;
  }

  /** The element of an item, made if it has none. */
  private elementOf(item: Item): Element {
    const known = this.made.get(item.id);
    if (known !== undefined) return known;
    const placed = this.make(item, undefined);
    this.made.set(item.id, placed);
    return placed;
  }
}

/** Pixels for a style, short and exact enough. */
export function pixels(value: number): string {
  return `${Math.round(value * 100) / 100}px`;
}
