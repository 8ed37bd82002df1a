import {
  type MapPlace,
  type MemoryMapParams,
  type MemoryMapResult,
  memoryMapRequest,
  type NoMemoryMap,
} from '@jailhouse-cells/protocol/map-messages.ts';
import { commands, Disposable, type Event, EventEmitter, type TreeDataProvider, type Uri, window, workspace } from 'vscode';
import { callsForServer, linesLookedAt } from './relevance.ts';
import { revealPlace } from './reveal-place.ts';
import type { Server } from './server.ts';
import { type SystemsItem, systemItem } from './systems-tree.ts';

/** More C files than a workspace has configs: those beyond are not looked at. */
const mostFiles = 2000;

/** The view `Systems`: systems of the workspace with their cells and regions. */
export function showSystems(server: Server, changes: Event<readonly string[]>): Disposable {
  const systems = new Systems(server);
  const view = window.createTreeView('jailhouseCells.systems', { treeDataProvider: systems, showCollapseAll: true });
  systems.onDidCount((collisions) => {
    view.badge = collisions === 0 ? undefined : { value: collisions, tooltip: `${collisions} address collisions` };
  });
  const look = () => systems.look();
  const watcher = workspace.createFileSystemWatcher('**/{*.c,jailhouse.json}', false, true, false);
  return Disposable.from(
    view,
    systems,
    changes((rootUris) => systems.changed(rootUris)),
    watcher,
    watcher.onDidCreate(look),
    watcher.onDidDelete(look),
    workspace.onDidChangeWorkspaceFolders(look),
    workspace.onDidSaveTextDocument(({ languageId, fileName, uri }) => {
      if (fileName.endsWith('jailhouse.json') || (languageId === 'c' && !systems.knows(uri))) look();
    }),
    commands.registerCommand('jailhouseCells.refreshSystems', look),
    commands.registerCommand('jailhouseCells.revealPlace', (place: MapPlace) => revealPlace(place, undefined, false)),
  );
}

class Systems implements TreeDataProvider<SystemsItem>, Disposable {
  private readonly changedData = new EventEmitter<void>();
  readonly onDidChangeTreeData = this.changedData.event;
  private readonly counted = new EventEmitter<number>();
  readonly onDidCount = this.counted.event;
  /** By URI of the system config; undefined: not looked for yet. */
  private found: Map<string, MemoryMapResult> | undefined;

  constructor(private readonly server: Server) {}

  getTreeItem(item: SystemsItem): SystemsItem {
    return item;
  }

  async getChildren(item?: SystemsItem): Promise<readonly SystemsItem[] & SystemsItem[]> {
    if (item !== undefined) return [...item.children];
    this.found ??= await this.find();
    const maps = [...this.found.values()].sort((a, b) => a.system.localeCompare(b.system));
    this.counted.fire(maps.reduce((sum, { collisions }) => sum + collisions.length, 0));
    return maps.map(systemItem);
  }

  /** Looks for systems again. */
  look(): void {
    this.found = undefined;
    this.changedData.fire();
  }

  knows(uri: Uri): boolean {
    return this.found !== undefined && [...this.found.values()].some((map) => filesOf(map).has(uri.toString()));
  }

  async changed(rootUris: readonly string[]): Promise<void> {
    const known = rootUris.filter((rootUri) => this.found?.has(rootUri));
    for (const rootUri of known) {
      const map = await this.map(rootUri);
      if (map === undefined) this.found?.delete(rootUri);
      else this.found?.set(rootUri, map);
    }
    if (known.length > 0) this.changedData.fire();
  }

  private async find(): Promise<Map<string, MemoryMapResult>> {
    const found = new Map<string, MemoryMapResult>();
    const seen = new Set<string>();
    const files = await workspace.findFiles('**/*.c', '**/node_modules/**', mostFiles);
    for (const uri of files.sort((a, b) => (a.path < b.path ? -1 : 1))) {
      if (seen.has(uri.toString()) || !(await mayBeConfig(uri))) continue;
      const map = await this.map(uri.toString());
      if (map === undefined) continue;
      found.set(map.rootUri, map);
      for (const file of filesOf(map)) seen.add(file);
    }
    return found;
  }

  private async map(uri: string): Promise<MemoryMapResult | undefined> {
    try {
      const connection = await this.server.start();
      const params: MemoryMapParams = { uri };
      const answer = await connection.request<MemoryMapResult | NoMemoryMap>(memoryMapRequest, params);
      return 'reason' in answer ? undefined : answer;
    } catch {
      // The server says itself, in the log and in the status, that it does not run.
      return undefined;
    }
  }

  dispose(): void {
    this.changedData.dispose();
    this.counted.dispose();
  }
}

/** Files that a system's map leads to: none of them has to be asked for again. */
function filesOf({ rootUri, lanes }: MemoryMapResult): Set<string> {
  const files = lanes.flatMap(({ blocks }) => blocks.flatMap(({ place, whole }) => [place?.uri, whole?.uri]));
  return new Set([rootUri, ...files.filter((uri) => uri !== undefined)]);
}

async function mayBeConfig(uri: Uri): Promise<boolean> {
  const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  try {
    const text = open?.getText() ?? new TextDecoder().decode(await workspace.fs.readFile(uri));
    return callsForServer(text.split('\n', linesLookedAt).join('\n'));
  } catch {
    return false;
  }
}
