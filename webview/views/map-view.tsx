import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type AxisTransform, AxisZoom } from '../axis-zoom.ts';
import { addressAt, leastHeight, pixelOf } from '../layout/axis.ts';
import { addressOf, hex } from '../model/address.ts';
import type { DrawnBlock, MapModel } from '../model/map-model.ts';
import { findSelected, neighbour, type Selected, type Selection } from '../model/selection.ts';
import type { SavedZoom } from '../page-state.ts';
import { AxisView, axisWidth } from './axis-view.tsx';
import { BlockView } from './block-view.tsx';
import { CollisionsView, GapsView, LinksView } from './overlays.tsx';

export interface MapViewProps {
  readonly model: MapModel;
  readonly selection: Selection | undefined;
  /** Blocks whose source the cursor stands in. */
  readonly lit: ReadonlySet<string>;
  /** An address that was searched for. */
  readonly mark: bigint | undefined;
  readonly savedZoom: SavedZoom | undefined;
  readonly onZoomed: (zoom: SavedZoom | undefined) => void;
  readonly onSelect: (selected: Selected) => void;
  /** Hands the zoom out to the toolbar and its keys. */
  readonly onReady: (zoom: AxisZoom | undefined) => void;
}

/** Width in pixels below which lanes are scrolled and not squeezed; as in style/map.css. */
const leastLane = 72;

const laneWords = { board: 'board', hypervisor: 'hypervisor', root: 'root cell', cell: 'cell' } as const;

/** Blocks thinner than this are drawn as one picture per lane. */
const leastBlock = 4;

export function MapView({ model, selection, lit, mark, savedZoom, onZoomed, onSelect, onReady }: MapViewProps) {
  const body = useRef<HTMLDivElement>(null);
  const zoom = useRef<AxisZoom | undefined>(undefined);
  const shown = useRef<{ model: MapModel; height: number } | undefined>(undefined);
  const [transform, setTransform] = useState<AxisTransform>({ scale: 1, offset: 0 });
  const [height, setHeight] = useState(0);
  const [active, setActive] = useState<string | undefined>(undefined);
  const [focusWanted, setFocusWanted] = useState<string | undefined>(undefined);
  const zoomed = useRef(onZoomed);
  zoomed.current = onZoomed;

  useLayoutEffect(() => {
    const element = body.current;
    if (element === null) return;
    const created = new AxisZoom(element, setTransform);
    zoom.current = created;
    onReady(created);
    setHeight(element.clientHeight);
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => {
      observer.disconnect();
      created.dispose();
      onReady(undefined);
    };
  }, []);

  // A new map or a new size: what was at the top stays at the top.
  useLayoutEffect(() => {
    const axisZoom = zoom.current;
    if (axisZoom === undefined || height === 0) return;
    const before = shown.current;
    const fitted = before === undefined ? savedZoom === undefined : axisZoom.fits;
    const { scale, offset } = axisZoom.transform;
    const top = before === undefined ? addressOf(savedZoom?.top ?? '0x0') : addressAt(before.model.axis, -offset / scale);
    axisZoom.resize(height, model.axis.height);
    const wanted = before === undefined ? (savedZoom?.scale ?? axisZoom.fitScale) : scale;
    if (fitted) axisZoom.fit(false);
    else axisZoom.go({ scale: wanted, offset: -pixelOf(model.axis, top) * wanted }, false);
    shown.current = { model, height };
  }, [model, height]);

  useEffect(() => {
    const axisZoom = zoom.current;
    if (axisZoom === undefined || shown.current === undefined) return;
    const { scale, offset } = transform;
    zoomed.current(axisZoom.fits ? undefined : { scale, top: hex(addressAt(model.axis, -offset / scale)) });
  }, [transform]);

  useEffect(() => {
    if (focusWanted === undefined) return;
    const element = document.getElementById(`block-${focusWanted}`);
    if (element === null) return;
    element.focus({ preventScroll: true });
    setFocusWanted(undefined);
  });

  useEffect(() => {
    if (mark === undefined) return;
    const pixel = pixelOf(model.axis, mark);
    zoom.current?.bringIntoView(pixel, pixel, 0);
  }, [mark]);

  const focusable =
    (active !== undefined && model.blocks.has(active) ? active : undefined) ??
    (selection?.kind === 'block' && model.blocks.has(selection.id) ? selection.id : undefined) ??
    model.lanes.find(({ blocks }) => blocks.length > 0)?.blocks[0]?.id;

  const onKeyDown = (event: KeyboardEvent) => {
    const from = model.blocks.get(focusable ?? '');
    if (from === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(event.target instanceof HTMLElement) || event.target.dataset.block === undefined) return;
    const to = neighbour(model, from, event.key);
    if (to === undefined) return;
    event.preventDefault();
    setActive(to.id);
    setFocusWanted(to.id);
    zoom.current?.bringIntoView(to.top, to.bottom, leastHeight);
  };

  const selected = findSelected(model, selection);
  const related = relatedBlocks(model, selected);
  const { scale, offset } = transform;
  const markY = mark === undefined ? undefined : pixelOf(model.axis, mark) * scale + offset;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys bubble up from the blocks, which are buttons.
    <div class="map" style={{ '--axis': `${axisWidth(model)}px` }} onKeyDown={onKeyDown}>
      <div class="lane-heads" aria-hidden="true">
        <span class="axis-head">address</span>
        {model.lanes.map(({ lane }) => (
          <span key={lane.id} class="lane-head" title={lane.title}>
            {lane.title}
            <small>{laneWords[lane.kind]}</small>
          </span>
        ))}
        <span class="lane-head free-head">
          Free
          <small>nobody's</small>
        </span>
      </div>
      <div class="map-body" ref={body}>
        <AxisView model={model} transform={transform} height={height} />
        <div class="lanes" style={{ minWidth: `${(model.lanes.length + 1) * leastLane}px` }}>
          <EdgeLines model={model} transform={transform} height={height} />
          {model.lanes.map(({ lane, blocks }) => {
            const { large, small } = inView(blocks, transform, height, focusable);
            return (
              <fieldset key={lane.id} class={`lane lane-${lane.kind}`} aria-label={`${lane.title}, ${blocks.length} blocks`}>
                {small !== '' && (
                  <svg
                    class="slivers"
                    aria-hidden="true"
                    focusable="false"
                    viewBox={`0 0 1 ${height}`}
                    preserveAspectRatio="none"
                    height={height}
                  >
                    <title>Small blocks</title>
                    <path d={small} />
                  </svg>
                )}
                {large.map((drawn) => (
                  <BlockView
                    key={drawn.id}
                    drawn={drawn}
                    transform={transform}
                    viewHeight={height}
                    selected={selected?.kind === 'block' && selected.drawn.id === drawn.id}
                    lit={lit.has(drawn.id) || related.has(drawn.id)}
                    focusable={drawn.id === focusable}
                    onSelect={(chosen) => {
                      setActive(chosen.id);
                      onSelect({ kind: 'block', drawn: chosen });
                    }}
                    onFocus={(chosen) => {
                      setActive(chosen.id);
                      zoom.current?.bringIntoView(chosen.top, chosen.bottom, 0);
                    }}
                  />
                ))}
              </fieldset>
            );
          })}
          <GapsView model={model} transform={transform} height={height} selected={selected} onSelect={onSelect} />
          <LinksView model={model} transform={transform} height={height} />
          <CollisionsView model={model} transform={transform} height={height} selected={selected} onSelect={onSelect} />
          {markY !== undefined && <div class="mark" style={{ top: `${markY}px` }} aria-hidden="true" />}
        </div>
      </div>
    </div>
  );
}

