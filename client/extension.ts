import { commands, type ExtensionContext, window } from 'vscode';
import { tellActiveDocument } from './active-document.ts';
import { buildCell } from './build-command.ts';
import { Deployments } from './deployment/later.ts';
import { LiveSystems } from './live-systems.ts';
import { mapChanges } from './map-changes.ts';
import { provideMemoryMaps } from './memory-map.ts';
import { Server } from './server.ts';
import { startOnDemand } from './start-on-demand.ts';
import { showStatus } from './status.ts';
import { showSystems } from './systems-view.ts';
import { provideVirtualDocuments } from './virtual-documents.ts';

let running: Server | undefined;
let deployments: Deployments | undefined;

export function activate(context: ExtensionContext): void {
  const began = performance.now();
  const output = window.createOutputChannel('Jailhouse Cells', { log: true });
  const server = new Server(context.asAbsolutePath('dist/server.cjs'), output);
  running = server;
  const live = new LiveSystems();
  deployments = new Deployments(server, context, output, live);
  const changes = mapChanges(server);
  context.subscriptions.push(
    output,
    server,
    live,
    commands.registerCommand('jailhouseCells.buildCell', (resource?: unknown) => buildCell(server, resource)),
    commands.registerCommand('jailhouseCells.restartServer', () => server.restart().catch(() => output.show())),
    commands.registerCommand('jailhouseCells.showOutput', () => output.show()),
    deployments,
    showStatus(server),
    provideMemoryMaps(server, changes, context.extensionUri, live),
    showSystems(server, changes),
    tellActiveDocument(server),
    provideVirtualDocuments(server),
    startOnDemand(server),
  );
  output.info(`Activated in ${(performance.now() - began).toFixed(1)} ms`);
}

/** VS Code waits for it, so that the server and all connections have ended when the extension is gone. */
export async function deactivate(): Promise<void> {
  await Promise.all([running?.stop(), deployments?.close()]);
}
