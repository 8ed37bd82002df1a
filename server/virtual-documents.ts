import { type VirtualDocumentParams, type VirtualDocumentResult, virtualDocumentRequest } from '@jailhouse-cells/protocol/messages.ts';
import type { Connection } from 'vscode-languageserver';
import type { Engine } from './engine.ts';
import { guarded, type Log } from './guard.ts';
import { isVirtual, type Uris } from './uris.ts';

/** Hands out the text of a built-in header; of nothing else, so that no file can be read this way. */
export function answerVirtualDocuments(connection: Connection, engine: Engine, uris: Uris, log: Log): void {
  const answer = ({ uri }: VirtualDocumentParams): VirtualDocumentResult => {
    const path = uris.pathOf(uri);
    return path !== undefined && isVirtual(path) ? (engine.text(path)?.text ?? null) : null;
  };
  connection.onRequest(
    virtualDocumentRequest,
    guarded(log, `answering ${virtualDocumentRequest}`, answer, () => null),
  );
}
