import {
  type CancellationToken,
  type Connection,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  type FullDocumentDiagnosticReport,
  LSPErrorCodes,
  ResponseError,
  type ResultProgressReporter,
  type WorkspaceDiagnosticParams,
  type WorkspaceDiagnosticReport,
  type WorkspaceDiagnosticReportPartialResult,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver';
import type { Checking } from './checking.ts';
import type { ClientFeatures } from './client-features.ts';
import type { DiagnosticStore } from './diagnostic-store.ts';
import { nextTurn } from './event-turn.ts';
import { describeThrown, guarded, type Log } from './guard.ts';
import type { OpenDocuments } from './open-documents.ts';
import type { Uris } from './uris.ts';

/** A server with nothing new to tell keeps a workspace request open; this is how it learns that there is something. */
type Waiter = () => void;

/** Answers a client that asks for diagnostics itself (textDocument/diagnostic, workspace/diagnostic). */
export class DiagnosticPull {
  /** What the client was last given for each document. */
  private readonly given = new Map<string, string>();
  private readonly waiters = new Set<Waiter>();
  private closings = 0;
  private ready: () => void = () => undefined;
  /** Resolves when settings and folders are known: an answer before that would be made again at once. */
  private readonly whenReady = new Promise<void>((resolve) => {
    this.ready = resolve;
  });

  constructor(
    private readonly connection: Connection,
    private readonly store: DiagnosticStore,
    private readonly checking: Checking,
    private readonly documents: OpenDocuments,
    private readonly uris: Uris,
    private readonly features: () => ClientFeatures,
    private readonly log: Log,
  ) {}

  start(): void {
    this.ready();
  }

  listen(): void {
    const { diagnostics } = this.connection.languages;
    const full: FullDocumentDiagnosticReport = { kind: DocumentDiagnosticReportKind.Full, items: [] };
    diagnostics.on(
      guarded(
        this.log,
        'answering textDocument/diagnostic',
        (params, token) => this.ofDocument(params, token),
        (): DocumentDiagnosticReport => full,
      ),
    );
    diagnostics.onWorkspace(
      guarded(
        this.log,
        'answering workspace/diagnostic',
        (params, token, _progress, stream) => this.ofWorkspace(params, token, stream),
        () => ({ items: [] }),
      ),
    );
  }

  /** A document was closed: a client that pulls asks afresh for what it shows now. */
  closed(): void {
    this.closings++;
    for (const wake of [...this.waiters]) wake();
  }

  /** The background work has come to rest: tells the client about documents that it has old diagnostics of. */
  settled(changed: ReadonlySet<string>): void {
    const stale = [...changed].filter((path) => this.given.has(path) && this.given.get(path) !== this.store.of(path).resultId);
    // A closed document's news go out with the workspace request that is kept open; open ones must be asked for again.
    if (stale.some((path) => this.checking.isOpen(path)) && this.features().refreshDiagnostics) {
      this.connection.languages.diagnostics
        .refresh()
        .catch((thrown: unknown) => this.log.error(`asking for a refresh failed: ${describeThrown(thrown)}`));
    }
    if (changed.size > 0) for (const wake of [...this.waiters]) wake();
  }

  private async ofDocument(
    params: DocumentDiagnosticParams,
    token: CancellationToken,
  ): Promise<DocumentDiagnosticReport | ResponseError<{ retriggerRequest: boolean }>> {
    await this.whenReady;
    await nextTurn();
    // The client cancels its own request to make a newer one, and drops that too when it is told not to ask again.
    if (token.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled', { retriggerRequest: true });
    const path = this.uris.pathOf(params.textDocument.uri);
    if (path === undefined) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
    this.checking.check(path);
    const { diagnostics, resultId } = this.store.of(path);
    this.given.set(path, resultId);
    if (params.previousResultId === resultId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
    const relatedDocuments = this.features().relatedDocuments ? this.relatedTo(path) : undefined;
    return {
      kind: DocumentDiagnosticReportKind.Full,
      items: [...diagnostics],
      resultId,
      ...(relatedDocuments ? { relatedDocuments } : {}),
    };
  }

  /** Findings of this config that lie in files which it includes. */
  private relatedTo(path: string): Record<string, FullDocumentDiagnosticReport> | undefined {
    const others = this.store.pathsOf(path).filter((other) => other !== path);
    if (others.length === 0) return undefined;
    return Object.fromEntries(
      others.map((other) => {
        const { diagnostics, resultId } = this.store.of(other);
        this.given.set(other, resultId);
        return [this.uris.uriOf(other), { kind: DocumentDiagnosticReportKind.Full, items: [...diagnostics], resultId }];
      }),
    );
  }

  /**
   * Kept open for as long as there is nothing new. A client that takes partial results gets all news through one request; it is
   * ended when a document is closed, because the client then forgets what it has of that one and says so with its next request.
   */
  private async ofWorkspace(
    params: WorkspaceDiagnosticParams,
    token: CancellationToken,
    stream: ResultProgressReporter<WorkspaceDiagnosticReportPartialResult> | undefined,
  ): Promise<WorkspaceDiagnosticReport | ResponseError<{ retriggerRequest: boolean }>> {
    await this.whenReady;
    const known = new Map<string, string>();
    for (const { uri, value } of params.previousResultIds) known.set(this.uris.pathOf(uri) ?? uri, value);
    const { closings } = this;
    for (;;) {
      if (token.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled', { retriggerRequest: true });
      const items = this.newsSince(known);
      if (closings !== this.closings || (items.length > 0 && !stream)) return { items };
      if (items.length > 0) stream?.report({ items });
      for (const { uri, resultId } of items) known.set(this.uris.pathOf(uri) ?? uri, resultId ?? '');
      await this.news(token);
    }
  }

  private newsSince(previous: ReadonlyMap<string, string>): WorkspaceDocumentDiagnosticReport[] {
    const news: WorkspaceDocumentDiagnosticReport[] = [];
    for (const path of new Set([...this.store.paths(), ...previous.keys()])) {
      const { diagnostics, resultId } = this.store.of(path);
      if (previous.get(path) === resultId) continue;
      // What an open document shows comes with its own request; a second answer here would only make it flicker.
      if (!this.checking.isOpen(path)) this.given.set(path, resultId);
      const version = this.documents.version(path) ?? null;
      news.push({ kind: DocumentDiagnosticReportKind.Full, uri: this.uris.uriOf(path), version, items: [...diagnostics], resultId });
    }
    return news;
  }

  private news(token: CancellationToken): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.waiters.delete(done);
        cancelled.dispose();
        resolve();
      };
      const cancelled = token.onCancellationRequested(done);
      this.waiters.add(done);
    });
  }
}
