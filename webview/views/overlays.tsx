import type { AxisTransform } from '../axis-zoom.ts';
import type { MapModel } from '../model/map-model.ts';
import type { Selected } from '../model/selection.ts';

interface OverlayProps {
  readonly model: MapModel;
  readonly transform: AxisTransform;
  readonly height: number;
}

interface ChoosingProps extends OverlayProps {
  readonly selected: Selected | undefined;
  readonly onSelect: (selected: Selected) => void;
}

/** Of collisions on the screen, so that also those of a page are seen from far. */
const leastHatch = 7;
const leastGap = 8;

/** Hatches over all lanes that a collision involves, a frame around them, and a numbered badge. */
export function CollisionsView({ model, transform, height, selected, onSelect }: ChoosingProps) {
  const { scale, offset } = transform;
  // The free gaps have a lane of their own behind the others.
  const share = 100 / (model.lanes.length + 1);
  let lastBadge = Number.NEGATIVE_INFINITY;
  return (
    <>
      {model.collisions.map((drawn) => {
        const { range, lanes, hatches, collision, number } = drawn;
        const [first, last] = [lanes[0], lanes.at(-1)];
        if (range === undefined || first === undefined || last === undefined) return null;
        const tall = Math.max((range.bottom - range.top) * scale, leastHatch);
        const top = range.top * scale + offset;
        if (top > height || top + tall < 0) return null;
        const chosen = selected?.kind === 'collision' && selected.drawn.id === drawn.id;
        // Badges that would lie on each other go down.
        const badge = Math.max(top + tall / 2 - 10, lastBadge + 21);
        lastBadge = badge;
        return (
          <div key={drawn.id} class={`collision severity-${collision.severity} ${chosen ? 'chosen' : ''}`}>
            <div
              class="collision-frame"
              aria-hidden="true"
              style={{ top: `${top}px`, height: `${tall}px`, left: `${first * share}%`, width: `${(last - first + 1) * share}%` }}
            />
            {hatches.map((hatch) => (
              <div
                key={hatch.lane}
                class="hatch"
                aria-hidden="true"
                style={{
                  top: `${hatch.top * scale + offset}px`,
                  height: `${Math.max((hatch.bottom - hatch.top) * scale, leastHatch)}px`,
                  left: `${hatch.lane * share}%`,
                  width: `${share}%`,
                }}
              />
            ))}
            <button
              type="button"
              class="badge"
              aria-label={`Collision ${number}, ${collision.severity}: ${collision.message}`}
              aria-pressed={chosen}
              title={collision.message}
              style={{ top: `${badge}px`, left: `calc(${(last + 1) * share}% - 12px)` }}
              onClick={() => onSelect({ kind: 'collision', drawn })}
            >
              {number}
            </button>
          </div>
        );
      })}
    </>
  );
}

/** Addresses that nobody has, as blocks of a lane of their own. */
export function GapsView({ model, transform, height, selected, onSelect }: ChoosingProps) {
  const { scale, offset } = transform;
  return (
    <fieldset class="lane lane-free" aria-label={`Free, ${model.gaps.length} gaps`}>
      {model.gaps.map((drawn) => {
        const top = drawn.top * scale + offset;
        const tall = (drawn.bottom - drawn.top) * scale;
        if (tall < leastGap || top > height || top + tall < 0) return null;
        const { start, end, size } = drawn.gap;
        const chosen = selected?.kind === 'gap' && selected.drawn.id === drawn.id;
        const textTop = Math.max(0, -top);
        return (
          <button
            key={drawn.id}
            type="button"
            class={`block gap ${chosen ? 'selected' : ''}`}
            tabIndex={-1}
            aria-label={`Free, ${start} to ${end}, ${size}`}
            aria-pressed={chosen}
            title={`Free: ${start} to ${end}, ${size}`}
            style={{ top: `${top}px`, height: `${tall}px`, left: '3px' }}
            onClick={() => onSelect({ kind: 'gap', drawn })}
          >
            {tall >= 13 && (
              <span class="block-text" style={{ top: `${textTop}px`, height: `${Math.min(tall, height - top) - textTop}px` }}>
                <span class="block-detail">{size}</span>
              </span>
            )}
          </button>
        );
      })}
    </fieldset>
  );
}

/** Lines between blocks of several lanes that are the same memory, shared on purpose. */
export function LinksView({ model, transform, height }: OverlayProps) {
  const { scale, offset } = transform;
  const share = 100 / (model.lanes.length + 1);
  return (
    <>
      {model.links.flatMap(({ link, blocks }) => {
        const sorted = [...blocks].sort((a, b) => a.laneIndex - b.laneIndex);
        return sorted.slice(1).flatMap((right, index) => {
          const left = sorted[index];
          const top = Math.max(left?.top ?? 0, right.top);
          const bottom = Math.min(left?.bottom ?? 0, right.bottom);
          const y = ((top + bottom) / 2) * scale + offset;
          if (left === undefined || left.laneIndex === right.laneIndex || y < 0 || y > height) return [];
          return [
            <div
              key={`${link} ${right.id}`}
              class="link"
              aria-hidden="true"
              style={{
                top: `${y}px`,
                left: `calc(${(left.laneIndex + 1) * share}% - 6px)`,
                width: `calc(${(right.laneIndex - left.laneIndex - 1) * share}% + 12px)`,
              }}
            />,
          ];
        });
      })}
    </>
  );
}
