import { mapFile } from '@jailhouse-cells/core/map-export/map-file.ts';
import { setSetting } from '@jailhouse-cells/core/rules/board-firmware/config-txt-lines.ts';
import { baseName } from '@jailhouse-cells/core/source/paths.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { MemoryMapReading, WhatIf } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import {
  type MapApplyParams,
  type MapChangedParams,
  type MapExportParams,
  type MapExportResult,
  type MapFixParams,
  type MapViewer,
  type MemoryMapParams,
  type MemoryMapResult,
  mapApplyRequest,
  mapChangedNotification,
  mapExportRequest,
  mapFixRequest,
  memoryMapRequest,
  type NoMemoryMap,
} from '@jailhouse-cells/protocol/map-messages.ts';
import { type Connection, RequestType, type WorkspaceEdit } from 'vscode-languageserver';
import type { Engine } from './engine.ts';
import { describeThrown, guarded, type Log } from './guard.ts';
import { mapResult, whatIfOf } from './map-result.ts';
import { systemRootOf } from './system-root.ts';
import type { Uris } from './uris.ts';
import type { WorkspaceEdits } from './workspace-edits.ts';

/** A map that a client shows. */
interface ShownMap {
  readonly root: string;
  readonly viewer: MapViewer;
  readonly whatIf: WhatIf;
  reading: MemoryMapReading | undefined;
}

/** So many systems of each viewer are watched for changes of their map; the one that was asked for longest ago is let go. */
const mostShown = 12;

/** Answers with maps of systems, and says when one that was asked for is another one now. */
export class MemoryMapRequests {
  /** By viewer and path of the root config: two viewers may try different things. */
  private readonly shown = new Map<string, ShownMap>();
  private looking = false;

  constructor(
    private readonly connection: Connection,
    private readonly engine: Engine,
    private readonly edits: WorkspaceEdits,
    private readonly uris: Uris,
    /** The workspace folder around a file: exports name files as seen from it. */
    private readonly folderAround: (path: string) => string | undefined,
    private readonly log: Log,
  ) {}

  listen(): void {
    const { connection, log } = this;
    const failed = (thrown: unknown): NoMemoryMap => ({ reason: `The map failed: ${describeThrown(thrown).split('\n', 1)[0]}` });
    connection.onRequest(
      new RequestType<MemoryMapParams, MemoryMapResult | NoMemoryMap, void>(memoryMapRequest),
      guarded(log, `answering ${memoryMapRequest}`, (params: MemoryMapParams) => this.map(params), failed),
    );
    connection.onRequest(
      new RequestType<MapFixParams, WorkspaceEdit | null, void>(mapFixRequest),
      guarded(
        log,
        `answering ${mapFixRequest}`,
        (params: MapFixParams) => this.fix(params),
        () => null,
      ),
    );
    connection.onRequest(
      new RequestType<MapApplyParams, WorkspaceEdit | null, void>(mapApplyRequest),
      guarded(
        log,
        `answering ${mapApplyRequest}`,
        (params: MapApplyParams) => this.apply(params),
        () => null,
      ),
    );
    connection.onRequest(
      new RequestType<MapExportParams, MapExportResult | NoMemoryMap, void>(mapExportRequest),
      guarded(log, `answering ${mapExportRequest}`, (params: MapExportParams) => this.exported(params), failed),
    );
  }

  private exported({ uri, form, whatIf = {} }: MapExportParams): MapExportResult | NoMemoryMap {
    const root = this.rootOf(uri);
    if (typeof root !== 'string') return root;
    const reading = this.engine.memoryMap(root, whatIfOf(whatIf));
    if (reading === undefined) return unreadable(root);
    const folder = this.folderAround(root);
    // As the command line names them there: a file that others get, or that is checked in, tells nothing of this machine's folders.
    const shown = (path: string) => (folder === undefined ? path : shownPath(folder, path));
    const text = mapFile(reading, form, { shown, text: (path) => this.engine.text(path) });
    return { system: reading.system.name, rootUri: this.uris.uriOf(root), text };
  }

