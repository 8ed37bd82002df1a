import type { MapPageState } from '@jailhouse-cells/protocol/map-page-messages.ts';
import type { Column } from './model/region-search.ts';
import type { Selection } from './model/selection.ts';
import type { Sort } from './model/table-order.ts';

/** The lists below the map, in the order of their tabs. */
export const tabs = ['collisions', 'regions', 'gaps', 'cpus', 'interrupts', 'functions', 'links'] as const;

export type Tab = (typeof tabs)[number];

/** Tables of resources, whose columns are sorted by their titles. */
export type ResourceTable = 'cpus' | 'interrupts' | 'functions';

/** Where the axis stands: pixels per pixel of zoom 1, and the address at the top, in hex. Undefined: all of it fits the view. */
export interface SavedZoom {
  readonly scale: number;
  readonly top: string;
}

/** What VS Code keeps for the page over reload and restart. */
export interface PageState extends MapPageState {
  readonly zoom: SavedZoom | undefined;
  readonly selection: Selection | undefined;
  readonly tab: Tab;
  readonly search: string;
  readonly sort: Sort<Column>;
  /** A table that is not in it stands in the order of its rows. */
  readonly resourceSort: Readonly<Partial<Record<ResourceTable, Sort<string>>>>;
  /** Of the lists below the map, in pixels; undefined until the user moved the edge. */
  readonly lowerHeight: number | undefined;
  /** Undefined until the user opened or closed it: then as there is room. */
  readonly legend: boolean | undefined;
}

export const freshPageState: PageState = {
  rootUri: '',
  whatIf: {},
  zoom: undefined,
  selection: undefined,
  tab: 'collisions',
  search: '',
  sort: { column: 'start', descending: false },
  resourceSort: {},
  lowerHeight: undefined,
  legend: undefined,
};

/** The state of an earlier page, as far as it is one; its fields are written by this page alone. */
export function readPageState(saved: unknown): PageState {
  if (typeof saved !== 'object' || saved === null) return freshPageState;
  const state: PageState = { ...freshPageState, ...saved };
  return tabs.includes(state.tab) ? state : { ...state, tab: freshPageState.tab };
}
