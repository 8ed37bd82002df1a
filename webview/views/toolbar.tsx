import type { MapChoice, MapWhatIf, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import type { AxisZoom } from '../axis-zoom.ts';

export interface ToolbarProps {
  readonly map: MemoryMapResult;
  readonly whatIf: MapWhatIf;
  readonly search: string;
  readonly zoom: AxisZoom | undefined;
  readonly canZoomToSelection: boolean;
  readonly onWhatIf: (whatIf: MapWhatIf) => void;
  /** Write the GPU memory that is tried, in MiB. */
  readonly onApply: (gpuMem: number) => void;
  readonly onSearch: (text: string) => void;
  readonly onZoomToSelection: () => void;
}

export function Toolbar(props: ToolbarProps) {
  const { map, whatIf, search, zoom, canZoomToSelection, onWhatIf, onApply, onSearch, onZoomToSelection } = props;
  const { gpuMem } = map;
  const tried = whatIf.gpuMem;
  const gpuNow = map.chosen.gpuMem ?? gpuMem?.value ?? 0;
  return (
    <header class="toolbar">
      <h1 title={map.board}>{map.system}</h1>
      {map.variants.length > 0 && (
        <Segments
          title="RAM"
          choices={[{ id: '', title: 'all' }, ...map.variants]}
          chosen={map.chosen.variant ?? ''}
          onChoose={(id) => {
            const { variant: _variant, ...rest } = whatIf;
            onWhatIf(id === '' ? rest : { ...rest, variant: id });
          }}
        />
      )}
      {gpuMem !== undefined && (
        <span class="slider">
          <label for="gpu-mem">gpu_mem</label>
          <input
            id="gpu-mem"
            type="range"
            min={gpuMem.least}
            max={gpuMem.most}
            step={4}
            value={gpuNow}
            aria-valuetext={`${gpuNow} MiB`}
            onInput={(event) => onWhatIf({ ...whatIf, gpuMem: Number(event.currentTarget.value) })}
          />
          <output for="gpu-mem">{gpuNow} MiB</output>
          {tried !== undefined && map.configTxt !== undefined && (
            <button type="button" class="plain" title={`Write gpu_mem=${tried} into config.txt`} onClick={() => onApply(tried)}>
              Apply to config.txt
            </button>
          )}
          {tried !== undefined && (
            <button
              type="button"
              class="plain"
              title="Take the value of config.txt again"
              onClick={() => {
                const { gpuMem: _gpuMem, ...rest } = whatIf;
                onWhatIf(rest);
              }}
            >
              Reset
            </button>
          )}
        </span>
      )}
      {map.moments.length > 0 && (
        <Segments title="Moment" choices={map.moments} chosen={map.chosen.moment} onChoose={(moment) => onWhatIf({ ...whatIf, moment })} />
      )}
      <Segments
        title="View"
        choices={[
          { id: 'physical', title: 'physical' },
          { id: 'virtual', title: 'guest' },
        ]}
        chosen={map.view}
        onChoose={(view) => onWhatIf({ ...whatIf, view: view === 'virtual' ? 'virtual' : 'physical' })}
      />
      <input
        class="search"
        type="search"
        placeholder="0xfe215040, name, > 1 MiB"
        aria-label="Search by address, name or size"
        value={search}
        onInput={(event) => onSearch(event.currentTarget.value)}
      />
      <fieldset class="segments" aria-label="Zoom">
        <button type="button" aria-label="Zoom out" title="Zoom out (-)" onClick={() => zoom?.zoomBy(1 / 1.5)}>
          −
        </button>
        <button type="button" title="Show all of it (0)" onClick={() => zoom?.fit(true)}>
          Fit
        </button>
        <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => zoom?.zoomBy(1.5)}>
          +
        </button>
        <button type="button" title="Zoom to the selection (z)" disabled={!canZoomToSelection} onClick={onZoomToSelection}>
          Selection
        </button>
      </fieldset>
    </header>
  );
}

interface SegmentsProps {
  readonly title: string;
  readonly choices: readonly MapChoice[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}

function Segments({ title, choices, chosen, onChoose }: SegmentsProps) {
  return (
    <fieldset class="segments">
      <legend>{title}</legend>
      {choices.map((choice) => (
        <button key={choice.id} type="button" aria-pressed={choice.id === chosen} onClick={() => onChoose(choice.id)}>
          {choice.title}
        </button>
      ))}
    </fieldset>
  );
}
