import type { FileSystem } from '@jailhouse-cells/core/source/file-system.ts';
import { type Connection, type InitializeResult, TextDocumentSyncKind } from 'vscode-languageserver';
import { Build } from './build.ts';
import { Checking } from './checking.ts';
import { type ClientFeatures, noFeatures, readClientFeatures } from './client-features.ts';
import { CodeActions, fixAllKind } from './code-actions.ts';
import { CodeLenses } from './code-lens.ts';
import { answerCompletions, completionTriggers } from './completion.ts';
import { Configuration } from './configuration.ts';
import { answerDeployments } from './deployment.ts';
import { DiagnosticPull } from './diagnostic-pull.ts';
import { DiagnosticPush } from './diagnostic-push.ts';
import { DiagnosticStore } from './diagnostic-store.ts';
import { diagnosticSource } from './diagnostics.ts';
import type { Engine } from './engine.ts';
import { Folders } from './folders.ts';
import { describeThrown, type Log } from './guard.ts';
import { answerHovers } from './hover.ts';
import { MemoryMapRequests } from './memory-map.ts';
import { OpenDocuments } from './open-documents.ts';
import { Status } from './status.ts';
import { SystemsRequests } from './systems.ts';
import { Uris } from './uris.ts';
import { answerVirtualDocuments } from './virtual-documents.ts';
import { Watching } from './watching.ts';
import { WorkspaceEdits } from './workspace-edits.ts';

/** What the server takes from the outside. */
export interface ServerHost {
  readonly fs: FileSystem;
  /** The user's home folder, for `~` in settings. */
  readonly home: string | undefined;
  readonly version: string;
  /** Writes a whole file or nothing, making folders as needed; a sentence says what went wrong. */
  write(path: string, bytes: Uint8Array): Promise<string | undefined>;
}

/** Wires the engine to a connection; the caller makes both and calls `listen` on the connection afterwards. */
export function serve(connection: Connection, engine: Engine, host: ServerHost): void {
  const log: Log = {
    error: (message) => connection.console.error(message),
    info: (message) => connection.console.info(message),
  };
  let client: ClientFeatures = noFeatures;
  const features = () => client;
  let outputFolder: string | undefined;

  const uris = new Uris();
  const store = new DiagnosticStore((path) => engine.text(path), uris, features);
  const checking = new Checking(engine, store, log, {
    changed: (paths) => {
      if (!client.pullDiagnostics) push.publish(paths);
    },
    settled: (paths) => {
      if (client.pullDiagnostics) pull.settled(paths);
      systems.settled();
    },
    checked: (path) => {
      status.checked(path);
      maps.checked();
      lenses.checked(path);
    },
  });
  const folders = new Folders(host.fs, checking, uris);
  const documents = new OpenDocuments(engine, uris, log, {
    edited: (path) => checking.edit(path),
    closed: (path) => {
      lenses.closed(path);
      checking.close(path);
      folders.reconsider(path);
      pull.closed();
    },
  });
  const push = new DiagnosticPush(connection, store, documents, uris, features, log);
  const pull = new DiagnosticPull(connection, store, checking, documents, uris, features, log);
  const status = new Status(connection, store, checking, uris, log);
  const edits = new WorkspaceEdits(engine, documents, uris, features);
  const maps = new MemoryMapRequests(connection, engine, edits, uris, (path) => folders.around(path), log);
  const systems = new SystemsRequests(connection, engine, store, checking, uris, log);
  const lenses = new CodeLenses(connection, engine, uris, features, log);
  const watching = new Watching(engine, checking, folders, uris);
  const base = () => ({ folder: folders.first, home: host.home });
  const configuration = new Configuration(connection, base, features, log, (settings) => {
    outputFolder = settings.outputFolder;
    engine.configure(settings.workspace);
    checking.askAgain();
  });

  connection.onInitialize((params): InitializeResult => {
    client = readClientFeatures(params.capabilities);
    folders.initialize(params);
    configuration.initialize(params);
    return {
      serverInfo: { name: 'Jailhouse Cells', version: host.version },
      capabilities: {
        positionEncoding: 'utf-16',
        hoverProvider: true,
        completionProvider: { triggerCharacters: completionTriggers },
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        ...(client.codeActionLiterals ? { codeActionProvider: { codeActionKinds: ['quickfix', fixAllKind] } } : {}),
        ...(client.showMemoryMap ? { codeLensProvider: {} } : {}),
        ...(client.pullDiagnostics
          ? { diagnosticProvider: { identifier: diagnosticSource, interFileDependencies: true, workspaceDiagnostics: true } }
          : {}),
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });

  connection.onInitialized(() => {
    if (client.registerWatchers) watching.register(connection, log);
    if (client.workspaceFolders) folders.listen(connection, log, () => configuration.take());
    const begin = () => {
      checking.start();
      pull.start();
      status.send();
    };
    configuration.start().then(begin, (thrown: unknown) => {
      log.error(`reading the settings failed: ${describeThrown(thrown)}`);
      begin();
    });
  });
  connection.onShutdown(() => checking.stop());

  documents.listen(connection);
  configuration.listen();
  watching.listen(connection, log);
  pull.listen();
  status.listen();
  maps.listen();
  systems.listen();
  lenses.listen();
  new CodeActions(engine, store, checking, edits, uris, features).listen(connection, log);
  new Build(engine, uris, {
    outputFolder: () => outputFolder,
    folderAround: (path) => folders.around(path),
    write: (path, bytes) => host.write(path, bytes),
  }).listen(connection, log);
  answerDeployments(
    connection,
    engine,
    {
      uris,
      paths: () => checking.paths,
      complete: () => checking.isDone,
      isUnsaved: (path) => {
        const text = documents.text(path);
        return text !== undefined && text !== host.fs.readText(path);
      },
    },
    log,
  );
  answerHovers(connection, engine, uris, log);
  answerCompletions(connection, engine, host.fs, uris, log);
  answerVirtualDocuments(connection, engine, uris, log);
}
