import type { MapPageOutput } from '@jailhouse-cells/protocol/map-page-messages.ts';
import type { PageState } from './page-state.ts';

interface VsCodeApi {
  postMessage(message: MapPageOutput): void;
  getState(): unknown;
  setState(state: PageState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** What VS Code gives a page to speak to its extension with; it can be had once. */
export const vscode: VsCodeApi = acquireVsCodeApi();
