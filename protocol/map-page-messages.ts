import type { MapPlace, MapWhatIf, MemoryMapResult } from './map-messages.ts';

/** From the extension to the page of the memory map. */
export type MapPageInput =
  | { readonly type: 'map'; readonly map: MemoryMapResult; readonly whatIf: MapWhatIf }
  | { readonly type: 'no-map'; readonly reason: string }
  /** The cursor stands in the source of these blocks. */
  | { readonly type: 'select'; readonly blocks: readonly string[] }
  /** How the cells of the system are on a target now; no cells: it runs on none that is looked at. */
  | { readonly type: 'live'; readonly target: string; readonly cells: readonly MapLiveCell[] }
  /** Draw this SVG and send it back as a PNG. `picture` is a number of the asker's, to tell answers apart. */
  | { readonly type: 'draw-png'; readonly picture: number; readonly svg: string };

/** A cell on a target. */
export interface MapLiveCell {
  /** Id of its lane. */
  readonly lane: string;
  /** As the hypervisor's driver has it: `running`, `shut down`, `failed`; `not created` for one of the map that is not there. */
  readonly state: string;
  /** It or one of its CPUs was stopped by the hypervisor. */
  readonly failed: boolean;
}

/** From the page of the memory map to the extension. */
export type MapPageOutput =
  /** The page can take messages now; `whatIf` as it was before a reload. */
  | { readonly type: 'ready'; readonly whatIf: MapWhatIf }
  | { readonly type: 'what-if'; readonly whatIf: MapWhatIf }
  | { readonly type: 'reveal'; readonly place: MapPlace }
  | { readonly type: 'fix'; readonly collision: string; readonly title: string }
  /** Write the GPU memory that is tried into config.txt, in MiB. */
  | { readonly type: 'apply'; readonly gpuMem: number }
  | { readonly type: 'copy'; readonly text: string }
  /** The user wants a file of the map: the form is asked for. */
  | { readonly type: 'export' }
  | MapPagePicture;

/** The answer to `draw-png`: bytes in base64; undefined where the picture cannot be drawn, with the reason. */
export interface MapPagePicture {
  readonly type: 'png';
  readonly picture: number;
  readonly base64: string | undefined;
  readonly reason?: string;
}

/** What the page keeps over a reload or restart, beside things of its own: enough to ask for the map again. */
export interface MapPageState {
  readonly rootUri: string;
  readonly whatIf: MapWhatIf;
}
