import { baseName } from '@jailhouse-cells/core/source/paths.ts';
import type { FileReport } from '@jailhouse-cells/core/workspace/report.ts';
import {
  type KnownConfig,
  type KnownSystem,
  type KnownSystems,
  systemsChangedNotification,
  systemsRequest,
} from '@jailhouse-cells/protocol/messages.ts';
import { type Connection, RequestType0 } from 'vscode-languageserver';
import type { Checking } from './checking.ts';
import type { DiagnosticStore } from './diagnostic-store.ts';
import type { Engine } from './engine.ts';
import { isProjectFile } from './folder-search.ts';
import { describeThrown, guarded, type Log } from './guard.ts';
import type { Uris } from './uris.ts';

const none: KnownSystems = { systems: [], loneCells: [], complete: false };

/** Tells which systems the workspace has, and says so again when they are others. */
export class SystemsRequests {
  /** What the client was told last; undefined: it never asked. */
  private told: string | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly engine: Engine,
    private readonly store: Pick<DiagnosticStore, 'report'>,
    private readonly checking: Pick<Checking, 'paths' | 'isDone'>,
    private readonly uris: Uris,
    private readonly log: Log,
  ) {}

  listen(): void {
    const answer = (): KnownSystems => {
      const known = this.known();
      this.told = JSON.stringify(known);
      return known;
    };
    this.connection.onRequest(
      new RequestType0<KnownSystems, void>(systemsRequest),
      guarded(this.log, `answering ${systemsRequest}`, answer, () => none),
    );
  }

  /** Something was checked. The client hears of it when all is: nobody who types waits for the list. */
  settled(): void {
    if (this.told === undefined || !this.checking.isDone) return;
    const known = this.known();
    const now = JSON.stringify(known);
    if (now === this.told) return;
    this.told = now;
    this.connection
      .sendNotification(systemsChangedNotification, known)
      .catch((thrown: unknown) => this.log.error(`telling of the systems failed: ${describeThrown(thrown)}`));
  }

  private known(): KnownSystems {
    /** By path of the system config. */
    const systems = new Map<string, { name: string; from: KnownSystem['from']; configs: Set<string> }>();
    const lone: string[] = [];
    for (const path of this.configs()) {
      const { system, config } = this.report(path);
      if (system !== undefined) {
        const { name, from, rootCell, cells } = system;
        const there = systems.get(rootCell) ?? { name, from, configs: new Set([rootCell]) };
        systems.set(rootCell, there);
        for (const cell of cells) there.configs.add(cell);
      } else if (config?.kind === 'system') systems.set(path, { name: config.cell.name.value, from: 'naming', configs: new Set([path]) });
      else lone.push(path);
    }
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    return {
      systems: [...systems]
        .map(
          ([root, { name, from, configs }]): KnownSystem => ({
            name,
            rootUri: this.uris.uriOf(root),
            from,
            configs: [...configs].map((path) => this.knownConfig(path)),
          }),
        )
        .sort((a, b) => byName(a, b) || (a.rootUri < b.rootUri ? -1 : 1)),
      loneCells: lone.map((path) => this.knownConfig(path)).sort(byName),
      complete: this.checking.isDone,
    };
  }

  /** Those that were found or are open, and those that a jailhouse.json names, wherever they are. */
  private configs(): ReadonlySet<string> {
    const configs = new Set<string>();
    for (const path of this.checking.paths) {
      if (isProjectFile(path)) for (const config of this.engine.configsIn(path)) configs.add(config);
      else if (this.engine.isConfig(path)) configs.add(path);
    }
    return configs;
  }

  private report(path: string): FileReport {
    return this.store.report(path) ?? this.engine.check(path);
  }

  private knownConfig(path: string): KnownConfig {
    const { config, findings } = this.report(path);
    const count = (wanted: string) => findings.filter(({ severity }) => severity === wanted).length;
    return {
      uri: this.uris.uriOf(path),
      name: config?.cell.name.value ?? baseName(path),
      errors: count('error'),
      warnings: count('warning'),
    };
  }
}
