import type { FileReport } from '@jailhouse-cells/core/workspace/report.ts';
import { isSupportingFile } from '@jailhouse-cells/core/workspace/supporting-files.ts';
import {
  type ActiveDocumentParams,
  activeDocumentNotification,
  type DocumentStatus,
  statusNotification,
} from '@jailhouse-cells/protocol/messages.ts';
import { type Connection, type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import type { Checking } from './checking.ts';
import type { DiagnosticStore } from './diagnostic-store.ts';
import { describeThrown, guarded, type Log } from './guard.ts';
import type { Uris } from './uris.ts';

/** Tells the client what the document in front of the user is checked as, and against which headers. */
export class Status {
  private uri: string | undefined;
  private sent = '';

  constructor(
    private readonly connection: Connection,
    private readonly store: DiagnosticStore,
    private readonly checking: Checking,
    private readonly uris: Uris,
    private readonly log: Log,
  ) {}

  listen(): void {
    const active = ({ uri }: ActiveDocumentParams): void => {
      this.uri = uri ?? undefined;
      this.sent = '';
      const path = this.uri === undefined ? undefined : this.uris.pathOf(this.uri);
      // Checked here and now, the status is not first that of an unknown document. It is sent from `checked`.
      if (path !== undefined && this.checking.started) this.checking.check(path);
      this.send();
    };
    this.connection.onNotification(
      activeDocumentNotification,
      guarded(this.log, 'noting the active document', active, () => undefined),
    );
  }

  /** A document was checked; says so when it is the one in front. */
  checked(path: string): void {
    if (this.uri !== undefined && this.uris.pathOf(this.uri) === path) this.send();
  }

  send(): void {
    const path = this.uri === undefined ? undefined : this.uris.pathOf(this.uri);
    if (this.uri === undefined || path === undefined || !this.checking.started) return;
    const status = describe(this.uri, this.store.report(path), this.store.of(path).diagnostics, this.uris);
    const key = JSON.stringify(status);
    if (key === this.sent) return;
    this.sent = key;
    this.connection
      .sendNotification(statusNotification, status)
      .catch((thrown: unknown) => this.log.error(`sending the status failed: ${describeThrown(thrown)}`));
  }
}

const levels = { error: DiagnosticSeverity.Error, warning: DiagnosticSeverity.Warning } as const;

function describe(uri: string, report: FileReport | undefined, shown: readonly Diagnostic[], uris: Uris): DocumentStatus {
  const config = report?.config;
  const header = report?.header ?? config?.header;
  const isSupporting = report?.system !== undefined && isSupportingFile(report.path);
  // What a supporting file shows comes from the configs, too.
  const count = (severity: 'error' | 'warning') =>
    isSupporting
      ? shown.filter((diagnostic) => diagnostic.severity === levels[severity]).length
      : (report?.findings.filter((finding) => finding.severity === severity).length ?? 0);
  return {
    uri,
    kind: isSupporting ? 'supporting' : config?.kind,
    cellName: config?.cell.name.value,
    headers: header?.kind === 'built-in' ? 'built-in' : header?.path,
    headersOrigin: header?.kind,
    revision: header?.revision,
    arch: config?.arch,
    system: report?.system && {
      name: report.system.name,
      rootUri: uris.uriOf(report.system.rootCell),
      cells: report.system.cells.length,
      from: report.system.from,
    },
    errors: count('error'),
    warnings: count('warning'),
    stale: config !== undefined && report?.current === false,
  };
}
