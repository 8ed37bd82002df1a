import { PassThrough } from 'node:stream';
import type { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { serve } from '@jailhouse-cells/server/server.ts';
import type {
  ClientCapabilities,
  DidChangeWatchedFilesRegistrationOptions,
  FileChangeType,
  InitializeParams,
  InitializeResult,
  PublishDiagnosticsParams,
  Range,
  RegistrationParams,
} from 'vscode-languageserver';
import {
  createConnection,
  createMessageConnection,
  type MessageConnection,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import type { MemoryFileSystem } from './memory-file-system.ts';

/** What today's clients that push are capable of. */
export const pushing: ClientCapabilities = {
  textDocument: {
    publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true, versionSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
  },
  workspace: { workspaceEdit: { documentChanges: true }, workspaceFolders: true },
};

export const pulling: ClientCapabilities = {
  textDocument: { ...pushing.textDocument, diagnostic: { relatedDocumentSupport: true } },
  workspace: { ...pushing.workspace, diagnostics: { refreshSupport: true } },
};

export interface ClientOptions {
  readonly capabilities?: ClientCapabilities;
  readonly folders?: readonly string[];
  readonly initializationOptions?: unknown;
  /** Answers to workspace/configuration; changeable. */
  readonly settings?: { section: unknown };
}

/** An editor at the other end of two streams, with the real server on this one. */
export class LspClient {
  readonly published: PublishDiagnosticsParams[] = [];
  readonly logged: string[] = [];
  readonly shown: string[] = [];
  readonly registered: string[] = [];
  watchers: DidChangeWatchedFilesRegistrationOptions['watchers'] = [];
  refreshes = 0;
  initialized: InitializeResult | undefined;
  private readonly versions = new Map<string, number>();
  private readonly watching = new Set<() => void>();

  private constructor(
    readonly connection: MessageConnection,
    private readonly end: () => void,
  ) {}

  static async start(engine: Workspace, fs: MemoryFileSystem, options: ClientOptions = {}): Promise<LspClient> {
    const toServer = new PassThrough();
    const toClient = new PassThrough();
    // Readers, not streams: at the end of a stream the server would end the process, which here is the test's own.
    const server = createConnection(ProposedFeatures.all, new StreamMessageReader(toServer), new StreamMessageWriter(toClient));
    serve(server, engine, { fs, home: '/home/user', version: '0.0.0-test', write: async (path, bytes) => fs.write(path, bytes) });
    server.listen();
    const connection = createMessageConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
    const client = new LspClient(connection, () => {
      connection.dispose();
      server.dispose();
    });
    client.listen(options);
    const params: InitializeParams = {
      processId: null,
      rootUri: null,
      capabilities: options.capabilities ?? pushing,
      initializationOptions: options.initializationOptions,
      workspaceFolders: (options.folders ?? []).map((path) => ({ uri: uriOf(path), name: path })),
    };
    client.initialized = await connection.sendRequest<InitializeResult>('initialize', params);
    await connection.sendNotification('initialized', {});
    return client;
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest('shutdown');
    this.end();
  }

  private listen({ settings }: ClientOptions): void {
    const { connection } = this;
    const note = <T>(take: (params: T) => void) => {
      return (params: T) => {
        take(params);
        for (const check of [...this.watching]) check();
      };
    };
    connection.onNotification(
      'textDocument/publishDiagnostics',
      note((params: PublishDiagnosticsParams) => this.published.push(params)),
    );
    connection.onNotification(
      'window/logMessage',
      note(({ message }: { message: string }) => this.logged.push(message)),
    );
    connection.onNotification(
      'window/showMessage',
      note(({ message }: { message: string }) => this.shown.push(message)),
    );
    connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) => items.map(() => settings?.section ?? null));
    connection.onRequest('client/registerCapability', ({ registrations }: RegistrationParams) => {
      for (const { method, registerOptions } of registrations) {
        this.registered.push(method);
        if (method === 'workspace/didChangeWatchedFiles') {
          this.watchers = (registerOptions as DidChangeWatchedFilesRegistrationOptions).watchers;
        }
      }
      return null;
    });
    connection.onRequest(
      'workspace/diagnostic/refresh',
      note(() => {
        this.refreshes++;
        return null;
      }),
    );
    connection.listen();
  }

  async open(path: string, text: string): Promise<void> {
    this.versions.set(path, 1);
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: uriOf(path), languageId: 'c', version: 1, text },
    });
  }

  /** Replaces a range, or the whole text; returns the document's new version. */
  async edit(path: string, text: string, range?: Range): Promise<number> {
    const version = (this.versions.get(path) ?? 0) + 1;
    this.versions.set(path, version);
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: uriOf(path), version },
      contentChanges: [range ? { range, text } : { text }],
    });
    return version;
  }

  async close(path: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri: uriOf(path) } });
  }

  async changedOnDisk(path: string, type: FileChangeType): Promise<void> {
    await this.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(path), type }] });
  }

  /** The last published diagnostics of a document; undefined when none ever were. */
  last(path: string): PublishDiagnosticsParams | undefined {
    return this.published.findLast(({ uri }) => uri === uriOf(path));
  }

  /** Resolves when the condition holds; it is looked at after each message from the server. The test's own limit is the only one. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition()) return;
        this.watching.delete(check);
        resolve();
      };
      this.watching.add(check);
      check();
    });
  }

  /**
   * Resolves when the server has nothing left to do: its background work gives way to each message, so an answered request alone
   * says nothing; but it goes on in every turn of the event loop, which this process shares.
   */
  async quiet(turns = 200): Promise<void> {
    for (let seen = -1; seen !== this.published.length; ) {
      seen = this.published.length;
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

export function uriOf(path: string): string {
  return `file://${path}`;
}
