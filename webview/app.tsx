import type { MapWhatIf, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import type { MapPageInput, MapPageOutput } from '@jailhouse-cells/protocol/map-page-messages.ts';
import type { ResourceProblem } from '@jailhouse-cells/protocol/resource-messages.ts';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AxisZoom } from './axis-zoom.ts';
import { drawPng } from './draw-png.ts';
import { parseAddress } from './model/address.ts';
import { type LiveCells, liveSummary, nowhere } from './model/live-cells.ts';
import { type MapModel, mapModel } from './model/map-model.ts';
import { extentOf, findSelected, followSelection, type Selected } from './model/selection.ts';
import type { Sort } from './model/table-order.ts';
import { usePageKeys } from './page-keys.ts';
import { type PageState, type ResourceTable, readPageState, type Tab } from './page-state.ts';
import { useMedia } from './use-media.ts';
import { Detail } from './views/detail.tsx';
import { Legend } from './views/legend.tsx';
import { CollisionList, GapList } from './views/lists.tsx';
import { Lower, type TabCount } from './views/lower.tsx';
import { MapView } from './views/map-view.tsx';
import { RegionTable } from './views/region-table.tsx';
import { LinkList } from './views/resources/link-list.tsx';
import { CpuTable, FunctionTable, InterruptTable } from './views/resources/resource-tables.tsx';
import { Toolbar } from './views/toolbar.tsx';
import { vscode } from './vscode-api.ts';

const post = (message: MapPageOutput) => vscode.postMessage(message);

export function App() {
  const [state, setState] = useState<PageState>(() => readPageState(vscode.getState()));
  const [map, setMap] = useState<MemoryMapResult | undefined>(undefined);
  const [reason, setReason] = useState<string | undefined>(undefined);
  const [lit, setLit] = useState<ReadonlySet<string>>(new Set());
  const [live, setLive] = useState<LiveCells>(nowhere);
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
        case 'live':
          setLive(data);
          break;
        case 'draw-png':
          drawPng(data.svg, isDark()).then((drawn) => post({ type: 'png', picture: data.picture, base64: undefined, ...drawn }));
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
  usePageKeys({
    '+': () => zoom?.zoomBy(1.5),
    '=': () => zoom?.zoomBy(1.5),
    '-': () => zoom?.zoomBy(1 / 1.5),
    '0': () => zoom?.fit(true),
    z: zoomToSelection,
    n: () => stepCollision(1),
    p: () => stepCollision(-1),
    PageDown: () => zoom?.pan(0.8),
    PageUp: () => zoom?.pan(-0.8),
  });
  const hasRoom = useMedia('(min-width: 721px) and (min-height: 640px)');
  const counts = useMemo(() => model && tabCounts(model), [model]);

  if (map === undefined || model === undefined || counts === undefined) {
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
  const isLegendOpen = state.legend ?? hasRoom;
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
        onSearch={(search) => change({ search, tab: search === '' || searched.has(state.tab) ? state.tab : 'regions' })}
        onZoomToSelection={zoomToSelection}
        onExport={() => post({ type: 'export' })}
      />
      <p class="unseen" role="status">{`${count} ${count === 1 ? 'collision' : 'collisions'}`}</p>
      {live.cells.length > 0 && (
        <p class="unseen" role="status">
          {liveSummary(live, map.lanes)}
        </p>
      )}
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
          live={live}
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
        counts={counts}
        height={state.lowerHeight}
        isLegendOpen={isLegendOpen}
        onTab={(tab) => change({ tab })}
        onHeight={(lowerHeight) => change({ lowerHeight })}
        onLegend={(legend) => change({ legend })}
      >
        <List state={state} model={model} selected={selected} onSelect={select} change={change} />
      </Lower>
      {isLegendOpen && <Legend model={model} />}
    </main>
  );
}

/** Pixels of a table's head, which stays in view. */
const headHeight = 26;

interface ListProps {
  readonly state: PageState;
  readonly model: MapModel;
  readonly selected: Selected | undefined;
  readonly onSelect: (selected: Selected) => void;
  readonly change: (part: Partial<PageState>) => void;
}

/** The list of the chosen tab. */
function List({ state, model, selected, onSelect, change }: ListProps) {
  const { tab, search } = state;
  // What is chosen in the map is to be seen in its list. The panel alone is scrolled, not the page with the map.
  useEffect(() => {
    const panel = document.getElementById('tab-panel');
    const row = panel?.querySelector('.selected')?.getBoundingClientRect();
    if (panel === null || row === undefined) return;
    const { top, bottom } = panel.getBoundingClientRect();
    if (row.top < top + headHeight) panel.scrollTop -= top + headHeight - row.top;
    else if (row.bottom > bottom) panel.scrollTop += row.bottom - bottom;
  }, [tab, selected?.kind, selected?.drawn.id]);
  const resource = (table: ResourceTable) => ({
    map: model.result,
    search,
    sort: state.resourceSort[table],
    onSort: (sort: Sort<string>) => change({ resourceSort: { ...state.resourceSort, [table]: sort } }),
    post,
  });
  switch (tab) {
    case 'collisions':
      return <CollisionList model={model} selected={selected} post={post} onSelect={onSelect} />;
    case 'gaps':
      return <GapList model={model} selected={selected} post={post} onSelect={onSelect} />;
    case 'regions':
      return (
        <RegionTable
          model={model}
          search={search}
          sort={state.sort}
          selected={selected}
          onSort={(sort) => change({ sort })}
          onSelect={onSelect}
        />
      );
    case 'cpus':
      return <CpuTable {...resource(tab)} />;
    case 'interrupts':
      return <InterruptTable {...resource(tab)} />;
    case 'functions':
      return <FunctionTable {...resource(tab)} />;
    case 'links':
      return <LinkList model={model} search={search} post={post} onSelect={onSelect} />;
  }
}

/** Lists that show what a search finds. */
const searched: ReadonlySet<Tab> = new Set<Tab>(['regions', 'cpus', 'interrupts', 'functions', 'links']);

function tabCounts({ result, blocks, collisions, gaps }: MapModel): Record<Tab, TabCount> {
  const { cpus, interrupts, functions, links } = result.resources;
  const plain = (rows: number): TabCount => ({ rows, problems: 0, worst: undefined });
  const count = (rows: readonly { readonly problems: readonly ResourceProblem[] }[]): TabCount => {
    const severities = rows.flatMap(({ problems }) => problems.map(({ severity }) => severity));
    const problems = severities.filter((severity) => severity === 'error' || severity === 'warning').length;
    return { rows: rows.length, problems, worst: severities.includes('error') ? 'error' : problems > 0 ? 'warning' : undefined };
  };
  return {
    collisions: plain(collisions.length),
    regions: plain(blocks.size),
    gaps: plain(gaps.length),
    cpus: count(cpus),
    interrupts: count(interrupts),
    functions: count(functions),
    links: count(links),
  };
}

function isDark(): boolean {
  const { classList } = document.body;
  return (
    classList.contains('vscode-dark') || (classList.contains('vscode-high-contrast') && !classList.contains('vscode-high-contrast-light'))
  );
}
