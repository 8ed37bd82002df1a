import { type Connection, TextDocuments } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Engine } from './engine.ts';
import { guarded, type Log } from './guard.ts';
import type { Uris } from './uris.ts';

/** The editor's texts: laid over the files in the engine for as long as they are open. */
export class OpenDocuments {
  private readonly documents = new TextDocuments(TextDocument);

  constructor(
    engine: Engine,
    private readonly uris: Uris,
    log: Log,
    listener: { edited(path: string): void; closed(path: string): void },
  ) {
    const nothing = () => undefined;
    const edited = (document: TextDocument) => {
      const path = uris.pathOf(document.uri);
      if (path === undefined) return;
      uris.remember(path, document.uri);
      engine.open(path, document.getText());
      listener.edited(path);
    };
    const closed = (document: TextDocument) => {
      const path = uris.pathOf(document.uri);
      if (path === undefined) return;
      engine.close(path);
      listener.closed(path);
    };
    const onEdit = guarded(log, 'taking in an edit', edited, nothing);
    const onClose = guarded(log, 'closing a document', closed, nothing);
    this.documents.onDidChangeContent(({ document }) => onEdit(document));
    this.documents.onDidClose(({ document }) => onClose(document));
  }

  listen(connection: Connection): void {
    this.documents.listen(connection);
  }

  /** The text of an open document; undefined when it is not open. */
  text(path: string): string | undefined {
    return this.documents.get(this.uris.uriOf(path))?.getText();
  }

  /** The version of an open document as the client counts; undefined when it is not open. */
  version(path: string): number | undefined {
    return this.documents.get(this.uris.uriOf(path))?.version;
  }
}
