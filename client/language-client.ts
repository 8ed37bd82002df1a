import { type Disposable, extensions, type LogOutputChannel, type WorkspaceEdit } from 'vscode';
import { LanguageClient, RevealOutputChannelOn, State, TransportKind } from 'vscode-languageclient/node';

type ProtocolEdit = Parameters<LanguageClient['protocol2CodeConverter']['asWorkspaceEdit']>[0] & object;

/** Devicetree LSP: where it is installed, it tells of mistakes in the language of device trees. */
const devicetreeExtension = 'kylebonnici.dts-lsp';

/** The running language server, as far as the rest of the extension knows it. */
export interface Connection {
  request<Result>(method: string, params: unknown): Promise<Result>;
  notify(method: string, params: unknown): Promise<void>;
  /** A workspace edit of the protocol as VS Code applies it. */
  workspaceEdit(edit: unknown): Promise<WorkspaceEdit>;
  onNotification<Params>(method: string, handler: (params: Params) => void): Disposable;
  /** Told from the end of `connect` on. After a crash the client starts the server again by itself, up to four times in three minutes. */
  onDidChangeState(handler: (state: 'starting' | 'running' | 'stopped') => void): Disposable;
  stop(): Promise<void>;
}

/** Starts the server in a process of its own and speaks to it over node IPC; settles when it has answered `initialize`. */
export async function connect(serverModule: string, output: LogOutputChannel): Promise<Connection> {
  const client = new LanguageClient(
    'jailhouseCells',
    'Jailhouse Cells',
    {
      run: { module: serverModule, transport: TransportKind.ipc },
      debug: { module: serverModule, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6009'] } },
    },
    {
      documentSelector: [
        { scheme: 'file', language: 'c' },
        { scheme: 'untitled', language: 'c' },
        // VS Code takes .h files for C++.
        { scheme: 'file', pattern: '**/*.h' },
        { scheme: 'file', pattern: '**/jailhouse.json' },
        // Device trees, config.txt and cmdline.txt: the server leaves those alone that belong to no system.
        { scheme: 'file', pattern: '**/*.{dts,dtsi,dtso,overlay,txt}' },
      ],
      // Ask on every edit: without this the client waits until the server says that something changed.
      diagnosticPullOptions: { onChange: true, onSave: false },
      // File events: the server registers for what it wants to know.
      outputChannel: output,
      traceOutputChannel: output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
    },
  );
  client.registerFeature({
    fillClientCapabilities: (capabilities) => {
      capabilities.experimental = {
        ...capabilities.experimental,
        showMemoryMap: true,
        deploy: true,
        devicetreeChecked: extensions.getExtension(devicetreeExtension) !== undefined,
      };
    },
    initialize: () => undefined,
    getState: () => ({ kind: 'static' }),
    clear: () => undefined,
  });
  await client.start();
  return {
    request: (method, params) => client.sendRequest(method, params),
    notify: (method, params) => client.sendNotification(method, params),
    workspaceEdit: (edit) => client.protocol2CodeConverter.asWorkspaceEdit(edit as ProtocolEdit),
    onNotification: (method, handler) => client.onNotification(method, handler),
    onDidChangeState: (handler) =>
      client.onDidChangeState(({ newState }) => {
        handler(newState === State.Running ? 'running' : newState === State.Starting ? 'starting' : 'stopped');
      }),
    stop: () => client.dispose(),
  };
}
