import { Disposable, Range, type TextDocument, workspace } from 'vscode';
import { callsForServer, linesLookedAt } from './relevance.ts';
import type { Server } from './server.ts';

/**
 * Starts the server with the first open C file that includes Jailhouse's headers, or at once in a workspace with a jailhouse.json.
 * The extension itself is activated by every C file, so looking must cost nothing.
 */
export function startOnDemand(server: Server): Disposable {
  const listeners: Disposable[] = [];
  const stopLooking = () => {
    for (const listener of listeners.splice(0)) listener.dispose();
  };
  const start = () => {
    stopLooking();
    // It says itself in the log and in the status item when it does not start.
    server.start().catch(() => undefined);
  };
  const look = (document: TextDocument) => {
    if (document.languageId === 'c' && callsForServer(document.getText(new Range(0, 0, linesLookedAt, 0)))) start();
  };

  listeners.push(
    workspace.onDidOpenTextDocument(look),
    workspace.onDidChangeTextDocument(({ document }) => look(document)),
    workspace.onDidChangeWorkspaceFolders(() => lookForProject(start)),
  );
  for (const document of workspace.textDocuments) look(document);
  if (server.state === 'idle') lookForProject(start);
  return new Disposable(stopLooking);
}

function lookForProject(start: () => void): void {
  workspace.findFiles('**/jailhouse.json', '**/node_modules/**', 1).then((found) => {
    if (found.length > 0) start();
  });
}
