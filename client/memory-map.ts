import { type MemoryMapParams, type MemoryMapResult, memoryMapRequest, type NoMemoryMap } from '@jailhouse-cells/protocol/map-messages.ts';
import type { MapPageState } from '@jailhouse-cells/protocol/map-page-messages.ts';
import { commands, Disposable, type Event, type TextEditor, type Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import { exportMap } from './export-map.ts';
import type { LiveSystems } from './live-systems.ts';
import { MemoryMapPanel } from './memory-map-panel.ts';
import { resourceUri } from './resource-uri.ts';
import type { Server } from './server.ts';

const viewType = 'jailhouseCells.memoryMap';

/** `Jailhouse: Show Memory Map`: a panel for each system, kept up to date, and brought back after a restart. */
export function provideMemoryMaps(server: Server, changes: Event<readonly string[]>, extensionUri: Uri, live: LiveSystems): Disposable {
  /** By URI of the system config. */
  const panels = new Map<string, MemoryMapPanel>();

  const exportFile = (map: MemoryMapParams | undefined) => exportMap(server, map, (rootUri, system) => open(rootUri, system));

  const tellWatchers = () => live.setWatchers([...panels].filter(([, panel]) => panel.isVisible).map(([rootUri]) => rootUri));

  const adopt = (panel: WebviewPanel, rootUri: string) => {
    const created: MemoryMapPanel = new MemoryMapPanel(panel, server, rootUri, extensionUri, live, () => exportFile(created.params));
    panels.set(rootUri, created);
    panel.onDidChangeViewState(tellWatchers);
    tellWatchers();
    created.onDidDispose(() => {
      if (panels.get(rootUri) === created) panels.delete(rootUri);
      tellWatchers();
    });
    if (window.activeTextEditor !== undefined) created.follow(caretOf(window.activeTextEditor));
    return created;
  };

  /** The panel of a system: the one there is, or a new one. */
  const open = async (rootUri: string, system: string) => {
    const there = panels.get(rootUri);
    if (there !== undefined) return there;
    const created = adopt(window.createWebviewPanel(viewType, `Memory Map: ${system}`, ViewColumn.Beside), rootUri);
    // A column of its own: files are opened beside it, not over it.
    if (window.tabGroups.activeTabGroup.tabs.length === 1) await commands.executeCommand('workbench.action.lockEditorGroup');
    return created;
  };

  const show = async (resource: unknown) => {
    const uri = resourceUri(resource);
    if (uri === undefined) {
      await window.showInformationMessage('Open a Jailhouse config first: the map of its system is shown beside it.');
      return;
    }
    try {
      const connection = await server.start();
      const params: MemoryMapParams = { uri: uri.toString() };
      const answer = await connection.request<MemoryMapResult | NoMemoryMap>(memoryMapRequest, params);
      if ('reason' in answer) {
        await window.showInformationMessage(answer.reason);
        return;
      }
      const there = panels.get(answer.rootUri);
      if (there !== undefined) there.show();
      else await open(answer.rootUri, answer.system);
    } catch (error) {
      await window.showErrorMessage(`The language server gave no map: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  return Disposable.from(
    changes((rootUris) => {
      for (const rootUri of rootUris) panels.get(rootUri)?.refresh();
    }),
    live.onDidChange(() => {
      for (const panel of panels.values()) panel.tellLive();
    }),
    commands.registerCommand('jailhouseCells.showMemoryMap', show),
    commands.registerCommand('jailhouseCells.exportMemoryMap', async (resource?: unknown) => {
      const inFront = [...panels.values()].flatMap(({ shown }) => shown ?? [])[0];
      const uri = resourceUri(resource);
      await exportFile(inFront ?? (uri && { uri: uri.toString() }));
    }),
    window.registerWebviewPanelSerializer(viewType, {
      async deserializeWebviewPanel(panel: WebviewPanel, state: Partial<MapPageState> | undefined) {
        // A page that never showed a map has nothing to come back with.
        if (typeof state?.rootUri === 'string' && state.rootUri !== '' && !panels.has(state.rootUri)) adopt(panel, state.rootUri);
        else panel.dispose();
      },
    }),
    window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (panels.size === 0) return;
      const caret = caretOf(textEditor);
      for (const panel of panels.values()) panel.follow(caret);
    }),
    server.onDidChangeState((state) => {
      for (const panel of panels.values()) {
        if (state === 'running') panel.refresh();
        if (state === 'failed')
          panel.say('The language server has stopped: this is the last map. Run “Jailhouse: Restart Language Server”.');
      }
    }),
  );
}

function caretOf({ document, selection }: TextEditor) {
  return { uri: document.uri.toString(), line: selection.active.line, character: selection.active.character };
}
