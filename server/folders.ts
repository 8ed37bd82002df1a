import type { FileSystem } from '@jailhouse-cells/core/source/file-system.ts';
import type { Connection, InitializeParams, WorkspaceFolder } from 'vscode-languageserver';
import type { Checking } from './checking.ts';
import { mayBeChecked, searchFolder } from './folder-search.ts';
import { guarded, type Log } from './guard.ts';
import type { Uris } from './uris.ts';

/** The workspace folders: every config below them is checked, open or not. */
export class Folders {
  private paths: string[] = [];

  constructor(
    private readonly fs: FileSystem,
    private readonly checking: Checking,
    private readonly uris: Uris,
  ) {}

  /** Takes over the folders of `initialize`; older clients name a single root. */
  initialize(params: InitializeParams): void {
    const root = params.rootUri ? [{ uri: params.rootUri }] : [];
    this.set(this.pathsOf(params.workspaceFolders ?? root));
  }

  /** To be called when the client is known to have workspace folders. `moved` hears that the first folder may be another. */
  listen(connection: Connection, log: Log, moved: () => void): void {
    const changed = ({ added, removed }: { added: readonly WorkspaceFolder[]; removed: readonly WorkspaceFolder[] }) => {
      const gone = new Set(this.pathsOf(removed));
      this.set([...this.paths.filter((path) => !gone.has(path)), ...this.pathsOf(added)]);
      moved();
    };
    connection.workspace.onDidChangeWorkspaceFolders(guarded(log, 'changing workspace folders', changed, () => undefined));
  }

  /** The folder that relative settings and unsaved documents refer to. */
  get first(): string | undefined {
    return this.paths[0];
  }

  /** The innermost workspace folder around a path. */
  around(path: string): string | undefined {
    return this.paths.filter((folder) => isBelow(path, folder)).sort((a, b) => b.length - a.length)[0];
  }

  /** Looks at a file or folder that is new or has changed, or is no longer open in the editor. */
  reconsider(path: string): void {
    if (this.around(path) === undefined) return;
    if (this.fs.stat(path) === 'directory') this.checking.search(searchFolder(this.fs, path));
    else if (mayBeChecked(path)) this.checking.consider([path]);
  }

  private set(paths: readonly string[]): void {
    this.paths = [...new Set(paths)];
    this.uris.placeUntitledIn(this.first);
    this.checking.forgetFound((path) => this.around(path) === undefined);
    for (const folder of this.paths) this.checking.search(searchFolder(this.fs, folder));
  }

  private pathsOf(folders: readonly { readonly uri: string }[]): string[] {
    return folders.flatMap(({ uri }) => {
      const path = uri.startsWith('file:') ? this.uris.pathOf(uri) : undefined;
      return path === undefined ? [] : [path.replace(/(?<=[^/])\/$/, '')];
    });
  }
}

export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
