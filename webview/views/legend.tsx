import { useMemo } from 'preact/hooks';
import type { MapModel } from '../model/map-model.ts';
import { kindWords } from '../model/words.ts';

/** Colour, pattern and word of each kind of block in the map. */
export function Legend({ model }: { model: MapModel }) {
  const kinds = useMemo(() => [...new Set([...model.blocks.values()].map(({ block }) => block.kind))], [model]);
  return (
    <ul class="legend" id="legend" aria-label="Kinds of blocks">
      {kinds.map((kind) => (
        <li key={kind}>
          <span class={`swatch kind-${kind}`} aria-hidden="true" />
          {kindWords[kind]}
        </li>
      ))}
      {model.collisions.length > 0 && (
        <li>
          <span class="swatch swatch-collision" aria-hidden="true" />
          Collision
        </li>
      )}
    </ul>
  );
}
