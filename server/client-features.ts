import type { ClientCapabilities, DiagnosticsCapabilities } from 'vscode-languageserver';

/** What the client said at `initialize` that it can do; each flag is false unless it said so. */
export interface ClientFeatures {
  readonly pullDiagnostics: boolean;
  readonly relatedDocuments: boolean;
  readonly refreshDiagnostics: boolean;
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  readonly diagnosticVersion: boolean;
  readonly configuration: boolean;
  readonly registerConfiguration: boolean;
  readonly registerWatchers: boolean;
  readonly workspaceFolders: boolean;
  readonly documentChanges: boolean;
  readonly createFiles: boolean;
  readonly codeActionLiterals: boolean;
  /** Another extension tells of mistakes in device trees (experimental capability `devicetreeChecked`): ours would be told twice. */
  readonly devicetreeChecked: boolean;
  /** The client has the command that shows a memory map (experimental capability `showMemoryMap`): a code lens may run it. */
  readonly showMemoryMap: boolean;
  /** The client has the command that deploys a system (experimental capability `deploy`). */
  readonly deploy: boolean;
  readonly refreshCodeLenses: boolean;
}

export const noFeatures: ClientFeatures = readClientFeatures({});

export function readClientFeatures(capabilities: ClientCapabilities): ClientFeatures {
  const { textDocument, workspace } = capabilities;
  const says = (name: string): boolean => new Map(Object.entries(Object(capabilities.experimental))).get(name) === true;
  const pull: (DiagnosticsCapabilities & { relatedDocumentSupport?: boolean }) | undefined = textDocument?.diagnostic;
  const push = textDocument?.publishDiagnostics;
  // Before LSP 3.18 a client said what diagnostics may hold only under publishDiagnostics, also for those that it pulls.
  return {
    pullDiagnostics: pull !== undefined,
    relatedDocuments: pull?.relatedDocumentSupport === true,
    refreshDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    relatedInformation: push?.relatedInformation === true || pull?.relatedInformation === true,
    codeDescription: push?.codeDescriptionSupport === true || pull?.codeDescriptionSupport === true,
    diagnosticVersion: push?.versionSupport === true,
    configuration: workspace?.configuration === true,
    registerConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    registerWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    workspaceFolders: workspace?.workspaceFolders === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    createFiles: workspace?.workspaceEdit?.resourceOperations?.includes('create') === true,
    codeActionLiterals: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    devicetreeChecked: says('devicetreeChecked'),
    showMemoryMap: says('showMemoryMap'),
    deploy: says('deploy'),
    refreshCodeLenses: workspace?.codeLens?.refreshSupport === true,
  };
}
