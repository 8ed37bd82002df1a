import { type Disposable, EventEmitter, type LogOutputChannel } from 'vscode';
import type { Connection } from './language-client.ts';

export type ServerState = 'idle' | 'starting' | 'running' | 'failed';

/** Starts the language server at first need, restarts it, and says how it is. */
export class Server implements Disposable {
  private readonly changed = new EventEmitter<ServerState>();
  readonly onDidChangeState = this.changed.event;
  private current: ServerState = 'idle';
  private connecting: Promise<Connection> | undefined;
  private established: Connection | undefined;
  private readonly listeners: ((connection: Connection) => void)[] = [];

  constructor(
    private readonly module: string,
    private readonly output: LogOutputChannel,
  ) {}

  get state(): ServerState {
    return this.current;
  }

  /** Does something with each connection that will be made; its handlers outlive a crash of the server. */
  onConnection(listener: (connection: Connection) => void): void {
    this.listeners.push(listener);
  }

  /** The connection; starts the server if it is not running. Rejects when it does not start. */
  start(): Promise<Connection> {
    this.connecting ??= this.connect();
    return this.connecting;
  }

  /** The connection, if there is one; starts nothing. */
  get connection(): Connection | undefined {
    return this.established;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  private async connect(): Promise<Connection> {
    this.enter('starting');
    const began = performance.now();
    try {
      // The client library is most of the extension's code; it is loaded here and not at activation.
      const { connect } = await import('./language-client.ts');
      const connection = await connect(this.module, this.output);
      for (const listener of this.listeners) listener(connection);
      connection.onDidChangeState((state) => {
        // Told of the end that `stop` asked for, too; by then another connection may be there.
        if (this.established === connection) this.enter(state === 'stopped' ? 'failed' : state);
      });
      this.established = connection;
      this.output.info(`Language server started in ${Math.round(performance.now() - began)} ms`);
      this.enter('running');
      return connection;
    } catch (error) {
      this.connecting = undefined;
      this.output.error(`The language server did not start: ${error instanceof Error ? error.message : String(error)}`);
      this.enter('failed');
      throw error;
    }
  }

  async stop(): Promise<void> {
    const connecting = this.connecting;
    this.connecting = undefined;
    this.established = undefined;
    this.enter('idle');
    try {
      await (await connecting)?.stop();
    } catch (error) {
      // It had crashed or never started: nothing is left to be stopped.
      this.output.debug(`Stopping the language server: ${String(error)}`);
    }
  }

  private enter(state: ServerState): void {
    if (state === this.current) return;
    this.current = state;
    this.changed.fire(state);
  }

  dispose(): void {
    this.stop().finally(() => this.changed.dispose());
  }
}
