import { type BuildParams, type BuildResult, buildRequest } from '@jailhouse-cells/protocol/messages.ts';
import { type Connection, RequestType } from 'vscode-languageserver';
import type { Engine } from './engine.ts';
import { describeThrown, guarded, type Log } from './guard.ts';
import type { Uris } from './uris.ts';

/** Where a built `.cell` goes. */
export interface BuildPlaces {
  /** From the settings; undefined: beside the config. */
  outputFolder(): string | undefined;
  /** The workspace folder around a config: below the output folder, paths stay as they are below this one. */
  folderAround(path: string): string | undefined;
  /** Writes a whole file or nothing; a sentence says what went wrong, undefined that all is well. */
  write(path: string, bytes: Uint8Array): Promise<string | undefined>;
}

/** Builds the `.cell` of a config from the text that the editor shows, saved or not. */
export class Build {
  constructor(
    private readonly engine: Engine,
    private readonly uris: Uris,
    private readonly places: BuildPlaces,
  ) {}

  listen(connection: Connection, log: Log): void {
    const failed = (thrown: unknown): BuildResult => refuse(`The build failed: ${describeThrown(thrown).split('\n', 1)[0]}`);
    const answer = (params: BuildParams): Promise<BuildResult> => this.build(params);
    connection.onRequest(
      new RequestType<BuildParams, BuildResult, void>(buildRequest),
      guarded(log, `answering ${buildRequest}`, answer, failed),
    );
  }

  private async build({ uri, force }: BuildParams): Promise<BuildResult> {
    const path = this.uris.pathOf(uri);
    if (path === undefined || !uri.startsWith('file:')) return refuse('Save the document first: the .cell file is written beside it.');
    if (!this.engine.isConfig(path)) return refuse('This file defines no Jailhouse config: there is nothing to build.');
    const report = this.engine.check(path);
    const errors = report.findings.filter(({ severity }) => severity === 'error').length;
    if (report.config?.origin === 'binary') return refuse('This is a built .cell file already.');
    // The last good model is not what the text says: forcing must not write it as if it were.
    if (!report.config || !report.current) return refuse('The text cannot be read as a config yet: mend the errors first.', errors);
    if (errors > 0 && force !== true) {
      return refuse(`Nothing was written: the config has ${errors === 1 ? 'an error' : `${errors} errors`}.`, errors);
    }
    const target = this.targetOf(path);
    const { bytes } = report.config;
    const failure = await this.places.write(target, bytes);
    return failure === undefined ? { ok: true, path: target, bytes: bytes.length } : refuse(failure);
  }

  private targetOf(path: string): string {
    const cell = path.replace(/\.c$/, '.cell');
    const output = this.places.outputFolder();
    if (output === undefined) return cell;
    const folder = this.places.folderAround(path);
    const relative = folder === undefined ? cell.slice(cell.lastIndexOf('/') + 1) : cell.slice(folder.length).replace(/^\//, '');
    return `${output.replace(/\/$/, '')}/${relative}`;
  }
}

function refuse(message: string, errors = 0): BuildResult {
  return { ok: false, message, errors };
}
