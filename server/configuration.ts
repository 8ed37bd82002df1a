import { readSettings, type UserSettings } from '@jailhouse-cells/core/settings/read-settings.ts';
import { settingsSection } from '@jailhouse-cells/core/settings/settings.ts';
import {
  type Connection,
  DidChangeConfigurationNotification,
  type InitializeParams,
  MessageType,
  ShowMessageNotification,
} from 'vscode-languageserver';
import type { ClientFeatures } from './client-features.ts';
import { describeThrown, guarded, type Log } from './guard.ts';

/** How long the first check waits for a client that does not answer the question for its settings, in milliseconds. */
const longestWait = 2000;

/**
 * The user's settings: asked of the client (workspace/configuration), or what it pushes (workspace/didChangeConfiguration), or
 * what it gave at the start (initializationOptions); both of the latter either with the section around them or without.
 */
export class Configuration {
  private section: unknown;
  private problems = '';
  private asked = 0;

  constructor(
    private readonly connection: Connection,
    private readonly base: () => { readonly folder: string | undefined; readonly home: string | undefined },
    private readonly features: () => ClientFeatures,
    private readonly log: Log,
    private readonly apply: (settings: UserSettings) => void,
  ) {}

  initialize(params: InitializeParams): void {
    this.section = sectionOf(params.initializationOptions);
  }

  listen(): void {
    const changed = async ({ settings }: { settings: unknown }): Promise<void> => {
      if (this.features().configuration) return this.ask();
      this.section = sectionOf(settings);
      this.take();
    };
    this.connection.onDidChangeConfiguration(guarded(this.log, 'taking in changed settings', changed, () => undefined));
  }

  /** Applies the first settings; resolves as soon as they are known, or the client keeps silent. */
  async start(): Promise<void> {
    if (this.features().configuration && this.features().registerConfiguration) {
      this.connection.client
        .register(DidChangeConfigurationNotification.type, { section: settingsSection })
        .catch((thrown: unknown) => this.log.error(`registering for settings failed: ${describeThrown(thrown)}`));
    }
    if (!this.features().configuration) {
      this.take();
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<'silent'>((resolve) => {
      timer = setTimeout(() => resolve('silent'), longestWait);
    });
    const answer = await Promise.race([this.ask(), tooLong]);
    clearTimeout(timer);
    if (answer === 'silent') this.take();
  }

  /** Reads the settings again, as when relative paths start somewhere else. */
  take(): void {
    const settings = readSettings(this.section, this.base());
    this.apply(settings);
    const problems = settings.problems.join('\n');
    if (problems !== '' && problems !== this.problems) this.warn(problems);
    this.problems = problems;
  }

  /** A notification: the request of the same purpose would wait for a button that is not there. */
  private warn(message: string): void {
    this.connection
      .sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message })
      .catch((thrown: unknown) => this.log.error(`showing a message failed: ${describeThrown(thrown)}`));
  }

  private async ask(): Promise<void> {
    const asked = ++this.asked;
    try {
      const section: unknown = await this.connection.workspace.getConfiguration(settingsSection);
      // A later question is under way: its answer counts.
      if (asked !== this.asked) return;
      this.section = section;
    } catch (thrown) {
      this.log.error(`asking for settings failed: ${describeThrown(thrown)}`);
    }
    this.take();
  }
}

function sectionOf(values: unknown): unknown {
  if (typeof values !== 'object' || values === null) return undefined;
  return settingsSection in values ? (values as Readonly<Record<string, unknown>>)[settingsSection] : values;
}
