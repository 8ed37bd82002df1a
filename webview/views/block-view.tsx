import type { AxisTransform } from '../axis-zoom.ts';
import type { DrawnBlock } from '../model/map-model.ts';
import { kindWords } from '../model/words.ts';

/** Heights in pixels: with one and with two lines of text. */
const oneLine = 13;
const twoLines = 30;

export interface BlockViewProps {
  readonly drawn: DrawnBlock;
  readonly transform: AxisTransform;
  readonly viewHeight: number;
  readonly selected: boolean;
  /** Shares its memory with what is selected, or the cursor stands in its source. */
  readonly lit: boolean;
  readonly focusable: boolean;
  readonly onSelect: (drawn: DrawnBlock) => void;
  readonly onFocus: (drawn: DrawnBlock) => void;
}

export function BlockView({ drawn, transform, viewHeight, selected, lit, focusable, onSelect, onFocus }: BlockViewProps) {
  const { block, top, bottom, depth, open, collisions } = drawn;
  const { scale, offset } = transform;
  const y = top * scale + offset;
  const height = Math.max((bottom - top) * scale, 3);
  // Text stands in the part that is uncovered and to be seen.
  const textTop = Math.max((open?.top ?? top) * scale + offset, y, 0);
  const textBottom = Math.min((open?.bottom ?? bottom) * scale + offset, y + height, viewHeight);
  // Covered all over by a hatch alone, it stands in it on a ground of its own.
  const room = open === undefined && collisions.length === 0 ? 0 : textBottom - textTop;
  const problem = collisions.length > 0;
  const classes = ['block', `kind-${block.kind}`];
  if (selected) classes.push('selected');
  if (lit) classes.push('lit');
  if (problem) classes.push('colliding');
  if (!block.reachable) classes.push('unreachable');
  return (
    <button
      type="button"
      class={classes.join(' ')}
      id={`block-${drawn.id}`}
      data-block={drawn.id}
      aria-pressed={selected}
      tabIndex={focusable ? 0 : -1}
      style={{ top: `${y}px`, height: `${height}px`, left: `${3 + Math.min(depth, 4) * 9}px` }}
      onClick={() => onSelect(drawn)}
      onFocus={() => onFocus(drawn)}
      title={blockInWords(drawn)}
    >
      {room >= oneLine && (
        <span class="block-text" style={{ top: `${textTop - y}px`, height: `${room}px` }}>
          <span class="block-name">
            {problem && <span class="sign">✕ </span>}
            {nameParts(room >= twoLines || block.kind === 'empty' ? block.name : `${block.name} · ${block.size}`)}
          </span>
          {room >= twoLines && (
            <span class="block-detail">
              {block.size} · {block.detail ?? kindWords[block.kind]}
              {block.link !== undefined && ' ⇄'}
              {!block.reachable && ' · out of reach'}
            </span>
          )}
        </span>
      )}
      <span class="unseen">{room >= oneLine ? `, ${detailInWords(drawn)}` : blockInWords(drawn)}</span>
    </button>
  );
}

/** `mem_regions[3] · 4 MiB` in two: the stem may be cut, what comes after it is seen first. */
function nameParts(text: string) {
  const index = text.indexOf('[');
  if (index < 0) return text;
  return (
    <>
      <span class="block-stem">{text.slice(0, index)}</span>
      <span>{text.slice(index)}</span>
    </>
  );
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
