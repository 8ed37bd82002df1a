import type { MapPlace } from '@jailhouse-cells/protocol/map-messages.ts';
import type { MapPageOutput } from '@jailhouse-cells/protocol/map-page-messages.ts';
import { addressOf, humanSize } from '../model/address.ts';
import { cFieldsText, dtsRegText, hexText } from '../model/copy-text.ts';
import type { DrawnBlock, DrawnCollision, MapModel } from '../model/map-model.ts';
import type { Selected } from '../model/selection.ts';
import { fileName, flagInWords, kindWords, severitySigns } from '../model/words.ts';

interface DetailProps {
  readonly model: MapModel;
  readonly selected: Selected | undefined;
  readonly post: (message: MapPageOutput) => void;
  readonly onSelect: (selected: Selected) => void;
}

/** All about what is selected, and what can be done with it. */
export function Detail({ model, selected, post, onSelect }: DetailProps) {
  return (
    <section class="detail" aria-label="Details">
      {selected === undefined && (
        <p class="hint">
          Choose a block to see its addresses, flags and source. Arrow keys go from block to block, <kbd>n</kbd> and <kbd>p</kbd> to the
          next and previous collision, <kbd>+</kbd> <kbd>-</kbd> <kbd>0</kbd> zoom and fit.
        </p>
      )}
      {selected?.kind === 'block' && <BlockDetail model={model} drawn={selected.drawn} post={post} onSelect={onSelect} />}
      {selected?.kind === 'collision' && <CollisionDetail model={model} drawn={selected.drawn} post={post} onSelect={onSelect} />}
      {selected?.kind === 'gap' && (
        <>
          <h2>Free</h2>
          <Range start={selected.drawn.start} end={selected.drawn.end} />
          <Copies
            post={post}
            texts={[
              ['Copy address', selected.drawn.gap.start],
              ['Copy as hex', hexText(selected.drawn.start, selected.drawn.end)],
              ['Copy as DTS reg', dtsRegText(selected.drawn.start, selected.drawn.end - selected.drawn.start)],
            ]}
          />
        </>
      )}
    </section>
  );
}

/** Of one block: more than anybody reads there. */
const mostCollisions = 10;
const mostBlocks = 30;

type Part<T> = Omit<DetailProps, 'selected'> & { readonly drawn: T };

