import type { Connection } from 'vscode-languageserver';
import type { ClientFeatures } from './client-features.ts';
import type { DiagnosticStore } from './diagnostic-store.ts';
import { describeThrown, type Log } from './guard.ts';
import type { OpenDocuments } from './open-documents.ts';
import type { Uris } from './uris.ts';

/** Sends the diagnostics of documents that show something else than before (textDocument/publishDiagnostics). */
export class DiagnosticPush {
  constructor(
    private readonly connection: Pick<Connection, 'sendDiagnostics'>,
    private readonly store: DiagnosticStore,
    private readonly documents: OpenDocuments,
    private readonly uris: Uris,
    private readonly features: () => ClientFeatures,
    private readonly log: Log,
  ) {}

  publish(paths: Iterable<string>): void {
    for (const path of paths) {
      const version = this.features().diagnosticVersion ? this.documents.version(path) : undefined;
      const params = {
        uri: this.uris.uriOf(path),
        diagnostics: [...this.store.of(path).diagnostics],
        ...(version === undefined ? {} : { version }),
      };
      this.connection.sendDiagnostics(params).catch((thrown: unknown) => this.log.error(`publishing failed: ${describeThrown(thrown)}`));
    }
  }
}
