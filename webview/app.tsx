import type { MapWhatIf, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import type { MapPageInput, MapPageOutput } from '@jailhouse-cells/protocol/map-page-messages.ts';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AxisZoom } from './axis-zoom.ts';
import { parseAddress } from './model/address.ts';
import { type MapModel, mapModel } from './model/map-model.ts';
import { extentOf, findSelected, followSelection, type Selected } from './model/selection.ts';
import { type PageState, readPageState, type Tab } from './page-state.ts';
import { Detail } from './views/detail.tsx';
import { Legend } from './views/legend.tsx';
import { CollisionList, GapList } from './views/lists.tsx';
import { MapView } from './views/map-view.tsx';
import { RegionTable } from './views/region-table.tsx';
import { Toolbar } from './views/toolbar.tsx';
import { vscode } from './vscode-api.ts';

const post = (message: MapPageOutput) => vscode.postMessage(message);

export function App() {
  const [state, setState] = useState<PageState>(() => readPageState(vscode.getState()));
  const [map, setMap] = useState<MemoryMapResult | undefined>(undefined);
  const [reason, setReason] = useState<string | undefined>(undefined);
  const [lit, setLit] = useState<ReadonlySet<string>>(new Set());
  const [zoom, setZoom] = useState<AxisZoom | undefined>(undefined);
  const model = useMemo(() => (map === undefined ? undefined : mapModel(map)), [map]);
  const change = (part: Partial<PageState>) => setState((before) => ({ ...before, ...part }));

  // Zoom changes with each frame of a movement: it is kept beside the state, so that only the map is drawn again.
  const savedZoom = useRef(state.zoom);
  const save = () => vscode.setState({ ...state, zoom: savedZoom.current });
  useEffect(save, [state]);
  useEffect(() => {
    const receive = ({ data }: MessageEvent<MapPageInput>) => {
      switch (data.type) {
        case 'map':
          setMap(data.map);
          setReason(undefined);
          change({ rootUri: data.map.rootUri, whatIf: data.whatIf });
          break;
        case 'no-map':
          setReason(data.reason);
          break;
        case 'select':
          setLit(new Set(data.blocks));
          break;
      }
    };
    addEventListener('message', receive);
    post({ type: 'ready', whatIf: state.whatIf });
    return () => removeEventListener('message', receive);
  }, []);

  const earlier = useRef<MapModel | undefined>(undefined);
  useEffect(() => {
    if (model === undefined) return;
    const selection = followSelection(earlier.current, model, state.selection);
    earlier.current = model;
    if (selection !== state.selection) change({ selection });
  }, [model]);

  const selected = model === undefined ? undefined : findSelected(model, state.selection);
  const select = (chosen: Selected) => {
    change({ selection: { kind: chosen.kind, id: chosen.drawn.id } });
    const extent = model && extentOf(model, chosen);
    if (extent !== undefined) zoom?.bringIntoView(extent.top, extent.bottom, 10);
    const place =
      chosen.kind === 'block' ? chosen.drawn.block.place : chosen.kind === 'collision' ? chosen.drawn.collision.place : undefined;
    if (place !== undefined) post({ type: 'reveal', place });
  };
  const zoomToSelection = () => {
    const extent = model && selected && extentOf(model, selected);
    if (extent !== undefined) zoom?.zoomTo(extent.top, extent.bottom);
  };
  const stepCollision = (step: 1 | -1) => {
    const collisions = model?.collisions ?? [];
    const index = selected?.kind === 'collision' ? collisions.indexOf(selected.drawn) : step === 1 ? -1 : 0;
    const drawn = collisions[(index + step + collisions.length) % collisions.length];
    if (drawn === undefined) return;
    change({ tab: 'collisions' });
    select({ kind: 'collision', drawn });
  };
  const latest = useRef({ zoom, zoomToSelection, stepCollision });
  latest.current = { zoom, zoomToSelection, stepCollision };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
      const now = latest.current;
      const keys: Readonly<Record<string, () => void>> = {
        '+': () => now.zoom?.zoomBy(1.5),
        '=': () => now.zoom?.zoomBy(1.5),
        '-': () => now.zoom?.zoomBy(1 / 1.5),
        '0': () => now.zoom?.fit(true),
        z: now.zoomToSelection,
        n: () => now.stepCollision(1),
        p: () => now.stepCollision(-1),
        PageDown: () => now.zoom?.pan(0.8),
        PageUp: () => now.zoom?.pan(-0.8),
      };
      const action = keys[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  if (map === undefined || model === undefined) {
    return (
      <main class="alone">
        <h1>Memory map</h1>
        <p role="status">{reason ?? 'Waiting for the language server …'}</p>
      </main>
    );
  }
  const onWhatIf = (whatIf: MapWhatIf) => {
    change({ whatIf });
    post({ type: 'what-if', whatIf });
  };
  const count = model.collisions.length;
  return (
    <main class="page">
      <Toolbar
        map={map}
        whatIf={state.whatIf}
        search={state.search}
        zoom={zoom}
        canZoomToSelection={selected !== undefined}
        onWhatIf={onWhatIf}
        onApply={(gpuMem) => post({ type: 'apply', gpuMem })}
        onSearch={(search) => change({ search, tab: search === '' ? state.tab : 'regions' })}
        onZoomToSelection={zoomToSelection}
      />
      <p class="unseen" role="status">{`${count} ${count === 1 ? 'collision' : 'collisions'}`}</p>
      {(map.stale || reason !== undefined) && (
        <p class="notice" role="status">
          {reason ?? 'A file cannot be read just now: this is the last good map.'}
        </p>
      )}
      {model.blocks.size === 0 && <p class="notice">This system has no memory regions yet: add some to mem_regions of its configs.</p>}
      <div class="middle">
        <MapView
          model={model}
          selection={state.selection}
          lit={lit}
          mark={parseAddress(state.search)}
          savedZoom={savedZoom.current}
          onZoomed={(saved) => {
            savedZoom.current = saved;
            save();
          }}
          onSelect={select}
          onReady={setZoom}
        />
        <Detail model={model} selected={selected} post={post} onSelect={select} />
      </div>
      <Lower
        tab={state.tab}
        counts={{ collisions: count, regions: model.blocks.size, gaps: model.gaps.length }}
        onTab={(tab) => change({ tab })}
      >
        {state.tab === 'collisions' && <CollisionList model={model} selected={selected} post={post} onSelect={select} />}
        {state.tab === 'gaps' && <GapList model={model} selected={selected} post={post} onSelect={select} />}
        {state.tab === 'regions' && (
          <RegionTable
            model={model}
            search={state.search}
            sort={state.sort}
            selected={selected}
            onSort={(sort) => change({ sort })}
            onSelect={select}
          />
        )}
      </Lower>
      <Legend model={model} />
    </main>
  );
}

const tabs: readonly (readonly [Tab, string])[] = [
  ['collisions', 'Collisions'],
  ['regions', 'Regions'],
  ['gaps', 'Free gaps'],
];

interface LowerProps {
  readonly tab: Tab;
  readonly counts: Readonly<Record<Tab, number>>;
  readonly onTab: (tab: Tab) => void;
  readonly children: preact.ComponentChildren;
}

/** The lists below the map. */
function Lower({ tab, counts, onTab, children }: LowerProps) {
  const go = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const index = tabs.findIndex(([id]) => id === tab);
    const next = tabs[(index + step + tabs.length) % tabs.length]?.[0];
    if (next === undefined) return;
    onTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <section class="lower" aria-label="Lists">
      <div class="tabs" role="tablist" aria-label="Lists" onKeyDown={go}>
        {tabs.map(([id, title]) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={id === tab}
            aria-controls="tab-panel"
            tabIndex={id === tab ? 0 : -1}
            onClick={() => onTab(id)}
          >
            {title} ({counts[id]})
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <div class="tab-panel" id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {children}
      </div>
    </section>
  );
}