function BlockDetail({ model, drawn, post, onSelect }: Part<DrawnBlock>) {
  const { block, lane, start, end, collisions } = drawn;
  const size = end - start;
  const other = block.other === undefined ? start : addressOf(block.other);
  const [physical, virtual] = model.result.view === 'physical' ? [start, other] : [other, start];
  return (
    <>
      <h2>
        <span class={`swatch kind-${block.kind}`} aria-hidden="true" />
        {block.name}
      </h2>
      <Range start={start} end={end}>
        {block.other !== undefined && (
          <>
            <dt>{model.result.view === 'physical' ? 'guest' : 'physical'}</dt>
            <dd class="number">{block.other}</dd>
          </>
        )}
        <dt>kind</dt>
        <dd>{kindWords[block.kind]}</dd>
        {block.detail !== undefined && (
          <>
            <dt>what</dt>
            <dd>{block.detail}</dd>
          </>
        )}
        <dt>owner</dt>
        <dd>{block.owner === '' ? lane.title : block.owner}</dd>
        {block.flags.length > 0 && (
          <>
            <dt>flags</dt>
            <dd>
              <ul class="flags">
                {block.flags.map((flag) => (
                  <li key={flag}>
                    <code>{flag}</code> {flagInWords(flag)}
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
        {!block.reachable && (
          <>
            <dt>now</dt>
            <dd>out of reach at this moment</dd>
          </>
        )}
        <Source place={block.place} post={post} />
      </Range>
      {collisions.slice(0, mostCollisions).map((collision) => (
        <CollisionText key={collision.id} drawn={collision} post={post} onSelect={onSelect} />
      ))}
      {collisions.length > mostCollisions && <p>{`${collisions.length - mostCollisions} more collisions, in the list.`}</p>}
      <Copies
        post={post}
        texts={[
          ['Copy as hex', hexText(start, end)],
          ['Copy as C fields', cFieldsText(physical, virtual, size, block.flags)],
          ['Copy as DTS reg', dtsRegText(start, size)],
        ]}
      />
      <Here model={model} drawn={drawn} onSelect={onSelect} />
    </>
  );
}

function CollisionDetail({ model, drawn, post, onSelect }: Part<DrawnCollision>) {
  const { collision, range } = drawn;
  const blocks = collision.blocks.flatMap((id) => model.blocks.get(id) ?? []);
  return (
    <>
      <CollisionText drawn={drawn} post={post} />
      <Range start={range?.start} end={range?.end}>
        <dt>rule</dt>
        <dd>
          <code>{collision.rule}</code>
        </dd>
        <Source place={collision.place} post={post} />
      </Range>
      <BlockList title="Involved" blocks={blocks} onSelect={onSelect} />
    </>
  );
}

function CollisionText({
  drawn,
  post,
  onSelect,
}: { drawn: DrawnCollision } & Pick<DetailProps, 'post'> & Partial<Pick<DetailProps, 'onSelect'>>) {
  const { collision, number } = drawn;
  return (
    <div class={`collision-text severity-${collision.severity}`}>
      <h2>
        <span class="sign" aria-hidden="true">
          {severitySigns[collision.severity]}{' '}
        </span>
        Collision {number} ({collision.severity})
      </h2>
      <p>{collision.message}</p>
      {collision.fixes.map((title) => (
        <button key={title} type="button" class="fix" onClick={() => post({ type: 'fix', collision: collision.id, title })}>
          {title}
        </button>
      ))}
      {onSelect !== undefined && (
        <button type="button" class="plain" onClick={() => onSelect({ kind: 'collision', drawn })}>
          Show the collision
        </button>
      )}
    </div>
  );
}

/** What else lies at the addresses of a block. */
function Here({ model, drawn, onSelect }: { model: MapModel; drawn: DrawnBlock; onSelect: DetailProps['onSelect'] }) {
  const others = [...model.blocks.values()].filter(
    (other) => other.id !== drawn.id && other.start < drawn.end && other.end > drawn.start && other.start !== other.end,
  );
  return <BlockList title="At the same addresses" blocks={others} onSelect={onSelect} />;
}

function BlockList({ title, blocks, onSelect }: { title: string; blocks: readonly DrawnBlock[]; onSelect: DetailProps['onSelect'] }) {
  if (blocks.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="block-list">
        {blocks.slice(0, mostBlocks).map((drawn) => (
          <li key={drawn.id}>
            <button type="button" class="link-button" onClick={() => onSelect({ kind: 'block', drawn })}>
              {drawn.block.name}
            </button>{' '}
            {drawn.lane.title}, {drawn.block.size}
          </li>
        ))}
        {blocks.length > mostBlocks && <li>{`${blocks.length - mostBlocks} more`}</li>}
      </ul>
    </>
  );
}

function Range({ start, end, children }: { start: bigint | undefined; end: bigint | undefined; children?: preact.ComponentChildren }) {
  return (
    <dl>
      {start !== undefined && end !== undefined && (
        <>
          <dt>start</dt>
          <dd class="number">
            0x{start.toString(16)} <small>{humanSize(start)}</small>
          </dd>
          <dt>end</dt>
          <dd class="number">
            0x{end.toString(16)} <small>{humanSize(end)}</small>
          </dd>
          <dt>size</dt>
          <dd class="number">
            0x{(end - start).toString(16)} <small>{humanSize(end - start)}</small>
          </dd>
        </>
      )}
      {children}
    </dl>
  );
}

function Source({ place, post }: { place: MapPlace | undefined; post: DetailProps['post'] }) {
  if (place === undefined) return null;
  return (
    <>
      <dt>source</dt>
      <dd>
        <button type="button" class="link-button" onClick={() => post({ type: 'reveal', place })}>
          {fileName(place.uri)}:{place.line + 1}
        </button>
      </dd>
    </>
  );
}

function Copies({ post, texts }: { post: DetailProps['post']; texts: readonly (readonly [title: string, text: string])[] }) {
  return (
    <div class="copies">
      {texts.map(([title, text]) => (
        <button key={title} type="button" class="plain" title={text} onClick={() => post({ type: 'copy', text })}>
          {title}
        </button>
      ))}
    </div>
  );
}
