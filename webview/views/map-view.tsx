import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type AxisTransform, AxisZoom } from '../axis-zoom.ts';
import { addressAt, leastHeight, pixelOf } from '../layout/axis.ts';
import { addressOf, hex } from '../model/address.ts';
import { type LiveCells, liveSign } from '../model/live-cells.ts';
import type { MapModel } from '../model/map-model.ts';
import { findSelected, neighbour, type Selected, type Selection } from '../model/selection.ts';
import type { SavedZoom } from '../page-state.ts';
import { axisWidth } from './axis-canvas.ts';
import { type MapActions, MapDrawing } from './map-drawing.ts';

export interface MapViewProps {
  readonly model: MapModel;
  readonly selection: Selection | undefined;
  /** Blocks whose source the cursor stands in. */
  readonly lit: ReadonlySet<string>;
  /** How the cells are on a target now. */
  readonly live: LiveCells;
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

export function MapView({ model, selection, lit, live, mark, savedZoom, onZoomed, onSelect, onReady }: MapViewProps) {
  const body = useRef<HTMLDivElement>(null);
  const lanes = useRef<HTMLDivElement>(null);
  const axis = useRef<HTMLCanvasElement>(null);
  const underlay = useRef<HTMLCanvasElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const markLine = useRef<HTMLDivElement>(null);
  const zoom = useRef<AxisZoom | undefined>(undefined);
  const drawing = useRef<MapDrawing | undefined>(undefined);
  const shown = useRef<{ model: MapModel; height: number } | undefined>(undefined);
  const [{ width, height }, setSize] = useState({ width: 0, height: 0 });
  const [active, setActive] = useState<string | undefined>(undefined);
  const [focusWanted, setFocusWanted] = useState<string | undefined>(undefined);

  const onRest = ({ scale, offset }: AxisTransform) => {
    if (shown.current === undefined) return;
    onZoomed(zoom.current?.fits === true ? undefined : { scale, top: hex(addressAt(shown.current.model.axis, -offset / scale)) });
  };
  const actions: MapActions = {
    onSelect: (selected) => {
      if (selected.kind === 'block') setActive(selected.drawn.id);
      onSelect(selected);
    },
    onFocus: (drawn) => {
      setActive(drawn.id);
      zoom.current?.bringIntoView(drawn.top, drawn.bottom, 0);
    },
    onRest,
  };
  const latest = useRef(actions);
  latest.current = actions;

  useLayoutEffect(() => {
    if (!(body.current && lanes.current && axis.current && underlay.current && sheet.current && markLine.current)) return;
    const [bodyElement, lanesElement] = [body.current, lanes.current];
    const parts = { axis: axis.current, underlay: underlay.current, sheet: sheet.current, mark: markLine.current };
    const drawn = new MapDrawing(parts, {
      onSelect: (selected) => latest.current.onSelect(selected),
      onFocus: (block) => latest.current.onFocus(block),
      onRest: (transform) => latest.current.onRest(transform),
    });
    drawing.current = drawn;
    const created = new AxisZoom(bodyElement, (transform) => drawn.move(transform));
    zoom.current = created;
    onReady(created);
    const measure = () => setSize({ width: lanesElement.clientWidth, height: bodyElement.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(bodyElement);
    observer.observe(lanesElement);
    const going = () => drawn.restNow();
    addEventListener('pagehide', going);
    return () => {
      removeEventListener('pagehide', going);
      observer.disconnect();
      created.dispose();
      drawn.dispose();
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
    onRest(axisZoom.transform);
  }, [model, height]);

  const selected = findSelected(model, selection);
  const focusable =
    (active !== undefined && model.blocks.has(active) ? active : undefined) ??
    (selection?.kind === 'block' && model.blocks.has(selection.id) ? selection.id : undefined) ??
    model.lanes.find(({ blocks }) => blocks.length > 0)?.blocks[0]?.id;

  // Movements are drawn without the view library, and what it is told of in between is drawn here.
  useLayoutEffect(() => {
    const axisZoom = zoom.current;
    if (axisZoom === undefined || height === 0) return;
    const bright = new Set([...lit, ...relatedBlocks(model, selected)]);
    drawing.current?.show({ model, selected, lit: bright, focusable, mark, width, height }, axisZoom.transform);
  }, [model, selection, lit, focusable, mark, width, height]);

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

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys bubble up from the blocks, which are buttons.
    <div class="map" style={{ '--axis': `${axisWidth(model)}px` }} onKeyDown={onKeyDown}>
      <div class="lane-heads" aria-hidden="true">
        <span class="axis-head">address</span>
        {model.lanes.map(({ lane }) => (
          <span key={lane.id} class="lane-head" title={lane.title}>
            {lane.title}
            <small>{laneWords[lane.kind]}</small>
            <LiveState live={live} lane={lane.id} />
          </span>
        ))}
        <span class="lane-head free-head">
          Free
          <small>nobody's</small>
        </span>
      </div>
      <div class="map-body" ref={body}>
        <div class="axis" aria-hidden="true">
          <canvas ref={axis} />
        </div>
        <div class="lanes" ref={lanes} style={{ minWidth: `${(model.lanes.length + 1) * leastLane}px` }}>
          <div class="underlay" aria-hidden="true">
            <canvas ref={underlay} />
          </div>
          <div class="sheet" ref={sheet}>
            <div class="mark" ref={markLine} hidden={mark === undefined} aria-hidden="true" />
          </div>
        </div>
      </div>
    </div>
  );
}

function LiveState({ live, lane }: { readonly live: LiveCells; readonly lane: string }) {
  const cell = live.cells.find((candidate) => candidate.lane === lane);
  if (cell === undefined) return null;
  const { sign, word, kind } = liveSign(cell);
  return (
    <small class={`live live-${kind}`} title={`${word} on ${live.target}`}>
      {`${sign} ${word}`}
    </small>
  );
}

/** What shares memory or a collision with the selection. */
function relatedBlocks(model: MapModel, selected: Selected | undefined): ReadonlySet<string> {
  if (selected?.kind === 'collision') return new Set(selected.drawn.collision.blocks);
  const link = selected?.kind === 'block' ? selected.drawn.block.link : undefined;
  const found = link === undefined ? undefined : model.links.find((candidate) => candidate.link === link);
  return new Set(found?.blocks.map(({ id }) => id));
}
