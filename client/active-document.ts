import { type ActiveDocumentParams, activeDocumentNotification } from '@jailhouse-cells/protocol/messages.ts';
import { Disposable, window } from 'vscode';
import type { Server } from './server.ts';

/** Tells the server which document the user looks at, so that it reports the status of that one. */
export function tellActiveDocument(server: Server): Disposable {
  const tell = () => {
    if (server.state !== 'running') return;
    const params: ActiveDocumentParams = { uri: window.activeTextEditor?.document.uri.toString() ?? null };
    // A server that stops just now needs no answer.
    server.connection?.notify(activeDocumentNotification, params).catch(() => undefined);
  };
  return Disposable.from(server.onDidChangeState(tell), window.onDidChangeActiveTextEditor(tell));
}
