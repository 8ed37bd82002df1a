import type { Config } from '@jailhouse-cells/core/config/model.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import { spanShift } from '@jailhouse-cells/core/workspace/text-shift.ts';
import { type CodeLens, type CodeLensParams, CodeLensRefreshRequest, type Connection, type Range } from 'vscode-languageserver';
import type { ClientFeatures } from './client-features.ts';
import type { Engine } from './engine.ts';
import { describeThrown, guarded, type Log } from './guard.ts';
import { rangeOf } from './positions.ts';
import type { Uris } from './uris.ts';

/** Commands of the client, not of the server: only a client that says it has them (experimental capabilities `showMemoryMap`, `deploy`) gets the lenses. */
const showMemoryMap = 'jailhouseCells.showMemoryMap';
const deploy = 'jailhouseCells.deploy';

/** "Show memory map" and "Deploy" above the config object of each config that belongs to a known system. */
export class CodeLenses {
  /** Whether a document had the lens when the client last asked; by path. */
  private readonly given = new Map<string, boolean>();
  private refreshing = false;

  constructor(
    private readonly connection: Connection,
    private readonly engine: Engine,
    private readonly uris: Uris,
    private readonly features: () => ClientFeatures,
    private readonly log: Log,
  ) {}

  listen(): void {
    const lenses = ({ textDocument: { uri } }: CodeLensParams): CodeLens[] => {
      const path = this.uris.pathOf(uri);
      if (path === undefined) return [];
      const range = this.rangeIn(path);
      this.given.set(path, range !== undefined);
      if (range === undefined) return [];
      return [
        { range, command: { title: 'Show memory map', command: showMemoryMap, arguments: [uri] } },
        ...(this.features().deploy ? [{ range, command: { title: 'Deploy', command: deploy, arguments: [uri] } }] : []),
      ];
    };
    this.connection.onCodeLens(guarded(this.log, 'answering textDocument/codeLens', lenses, () => []));
  }

  /** A document was checked: another file may have made it a config of a system, or taken that away. */
  checked(path: string): void {
    const before = this.given.get(path);
    if (before === undefined || this.refreshing || !this.features().refreshCodeLenses) return;
    if ((this.rangeIn(path) !== undefined) === before) return;
    this.refreshing = true;
    // The answer comes when the client has taken note; it asks for the lenses of its editors by itself.
    this.connection
      .sendRequest(CodeLensRefreshRequest.type)
      .catch((thrown: unknown) => this.log.error(`asking to refresh the code lenses failed: ${describeThrown(thrown)}`))
      .finally(() => {
        this.refreshing = false;
      });
  }

  closed(path: string): void {
    this.given.delete(path);
  }

  private rangeIn(path: string): Range | undefined {
    if (!this.engine.isConfig(path)) return undefined;
    const { config, system, current } = this.engine.check(path);
    if (config?.origin !== 'source' || (system === undefined && config.kind === 'cell')) return undefined;
    const textOf = (file: string) => this.engine.text(file);
    const span = objectSpan(config, path, current ? undefined : textOf(path)?.text);
    return span && rangeOf(span, textOf);
  }
}

/**
 * The name of the config object; the start of the file where an included file defines it. While the text is half typed, the name is looked for at
 * its place in the text that could be read last, so that the lens does not come and go.
 *
 * @param later The half typed text; undefined when the config is that of the present text.
 */
function objectSpan({ shape }: Config, path: string, later: string | undefined): Span | undefined {
  if (shape?.source === undefined || shape.objectSpan.file !== path) return { file: path, start: 0, end: 0 };
  return later === undefined ? shape.objectSpan : spanShift(path, shape.source.text, later)(shape.objectSpan);
}
