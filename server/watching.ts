import { type Connection, DidChangeWatchedFilesNotification, FileChangeType, type FileEvent, WatchKind } from 'vscode-languageserver';
import type { Checking } from './checking.ts';
import type { Engine } from './engine.ts';
import type { Folders } from './folders.ts';
import { describeThrown, guarded, type Log } from './guard.ts';
import type { Uris } from './uris.ts';

/**
 * Sources, headers, binaries, device trees, what the firmware reads (config.txt may include any text) and the project file; and whole folders,
 * which vanish and appear without an event for each file.
 */
const watchers = [
  { globPattern: '**/*.{c,h,cell,dts,dtsi,dtso,overlay,dtb,dtbo,txt}' },
  { globPattern: '**/jailhouse.json' },
  { globPattern: '**/*', kind: WatchKind.Create | WatchKind.Delete },
];

/** Files that change on disk: what depends on them is checked again. */
export class Watching {
  constructor(
    private readonly engine: Engine,
    private readonly checking: Checking,
    private readonly folders: Folders,
    private readonly uris: Uris,
  ) {}

  listen(connection: Connection, log: Log): void {
    const changed = ({ changes }: { changes: readonly FileEvent[] }) => this.take(changes);
    connection.onDidChangeWatchedFiles(guarded(log, 'taking in changed files', changed, () => undefined));
  }

  register(connection: Connection, log: Log): void {
    connection.client
      .register(DidChangeWatchedFilesNotification.type, { watchers })
      .catch((thrown: unknown) => log.error(`registering file watchers failed: ${describeThrown(thrown)}`));
  }

  private take(events: readonly FileEvent[]): void {
    const changed = events.flatMap(({ uri, type }) => {
      const path = this.uris.pathOf(uri);
      return path !== undefined && concerns(path) ? [{ path, type }] : [];
    });
    if (changed.length === 0) return;
    this.engine.invalidate(changed.map(({ path }) => path));
    for (const { path, type } of changed) if (type !== FileChangeType.Deleted) this.folders.reconsider(path);
    this.checking.askAgain();
  }
}

/** Ours by its ending, or perhaps a folder. Object files and the like, which builds write by the thousand, are not. */
function concerns(path: string): boolean {
  return !/\.(?:o|ko|a|so|d|cmd|mod|tmp|swp|lock|log|map|js|ts|py|pyc)$/i.test(path);
}
