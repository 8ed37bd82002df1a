import type { DrawnBlock, DrawnCollision, DrawnGap, DrawnLink, MapModel } from '../model/map-model.ts';
import { type OnAxis, type Place, type PlacedElement, pixels } from './placed-elements.ts';

/** Of collisions on the screen, so that also those of a page are seen from far; as in style/overlays.css. */
export const leastHatch = 7;
/** Gaps that are thinner are not drawn. */
export const leastGap = 8;
const oneLine = 13;

/** Badges: pixels from one to the next, and from the middle to the top of one. */
export const badgeStep = 21;
const badgeMiddle = 10;

export interface CollisionOnAxis extends OnAxis {
  readonly drawn: DrawnCollision;
  readonly first: number;
  readonly last: number;
}

export function collisionsOnAxis(model: MapModel): CollisionOnAxis[] {
  return model.collisions.flatMap((drawn) => {
    const { id, range, lanes } = drawn;
    const [first, last] = [lanes[0], lanes.at(-1)];
    return range === undefined || first === undefined || last === undefined
      ? []
      : { id, top: range.top, bottom: range.bottom, drawn, first, last };
  });
}

/** Hatches over all lanes that a collision involves, a frame around them, and a numbered badge. */
export class CollisionElement implements PlacedElement {
  readonly element = document.createElement('div');
  readonly badge = document.createElement('button');
  /** Where the badge belongs: the middle of what is to be seen; pixels of the sheet. */
  badgeWanted = 0;
  private top = '';
  private height = '';
  private badgeTop = '';
  private middle = 0;
  private severity = '';

  constructor() {
    this.badge.type = 'button';
    this.badge.className = 'badge';
    this.element.append(this.badge);
  }

  /** @param share Width of a lane in percent. */
  use(item: CollisionOnAxis, share: number): void {
    const { drawn, first, last } = item;
    const lanes = last - first + 1;
    const { style } = this.element;
    [style.left, style.width] = [`${first * share}%`, `${lanes * share}%`];
    const tall = item.bottom - item.top;
    const hatches = drawn.hatches.map((hatch) => {
      const element = shape('hatch');
      [element.style.left, element.style.width] = [`${(100 * (hatch.lane - first)) / lanes}%`, `${100 / lanes}%`];
      // Parts of the whole: they need no change when it gets taller.
      element.style.top = tall === 0 ? '0' : `${(100 * (hatch.top - item.top)) / tall}%`;
      element.style.height = tall === 0 ? '100%' : `${(100 * (hatch.bottom - hatch.top)) / tall}%`;
      return element;
    });
    const { collision, number } = drawn;
    this.badge.dataset.badge = drawn.id;
    this.badge.title = collision.message;
    this.badge.textContent = String(number);
    this.badge.setAttribute('aria-label', `Collision ${number}, ${collision.severity}: ${collision.message}`);
    // A badge that has the focus stays where it is.
    for (const child of [...this.element.children]) if (child !== this.badge) child.remove();
    this.element.prepend(shape('collision-frame'), ...hatches);
    this.severity = collision.severity;
  }

  tell(chosen: boolean): void {
    this.badge.setAttribute('aria-pressed', String(chosen));
    const names = `collision severity-${this.severity}${chosen ? ' chosen' : ''}`;
    if (this.element.className !== names) this.element.className = names;
  }

  place({ y, height, viewTop, viewBottom }: Place): void {
    const tall = Math.max(height, leastHatch);
    const [topNow, heightNow] = [pixels(y), pixels(tall)];
    if (topNow !== this.top) this.element.style.top = this.top = topNow;
    if (heightNow !== this.height) this.element.style.height = this.height = heightNow;
    this.middle = y + tall / 2;
    this.badgeWanted = (Math.max(y, Math.min(viewTop, y + tall)) + Math.min(y + tall, Math.max(viewBottom, y))) / 2;
  }