  /** What counts for boards of 1 GiB and more is set where it is set now. */
  private apply({ uri, gpuMem }: MapApplyParams): WorkspaceEdit | null {
    const root = this.rootOf(uri);
    const reading = typeof root === 'string' ? this.engine.memoryMap(root) : undefined;
    const firmware = reading?.board?.firmware;
    if (firmware === undefined || reading?.gpuMem === undefined) return null;
    const { value, least, most } = reading.gpuMem;
    if (!Number.isInteger(gpuMem) || gpuMem < least || gpuMem > most || gpuMem === value) return null;
    const name = firmware.settings.has('gpu_mem_1024') ? 'gpu_mem_1024' : 'gpu_mem';
    const [fix] = setSetting(firmware, name, String(gpuMem), (path) => this.engine.text(path)?.text);
    return (fix && this.edits.ofFix(fix)) ?? null;
  }

  /** A document was checked: maps that depend on it may be others. Looked at once the check is told of. */
  checked(): void {
    if (this.looking || this.shown.size === 0) return;
    this.looking = true;
    setImmediate(() => {
      this.looking = false;
      try {
        this.look();
      } catch (thrown) {
        this.log.error(`looking for changed maps failed: ${describeThrown(thrown)}`);
      }
    });
  }

  private look(): void {
    const rootUris: string[] = [];
    for (const map of this.shown.values()) {
      const now = this.engine.memoryMap(map.root, map.whatIf);
      if (now === map.reading) continue;
      map.reading = now;
      rootUris.push(this.uris.uriOf(map.root));
    }
    if (rootUris.length === 0) return;
    const params: MapChangedParams = { rootUris: [...new Set(rootUris)] };
    this.connection
      .sendNotification(mapChangedNotification, params)
      .catch((thrown: unknown) => this.log.error(`telling of changed maps failed: ${describeThrown(thrown)}`));
  }

  private map({ uri, whatIf = {}, shownIn = 'page' }: MemoryMapParams): MemoryMapResult | NoMemoryMap {
    const root = this.rootOf(uri);
    if (typeof root !== 'string') return root;
    const tried = whatIfOf(whatIf);
    const reading = this.engine.memoryMap(root, tried);
    // Also without a map: once the config can be read there may be one.
    this.watch({ root, viewer: shownIn, whatIf: tried, reading });
    if (reading === undefined) return unreadable(root);
    return mapResult(reading, {
      textOf: (path) => this.engine.text(path),
      uris: this.uris,
      canApply: (fix) => this.edits.canApply(fix),
    });
  }

  private watch(map: ShownMap): void {
    const key = shownKey(map);
    this.shown.delete(key);
    this.shown.set(key, map);
    const ofViewer = [...this.shown].filter(([, { viewer }]) => viewer === map.viewer);
    for (const [oldest] of ofViewer.slice(0, Math.max(0, ofViewer.length - mostShown))) this.shown.delete(oldest);
  }

  private fix({ uri, collision, title, whatIf }: MapFixParams): WorkspaceEdit | null {
    const root = this.rootOf(uri);
    if (typeof root !== 'string') return null;
    const tried = whatIf === undefined ? (this.shown.get(shownKey({ root, viewer: 'page' }))?.whatIf ?? {}) : whatIfOf(whatIf);
    const found = this.engine.memoryMap(root, tried)?.collisions.find(({ id }) => id === collision);
    const fix = found?.finding.fixes.find((candidate) => candidate.title === title);
    return (fix && this.edits.ofFix(fix)) ?? null;
  }

  private rootOf(uri: string): string | NoMemoryMap {
    return systemRootOf(uri, this.engine, this.uris);
  }
}

function shownKey({ root, viewer }: Pick<ShownMap, 'root' | 'viewer'>): string {
  return `${viewer}:${root}`;
}

function unreadable(root: string): NoMemoryMap {
  return { reason: `${baseName(root)} cannot be read as a system config yet: mend its errors, then the map is drawn.` };
}
