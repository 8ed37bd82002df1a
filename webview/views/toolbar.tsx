import type { MapChoice, MapWhatIf, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import type { AxisZoom } from '../axis-zoom.ts';
import { useMedia } from '../use-media.ts';
import { GpuMemory } from './gpu-memory.tsx';

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
  readonly onExport: () => void;
}

/** More of them than these are no row of buttons. */
const mostVariants = 6;
const mostMoments = 4;

export function Toolbar(props: ToolbarProps) {
  const { map, whatIf, search, zoom, canZoomToSelection, onWhatIf, onApply, onSearch, onZoomToSelection, onExport } = props;
  const isNarrow = useMedia('(max-width: 1500px)');
  const { gpuMem } = map;
  return (
    <header class="toolbar">
      <div class="tools">
        <h1 title={map.board}>{map.system}</h1>
        {map.variants.length > 0 && (
          <Choice
            title="RAM"
            choices={[{ id: '', title: 'all' }, ...map.variants]}
            chosen={map.chosen.variant ?? ''}
            asMenu={map.variants.length > mostVariants}
            onChoose={(id) => {
              const { variant: _variant, ...rest } = whatIf;
              onWhatIf(id === '' ? rest : { ...rest, variant: id });
            }}
          />
        )}
        {gpuMem !== undefined && (
          <GpuMemory
            gpuMem={gpuMem}
            now={map.chosen.gpuMem ?? gpuMem.value}
            tried={whatIf.gpuMem}
            canApply={map.configTxt !== undefined}
            onTry={(value) => {
              const { gpuMem: _gpuMem, ...rest } = whatIf;
              onWhatIf(value === undefined ? rest : { ...rest, gpuMem: value });
            }}
            onApply={onApply}
          />
        )}
        {map.moments.length > 0 && (
          <Choice
            title="Moment"
            choices={map.moments}
            chosen={map.chosen.moment}
            asMenu={isNarrow || map.moments.length > mostMoments}
            onChoose={(moment) => onWhatIf({ ...whatIf, moment })}
          />
        )}
        <Choice
          title="View"
          choices={[
            { id: 'physical', title: 'physical' },
            { id: 'virtual', title: 'guest' },
          ]}
          chosen={map.view}
          asMenu={false}
          onChoose={(view) => onWhatIf({ ...whatIf, view: view === 'virtual' ? 'virtual' : 'physical' })}
        />
      </div>
      <div class="tools tools-view">
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
        <button
          type="button"
          class="plain export"
          title="Write the map as it is shown into a file: SVG, PNG, Markdown or JSON"
          onClick={onExport}
        >
          <span aria-hidden="true">⤓ </span>Export
        </button>
      </div>
    </header>
  );
}

interface ChoiceProps {
  readonly title: string;
  readonly choices: readonly MapChoice[];
  readonly chosen: string;
  readonly asMenu: boolean;
  readonly onChoose: (id: string) => void;
}

function Choice({ title, choices, chosen, asMenu, onChoose }: ChoiceProps) {
  if (asMenu) {
    return (
      <label class="menu">
        <span>{title}</span>
        <select title={title} value={chosen} onChange={(event) => onChoose(event.currentTarget.value)}>
          {choices.map((choice) => (
            <option key={choice.id} value={choice.id}>
              {choice.title}
            </option>
          ))}
        </select>
      </label>
    );
  }
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
