import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { PublishDiagnosticsParams } from 'vscode-languageserver';
import { createMessageConnection, type MessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';

/** A language server in a process of its own, spoken to over stdio as an editor does. */
export class LanguageServer {
  readonly connection: MessageConnection;
  /** Rejects when the server ends on its own: without it, a crash would leave the bench waiting for ever. */
  private readonly died: Promise<never>;
  private stopping = false;
  private readonly listeners = new Set<(params: PublishDiagnosticsParams) => void>();

  private constructor(private readonly child: ChildProcess) {
    if (!child.stdout || !child.stdin) throw new Error('the server has no stdio');
    this.died = new Promise((_resolve, reject) => {
      child.once('exit', (code, signal) => {
        if (!this.stopping) reject(new Error(`the language server ended by itself (${signal ?? `status ${code}`})`));
      });
    });
    // Looked at only where somebody waits for an answer.
    this.died.catch(() => undefined);
    this.connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
    this.connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      for (const listener of [...this.listeners]) listener(params);
    });
    this.connection.onRequest('client/registerCapability', () => null);
    this.connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) => items.map(() => null));
    this.connection.listen();
  }

  /** `textDocument`: further capabilities of the client. */
  static async start(command: string, args: readonly string[], folder: string, textDocument: object = {}): Promise<LanguageServer> {
    const child = spawn(command, args, { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    const server = new LanguageServer(child);
    const initialize = server.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: uriOf(folder),
      workspaceFolders: [{ uri: uriOf(folder), name: 'bench' }],
      capabilities: {
        textDocument: {
          publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true, versionSupport: true },
          ...textDocument,
        },
        workspace: { workspaceFolders: true },
      },
    });
    await Promise.race([initialize, server.died]);
    await server.connection.sendNotification('initialized', {});
    return server;
  }

  open(path: string, text: string): Promise<void> {
    return this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: uriOf(path), languageId: 'c', version: 1, text },
    });
  }

  /** Resolves with the next diagnostics of the document that satisfy the condition. */
  published(path: string, condition: (params: PublishDiagnosticsParams) => boolean): Promise<PublishDiagnosticsParams> {
    const answer = new Promise<PublishDiagnosticsParams>((resolve) => {
      const listener = (params: PublishDiagnosticsParams) => {
        if (params.uri !== uriOf(path) || !condition(params)) return;
        this.listeners.delete(listener);
        resolve(params);
      };
      this.listeners.add(listener);
    });
    return Promise.race([answer, this.died]);
  }

  /** Resident memory in bytes, from /proc (Linux only): VmRSS and its highest value so far. */
  memory(): { readonly now: number; readonly peak: number } | undefined {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
      const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
      return { now: kilobytes('VmRSS'), peak: kilobytes('VmHWM') };
    } catch {
      return undefined;
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    await ended;
    this.connection.dispose();
  }
}

export function uriOf(path: string): string {
  return pathToFileURL(path).href;
}
