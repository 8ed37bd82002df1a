import type { MapPageOutput } from '@jailhouse-cells/protocol/map-page-messages.ts';
import { useMemo } from 'preact/hooks';
import type { DrawnGap, MapModel } from '../model/map-model.ts';
import type { Selected } from '../model/selection.ts';
import { fileName, severitySigns } from '../model/words.ts';
import { useFirstRows } from './first-rows.tsx';

/** More at once than anybody reads. */
const rowsAtOnce = 200;

interface ListProps {
  readonly model: MapModel;
  readonly selected: Selected | undefined;
  readonly post: (message: MapPageOutput) => void;
  readonly onSelect: (selected: Selected) => void;
}

/** The collisions with their sentences and fixes. */
export function CollisionList({ model, selected, post, onSelect }: ListProps) {
  const [first, more] = useFirstRows(
    model.collisions,
    rowsAtOnce,
    selected?.kind === 'collision' ? model.collisions.indexOf(selected.drawn) : -1,
  );
  if (model.collisions.length === 0) return <p class="hint">No collisions.</p>;
  return (
    <ol class="collision-list">
      {first.map((drawn) => {
        const { collision, number, range } = drawn;
        const chosen = selected?.kind === 'collision' && selected.drawn.id === drawn.id;
        return (
          <li key={drawn.id} class={`severity-${collision.severity} ${chosen ? 'selected' : ''}`}>
            <button
              type="button"
              class="row-button"
              data-collision={drawn.id}
              aria-pressed={chosen}
              onClick={() => onSelect({ kind: 'collision', drawn })}
            >
              <span class="sign">
                {severitySigns[collision.severity]} {number}
              </span>{' '}
              <span class="message">{collision.message}</span>{' '}
              {range !== undefined && <span class="number">{`${collision.start} – ${collision.end}`}</span>}{' '}
              <span class="where">
                {fileName(collision.place.uri)}:{collision.place.line + 1}
              </span>
            </button>
            {chosen &&
              collision.fixes.map((title) => (
                <button key={title} type="button" class="fix" onClick={() => post({ type: 'fix', collision: collision.id, title })}>
                  {title}
                </button>
              ))}
          </li>
        );
      })}
      {more !== undefined && <li class="more">{more}</li>}
    </ol>
  );
}

/** The free gaps, largest first. */
export function GapList({ model, selected, post, onSelect }: ListProps) {
  const bySize = useMemo(() => [...model.gaps].sort((a, b) => sizeOrder(b, a)), [model]);
  const [first, more] = useFirstRows(bySize, rowsAtOnce, selected?.kind === 'gap' ? bySize.indexOf(selected.drawn) : -1);
  if (model.gaps.length === 0) return <p class="hint">No free gaps below the highest address in use.</p>;
  return (
    <ul class="gap-list">
      {first.map((drawn) => {
        const chosen = selected?.kind === 'gap' && selected.drawn.id === drawn.id;
        return (
          <li key={drawn.id} class={chosen ? 'selected' : ''}>
            <button type="button" class="row-button" aria-pressed={chosen} onClick={() => onSelect({ kind: 'gap', drawn })}>
              <span class="number">{`${drawn.gap.start} – ${drawn.gap.end}`}</span> {drawn.gap.size}
            </button>
            <button
              type="button"
              class="plain"
              aria-label={`Copy address ${drawn.gap.start}`}
              onClick={() => post({ type: 'copy', text: drawn.gap.start })}
            >
              Copy address
            </button>
          </li>
        );
      })}
      {more !== undefined && <li class="more">{more}</li>}
    </ul>
  );
}

function sizeOrder(a: DrawnGap, b: DrawnGap): number {
  const [left, right] = [a.end - a.start, b.end - b.start];
  return left < right ? -1 : left > right ? 1 : 0;
}
