/** Custom messages between client and server; 64-bit values travel as hex strings. */

/** Server to client, whenever the answer changes for the document that the user looks at. */
export const statusNotification = 'jailhouse-cells/status';

export interface DocumentStatus {
  readonly uri: string;
  /** A config, or a device tree or boot file that configs are checked with (`supporting`); undefined for everything else. */
  readonly kind: 'system' | 'cell' | 'supporting' | undefined;
  readonly cellName: string | undefined;
  /** `built-in` or the path of the cell-config.h in use. */
  readonly headers: string | undefined;
  readonly headersOrigin: 'tree' | 'built-in' | undefined;
  readonly revision: number | undefined;
  readonly arch: string | undefined;
  /** The system it was checked against. */
  readonly system: { readonly name: string; readonly rootUri: string; readonly cells: number; readonly from: string } | undefined;
  readonly errors: number;
  readonly warnings: number;
  /** True while the text cannot be read and the last good model stands in. */
  readonly stale: boolean;
}

/** Client to server: which document the active editor shows (`uri`), or none. */
export const activeDocumentNotification = 'jailhouse-cells/activeDocument';

export interface ActiveDocumentParams {
  /** Left out, or null, when no text document is active. */
  readonly uri?: string | null;
}

/** Client to server: build the `.cell` of a config. */
export const buildRequest = 'jailhouse-cells/build';

export interface BuildParams {
  readonly uri: string;
  /** Build although there are errors. */
  readonly force?: boolean;
}

export type BuildResult =
  | { readonly ok: true; readonly path: string; readonly bytes: number }
  | { readonly ok: false; readonly message: string; readonly errors: number };

/** Client to server: the systems of the workspace, and the cells that belong to none. */
export const systemsRequest = 'jailhouse-cells/systems';

/** Server to client, once the systems were asked for: they are others now, or their findings are. */
export const systemsChangedNotification = 'jailhouse-cells/systemsChanged';

/** The answer to `systemsRequest`, and what `systemsChangedNotification` says; both are sorted by name. */
export interface KnownSystems {
  readonly systems: readonly KnownSystem[];
  readonly loneCells: readonly KnownConfig[];
  /** False while the folders are still being searched. */
  readonly complete: boolean;
}

export interface KnownSystem {
  readonly name: string;
  readonly rootUri: string;
  /** How its cells are known: by their names, or from a jailhouse.json. */
  readonly from: 'naming' | 'jailhouse.json';
  /** The system config first. */
  readonly configs: readonly KnownConfig[];
}

export interface KnownConfig {
  readonly uri: string;
  /** The name of the cell; of the file, while it cannot be read. */
  readonly name: string;
  /** Findings that its check gave, also those that lie in its device trees and boot files. */
  readonly errors: number;
  readonly warnings: number;
}

/** Client to server: the text of a built-in header, for the read-only document `jailhouse-abi:/…`. */
export const virtualDocumentRequest = 'jailhouse-cells/virtualDocument';

export interface VirtualDocumentParams {
  readonly uri: string;
}

/** The header's text; null when there is no such document. */
export type VirtualDocumentResult = string | null;

/** The scheme of the read-only documents that show built-in headers. */
export const virtualDocumentScheme = 'jailhouse-abi';
