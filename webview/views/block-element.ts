import { type LabelRoom, noRoom } from '../layout/label-room.ts';
import type { DrawnBlock } from '../model/map-model.ts';
import { kindWords } from '../model/words.ts';
import { type Place, type PlacedElement, pixels } from './placed-elements.ts';

/** Heights in pixels: with one and with two lines of text. */
const oneLine = 13;
const twoLines = 30;
/** Of a text beside its block. Below a block it needs a line, above it also one for the text below the block before it. */
const lineBeside = 15;
const leastHeight = 3;

/** Where the text of a block stands: within it in one or two lines, next to it, or nowhere. */
type TextPlace = 'none' | 'one' | 'two' | 'below' | 'above';

/** What is true of a block beyond the map itself. */
export interface BlockState {
  readonly selected: boolean;
  /** Shares its memory with what is selected, or the cursor stands in its source. */
  readonly lit: boolean;
  readonly focusable: boolean;
}

/** The button of a block. What is moved is a plain box around it: patterns and colours cost a lot to resolve anew. */
export class BlockElement implements PlacedElement {
  readonly element = document.createElement('div');
  private readonly button = document.createElement('button');
  private readonly text = document.createElement('span');
  private readonly unseen = document.createElement('span');
  private y = '';
  private height = '';
  private textTop = '0px';
  private textBottom = '0px';
  private textPlace: TextPlace | undefined;
  private state: BlockState = { selected: false, lit: false, focusable: false };

  private room = noRoom;

  constructor(private drawn: DrawnBlock) {
    this.element.className = 'placed';
    this.button.type = 'button';
    this.unseen.className = 'unseen';
    this.text.className = 'block-text';
    this.button.append(this.unseen);
    this.element.append(this.button);
  }

  /** Shows the same block of another map. */
  use(drawn: DrawnBlock, room: LabelRoom): void {
    this.drawn = drawn;
    this.room = room;
    this.button.id = `block-${drawn.id}`;
    this.button.dataset.block = drawn.id;
    this.button.dataset.label = `${drawn.block.name} · ${drawn.block.size}`;
    this.button.title = blockInWords(drawn);
    this.element.style.left = `${3 + Math.min(drawn.depth, 4) * 9}px`;
    this.textPlace = undefined;
  }

  /** Shows what is true of the block now. */
  tell(state: BlockState): void {
    this.state = state;
    this.button.setAttribute('aria-pressed', String(state.selected));
    this.button.tabIndex = state.focusable ? 0 : -1;
    this.dress();
  }

  place({ y, height, viewTop, viewBottom, scale }: Place): void {
    const { top, bottom, open, collisions } = this.drawn;
    const tall = Math.max(height, leastHeight);
    const [yNow, heightNow] = [pixels(y), pixels(tall)];
    if (yNow !== this.y) this.element.style.top = this.y = yNow;
    if (heightNow !== this.height) this.element.style.height = this.height = heightNow;
    // Text stands in the part that is uncovered and to be seen.
    const textTop = Math.max(y + ((open?.top ?? top) - top) * scale, viewTop);
    const textBottom = Math.min(open === undefined ? y + tall : y + Math.max((open.bottom - top) * scale, 0), y + tall, viewBottom);
    // Covered all over by a hatch alone, it stands in it on a ground of its own.
    const within = open === undefined && collisions.length === 0 ? 0 : textBottom - textTop;
    const textPlace = this.placeOfText(within, scale, bottom === top);
    if (textPlace === 'one' || textPlace === 'two') this.setText(pixels(textTop - y), pixels(y + tall - textBottom));
    if (textPlace === this.textPlace) return;
    this.textPlace = textPlace;
    this.write(textPlace);
  }

  private placeOfText(within: number, scale: number, empty: boolean): TextPlace {
    if (within >= twoLines) return 'two';
    if (within >= oneLine) return 'one';
    if (empty || this.drawn.collisions.length > 0) return 'none';
    if (this.room.below * scale >= lineBeside) return 'below';
    if (this.room.above * scale >= 2 * lineBeside) return 'above';
    return 'none';
  }

  private setText(top: string, bottom: string): void {
    if (top !== this.textTop) this.text.style.top = this.textTop = top;
    if (bottom !== this.textBottom) this.text.style.bottom = this.textBottom = bottom;
  }

  private write(place: TextPlace): void {
    const { text, unseen, button, drawn } = this;
    const { block, collisions } = drawn;
    this.dress();
    unseen.textContent = place === 'none' ? blockInWords(drawn) : `, ${detailInWords(drawn)}`;
    if (place === 'none') {
      text.remove();
      return;
    }
    // Beside the block, the style sheet says where.
    if (place === 'below' || place === 'above') this.setText('', '');
    const words = nameParts(place === 'two' || block.kind === 'empty' ? block.name : `${block.name} · ${block.size}`);
    const name = part(words.length > 1 ? 'block-name numbered' : 'block-name');
    if (collisions.length > 0) name.append(part('sign', '✕ '));
    name.append(...words);
    text.replaceChildren(name);
    if (place === 'two') {
      const more = `${block.link === undefined ? '' : ' ⇄'}${block.reachable ? '' : ' · out of reach'}`;
      text.append(part('block-detail', `${block.size} · ${block.detail ?? kindWords[block.kind]}${more}`));
    }
    if (text.parentNode === null) button.prepend(text);
  }

  private dress(): void {
    const { drawn, state, textPlace } = this;
    const classes = ['block', `kind-${drawn.block.kind}`];
    if (state.selected) classes.push('selected');
    if (state.lit) classes.push('lit');
    if (drawn.collisions.length > 0) classes.push('colliding');
    if (!drawn.block.reachable) classes.push('unreachable');
    if (textPlace === 'below' || textPlace === 'above') classes.push('text-beside', `text-${textPlace}`);
    if (textPlace === 'none') classes.push('text-none');
    const names = classes.join(' ');
    if (this.button.className !== names) this.button.className = names;
  }
}

function part(name: string, text = ''): HTMLSpanElement {
  const span = document.createElement('span');
  span.className = name;
  span.textContent = text;
  return span;
}

/** `mem_regions[3] · 4 MiB` in two: the stem may be cut, what comes after it is seen first. */
function nameParts(text: string): (HTMLElement | string)[] {
  const index = text.indexOf('[');
  return index < 0 ? [text] : [part('block-stem', text.slice(0, index)), part('block-number', text.slice(index))];
}

/** Everything that a block is, for screen readers and tooltips. */
export function blockInWords(drawn: DrawnBlock): string {
  return `${drawn.block.name}, ${detailInWords(drawn)}`;
}

function detailInWords({ block, lane, collisions }: DrawnBlock): string {
  const parts = [kindWords[block.kind], lane.title, `${block.start} to ${block.end}`, block.size];
  if (block.detail !== undefined) parts.unshift(block.detail);
  if (!block.reachable) parts.push('out of reach now');
  if (collisions.length > 0) parts.push(`in collision ${collisions.map(({ number }) => number).join(', ')}`);
  return parts.join(', ');
}