  /** @param middle Pixels of the sheet. */
  placeBadge(middle: number): void {
    // From the middle of the collision: mostly the same while it gets taller.
    const top = pixels(middle - badgeMiddle - this.middle);
    if (top === this.badgeTop) return;
    this.badgeTop = top;
    this.badge.style.top = `calc(50% + ${top})`;
  }
}

/** Addresses that nobody has, as a block of a lane of their own. */
export class GapElement implements PlacedElement {
  readonly element = document.createElement('div');
  private readonly button = document.createElement('button');
  private readonly text = shape('block-text');
  private readonly words = document.createElement('span');
  private y = '';
  private height = '';
  private textTop = '';
  private textBottom = '';

  constructor() {
    this.element.className = 'placed';
    this.element.append(this.button);
    this.button.type = 'button';
    this.button.tabIndex = -1;
    this.words.className = 'block-detail';
    this.text.append(this.words);
  }

  use({ id, gap: { start, end, size } }: DrawnGap): void {
    this.button.dataset.gap = id;
    this.button.title = `Free: ${start} to ${end}, ${size}`;
    this.button.setAttribute('aria-label', `Free, ${start} to ${end}, ${size}`);
    this.words.textContent = size;
  }

  tell(chosen: boolean): void {
    this.button.setAttribute('aria-pressed', String(chosen));
    const names = `block gap${chosen ? ' selected' : ''}`;
    if (this.button.className !== names) this.button.className = names;
  }

  place({ y, height, viewTop, viewBottom }: Place): void {
    const [yNow, heightNow] = [pixels(y), pixels(height)];
    if (yNow !== this.y) this.element.style.top = this.y = yNow;
    if (heightNow !== this.height) this.element.style.height = this.height = heightNow;
    const texts = height >= oneLine;
    if (texts !== (this.text.parentNode !== null)) {
      if (texts) this.button.append(this.text);
      else this.text.remove();
    }
    if (!texts) return;
    const [top, bottom] = [pixels(Math.max(0, viewTop - y)), pixels(Math.max(0, y + height - viewBottom))];
    if (top !== this.textTop) this.text.style.top = this.textTop = top;
    if (bottom !== this.textBottom) this.text.style.bottom = this.textBottom = bottom;
  }
}

export interface LinkOnAxis extends OnAxis {
  readonly left: number;
  readonly right: number;
}

/** Lines between blocks of several lanes that are the same memory, shared on purpose. */
export function linksOnAxis(links: readonly DrawnLink[]): LinkOnAxis[] {
  return links.flatMap(({ link, blocks }) => {
    const sorted = [...blocks].sort((a, b) => a.laneIndex - b.laneIndex);
    return sorted.slice(1).flatMap((right, index) => lineBetween(link, sorted[index], right));
  });
}

function lineBetween(link: string, left: DrawnBlock | undefined, right: DrawnBlock): LinkOnAxis[] {
  if (left === undefined || left.laneIndex === right.laneIndex) return [];
  const y = (Math.max(left.top, right.top) + Math.min(left.bottom, right.bottom)) / 2;
  return [{ id: `${link} ${right.id}`, top: y, bottom: y, left: left.laneIndex, right: right.laneIndex }];
}

export class LinkElement implements PlacedElement {
  readonly element = shape('link');
  private top = '';

  /** @param share Width of a lane in percent. */
  use({ left, right }: LinkOnAxis, share: number): void {
    this.element.style.left = `calc(${(left + 1) * share}% - 6px)`;
    this.element.style.width = `calc(${(right - left - 1) * share}% + 12px)`;
  }

  place({ y }: Place): void {
    const top = pixels(y);
    if (top !== this.top) this.element.style.top = this.top = top;
  }
}

/** A shape that says nothing to a screen reader: a button beside it does. */
function shape(name: string): HTMLElement {
  const element = document.createElement('div');
  element.className = name;
  element.setAttribute('aria-hidden', 'true');
  return element;
}
