import {
  type MapPlace,
  type MemoryMapParams,
  type MemoryMapResult,
  memoryMapRequest,
  type NoMemoryMap,
} from '@jailhouse-cells/protocol/map-messages.ts';
import { type KnownSystems, systemsChangedNotification, systemsRequest } from '@jailhouse-cells/protocol/messages.ts';
import { commands, Disposable, type Event, EventEmitter, type TreeDataProvider, Uri, window, workspace } from 'vscode';
import { counted } from './counted.ts';
import { revealPlace } from './reveal-place.ts';
import type { Server } from './server.ts';
import { laneItems, loneCellsItem, noMapItem, type SystemsItem, systemItem } from './systems-tree.ts';

/** What a system can begin with, or be named in. */
const files = '**/{*.c,jailhouse.json}';
/** So many systems are open at first; more would be a long list to scroll, and a map of each to be made. */
const mostOpen = 3;

const nothing: KnownSystems = { systems: [], loneCells: [], complete: true };

/** The view `Systems`: systems of the workspace with their cells and regions. */
export function showSystems(server: Server, changes: Event<readonly string[]>): Disposable {
  const systems = new Systems(server);
  const view = window.createTreeView('jailhouseCells.systems', { treeDataProvider: systems, showCollapseAll: true });
  const appeared = workspace.createFileSystemWatcher(files, false, true, true);
  server.onConnection((connection) => {
    connection.onNotification<KnownSystems>(systemsChangedNotification, (known) => systems.take(known));
  });
  return Disposable.from(
    view,
    systems,
    systems.onDidLook(({ errors, message }) => {
      view.badge = errors === 0 ? undefined : { value: errors, tooltip: `${counted(errors, 'error')} in Jailhouse systems` };
      view.message = message;
    }),
    changes((rootUris) => systems.changed(rootUris)),
    appeared,
    // Once it runs, the server looks for itself.
    appeared.onDidCreate(() => server.connection === undefined && systems.look()),
    workspace.onDidChangeWorkspaceFolders(() => server.connection === undefined && systems.look()),
    server.onDidChangeState((state) => state === 'running' && systems.lookAgain()),
    commands.registerCommand('jailhouseCells.refreshSystems', () => systems.look()),
    commands.registerCommand('jailhouseCells.revealPlace', (place: MapPlace) => revealPlace(place, undefined, false)),
  );
}

/** What stands around the tree: a badge, and a sentence above it. */
interface Look {
  readonly errors: number;
  readonly message: string;
}

class Systems implements TreeDataProvider<SystemsItem>, Disposable {
  private readonly changedData = new EventEmitter<void>();
  readonly onDidChangeTreeData = this.changedData.event;
  private readonly looked = new EventEmitter<Look>();
  readonly onDidLook = this.looked.event;
  /** Undefined: not asked for yet. */
  private known: KnownSystems | undefined;
  private readonly maps = new Map<string, MemoryMapResult | NoMemoryMap>();

  constructor(private readonly server: Server) {}

  getTreeItem(item: SystemsItem): SystemsItem {
    return item;
  }

  async getChildren(item?: SystemsItem): Promise<SystemsItem[]> {
    if (item?.children !== undefined) return [...item.children];
    if (item?.system !== undefined) {
      const { system } = item;
      const map = await this.map(system.rootUri);
      return 'reason' in map ? [noMapItem(system, map.reason)] : laneItems(system, map);
    }
    try {
      this.known ??= await this.ask();
    } catch {
      // Why it does not run, the server says itself, in the log and in the status.
      this.looked.fire({ errors: 0, message: 'The language server does not run. “Jailhouse: Restart Language Server” starts it again.' });
      return [];
    }
    const { systems, loneCells, complete } = this.known;
    const configs = new Map([...systems.flatMap((system) => system.configs), ...loneCells].map((config) => [config.uri, config]));
    const errors = [...configs.values()].reduce((sum, config) => sum + config.errors, 0);
    this.looked.fire({ errors, message: complete ? '' : 'Looking for configs …' });
    const isOpen = systems.length <= mostOpen;
    const items = systems.map((system) => {
      const isAmbiguous = systems.some(({ name, rootUri }) => name === system.name && rootUri !== system.rootUri);
      return systemItem(system, isOpen, isAmbiguous ? workspace.asRelativePath(Uri.joinPath(Uri.parse(system.rootUri), '..')) : '');
    });
    return loneCells.length === 0 ? items : [...items, loneCellsItem(loneCells)];
  }

  /** Asks for everything again. */
  look(): void {
    this.known = undefined;
    this.maps.clear();
    this.changedData.fire();
  }

  /** Another server runs: what the one before was asked for, this one does not know. */
  lookAgain(): void {
    if (this.known !== undefined) this.look();
  }

  take(known: KnownSystems): void {
    this.known = known;
    this.changedData.fire();
  }

  changed(rootUris: readonly string[]): void {
    const shown = rootUris.filter((rootUri) => this.maps.delete(rootUri));
    if (shown.length > 0) this.changedData.fire();
  }

  private async ask(): Promise<KnownSystems> {
    // No server for a workspace that has nothing for it.
    if (this.server.connection === undefined && (await workspace.findFiles(files, '**/node_modules/**', 1)).length === 0) return nothing;
    const connection = await this.server.start();
    return connection.request<KnownSystems>(systemsRequest, null);
  }

  private async map(uri: string): Promise<MemoryMapResult | NoMemoryMap> {
    const there = this.maps.get(uri);
    if (there !== undefined) return there;
    try {
      const connection = await this.server.start();
      const params: MemoryMapParams = { uri, shownIn: 'systems' };
      const map = await connection.request<MemoryMapResult | NoMemoryMap>(memoryMapRequest, params);
      this.maps.set(uri, map);
      return map;
    } catch (error) {
      return { reason: `The language server gave no map: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  dispose(): void {
    this.changedData.dispose();
    this.looked.dispose();
  }
}
