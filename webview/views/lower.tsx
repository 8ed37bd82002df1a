import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { severitySigns } from '../model/words.ts';
import { type Tab, tabs } from '../page-state.ts';
import { useMedia } from '../use-media.ts';

const titles: Readonly<Record<Tab, string>> = {
  collisions: 'Collisions',
  regions: 'Regions',
  gaps: 'Free gaps',
  cpus: 'CPUs',
  interrupts: 'Interrupts',
  functions: 'PCI functions',
  links: 'Links',
};

export interface TabCount {
  readonly rows: number;
  /** Errors and warnings about the rows; none where the rows are findings themselves. */
  readonly problems: number;
  readonly worst: 'error' | 'warning' | undefined;
}

interface LowerProps {
  readonly tab: Tab;
  readonly counts: Readonly<Record<Tab, TabCount>>;
  /** In pixels; undefined: what the window has to spare. */
  readonly height: number | undefined;
  readonly isLegendOpen: boolean;
  readonly onTab: (tab: Tab) => void;
  readonly onHeight: (height: number | undefined) => void;
  readonly onLegend: (isOpen: boolean) => void;
  readonly children: ComponentChildren;
}

/** Pixels: the least height of the lists, what the map above keeps, and a step by key. */
const leastHeight = 70;
const leastMap = 240;
const keyStep = 24;

/** The lists below the map, behind tabs; the edge above them can be moved. */
export function Lower({ tab, counts, height, isLegendOpen, onTab, onHeight, onLegend, children }: LowerProps) {
  const section = useRef<HTMLElement>(null);
  // There the page scrolls, and lists are as high as they need.
  const isStacked = useMedia('(max-width: 720px)');
  const isEmpty = counts[tab].rows === 0;
  const go = (event: KeyboardEvent) => {
    const index = tabs.indexOf(tab);
    const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs.at(to % tabs.length);
    if (next === undefined) return;
    onTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <section
      class={`lower ${isEmpty ? 'empty' : ''}`}
      aria-label="Lists"
      ref={section}
      style={isStacked || isEmpty || height === undefined ? undefined : { height: `${clampHeight(height)}px` }}
    >
      {!isStacked && !isEmpty && (
        <Splitter height={height} shown={() => section.current?.getBoundingClientRect().height ?? 0} onHeight={onHeight} />
      )}
      <div class="tab-row">
        <div class="tabs" role="tablist" aria-label="Lists" onKeyDown={go}>
          {tabs.map((id) => {
            const { rows, problems, worst } = counts[id];
            return (
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
                {titles[id]} ({rows})
                {worst !== undefined && (
                  <span class={`sign severity-${worst}`}>
                    {' '}
                    <span aria-hidden="true">
                      {severitySigns[worst]}
                      {problems}
                    </span>
                    <span class="unseen">{`${problems} ${problems === 1 ? 'problem' : 'problems'}`}</span>
                  </span>
                )}
              </button>
            );
          })}
        </div>
        <button
          type="button"
          class="legend-button"
          aria-expanded={isLegendOpen}
          aria-controls="legend"
          onClick={() => onLegend(!isLegendOpen)}
        >
          <span aria-hidden="true">{isLegendOpen ? '▾' : '▸'} </span>Legend
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <div class="tab-panel" id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {children}
      </div>
    </section>
  );
}

function mostHeight(): number {
  return Math.max(leastHeight, innerHeight - leastMap);
}

function clampHeight(height: number): number {
  return Math.round(Math.max(leastHeight, Math.min(mostHeight(), height)));
}

interface SplitterProps {
  readonly height: number | undefined;
  readonly shown: () => number;
  readonly onHeight: (height: number | undefined) => void;
}

/** The edge between map and lists: dragged, moved by arrow keys; a double click takes the height of the beginning. */
function Splitter({ height, shown, onHeight }: SplitterProps) {
  const drag = useRef<{ readonly from: number; readonly height: number } | undefined>(undefined);
  const move = (to: number) => onHeight(clampHeight(to));
  return (
    // biome-ignore lint/a11y/useSemanticElements: <hr> is no edge that can be moved.
    <div
      class="splitter"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the lists"
      aria-valuemin={leastHeight}
      aria-valuemax={mostHeight()}
      aria-valuenow={clampHeight(height ?? leastHeight)}
      aria-valuetext={height === undefined ? 'as there is room' : `${clampHeight(height)} pixels`}
      tabIndex={0}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { from: event.clientY, height: shown() };
      }}
      onPointerMove={(event) => {
        if (drag.current !== undefined) move(drag.current.height + drag.current.from - event.clientY);
      }}
      onPointerUp={() => {
        drag.current = undefined;
      }}
      onPointerCancel={() => {
        drag.current = undefined;
      }}
      onDblClick={() => onHeight(undefined)}
      onKeyDown={(event) => {
        const to = { ArrowUp: shown() + keyStep, ArrowDown: shown() - keyStep, Home: leastHeight, End: mostHeight() }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        move(to);
      }}
    />
  );
}