/** What shares memory or a collision with the selection. */
function relatedBlocks(model: MapModel, selected: Selected | undefined): ReadonlySet<string> {
  if (selected?.kind === 'collision') return new Set(selected.drawn.collision.blocks);
  const link = selected?.kind === 'block' ? selected.drawn.block.link : undefined;
  const found = link === undefined ? undefined : model.links.find((candidate) => candidate.link === link);
  return new Set(found?.blocks.map(({ id }) => id));
}

/** Blocks in the view that are tall enough for an element of their own, and a path of those that are not. */
function inView(blocks: readonly DrawnBlock[], { scale, offset }: AxisTransform, height: number, focusable: string | undefined) {
  const large: DrawnBlock[] = [];
  const small: string[] = [];
  for (const drawn of blocks) {
    const top = drawn.top * scale + offset;
    const bottom = drawn.bottom * scale + offset;
    // Also out of view: the Tab key has to find it.
    if (drawn.id === focusable) {
      large.push(drawn);
      continue;
    }
    if (bottom < -2 || top > height + 2) continue;
    if (bottom - top >= leastBlock || drawn.collisions.length > 0 || drawn.top === drawn.bottom) large.push(drawn);
    else small.push(`M0 ${top.toFixed(1)}h1v${Math.max(1, bottom - top).toFixed(1)}h-1z`);
  }
  return { large, small: small.join('') };
}

/** Thin lines through all lanes at the edges. */
function EdgeLines({ model, transform, height }: { model: MapModel; transform: AxisTransform; height: number }) {
  const { scale, offset } = transform;
  let path = '';
  let last = Number.NEGATIVE_INFINITY;
  for (const { top } of model.axis.stretches) {
    const y = Math.round(top * scale + offset) + 0.5;
    if (y < 0 || y > height || y - last < 7) continue;
    path += `M0 ${y}h1`;
    last = y;
  }
  return (
    <svg class="edge-lines" aria-hidden="true" focusable="false" viewBox={`0 0 1 ${height}`} preserveAspectRatio="none" height={height}>
      <title>Edges</title>
      <path d={path} />
    </svg>
  );
}
