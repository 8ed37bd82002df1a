import type { MapPageState } from '@jailhouse-cells/protocol/map-page-messages.ts';
import type { Column } from './model/region-search.ts';
import type { Selection } from './model/selection.ts';

export type Tab = 'collisions' | 'regions' | 'gaps';

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
  readonly sort: { readonly column: Column; readonly descending: boolean };
}

const fresh: PageState = {
  rootUri: '',
  whatIf: {},
  zoom: undefined,
  selection: undefined,
  tab: 'collisions',
  search: '',
  sort: { column: 'start', descending: false },
};

/** The state of an earlier page, as far as it is one; its fields are written by this page alone. */
export function readPageState(saved: unknown): PageState {
  return typeof saved === 'object' && saved !== null ? { ...fresh, ...saved } : fresh;
}
