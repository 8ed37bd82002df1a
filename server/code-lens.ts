import type { Config } from '@jailhouse-cells/core/config/model.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import { spanShift } from '@jailhouse-cells/core/workspace/text-shift.ts';
import type { CodeLens, CodeLensParams, Connection } from 'vscode-languageserver';
import type { Engine } from './engine.ts';
import { guarded, type Log } from './guard.ts';
import { rangeOf } from './positions.ts';
import type { Uris } from './uris.ts';

/** A command of the client, not of the server: only a client that says it has it (experimental capability `showMemoryMap`) gets the lens. */
const showMemoryMap = 'jailhouseCells.showMemoryMap';

/** "Show memory map" above the config object of each config that belongs to a known system. */
export function answerCodeLenses(connection: Connection, engine: Engine, uris: Uris, log: Log): void {
  const lenses = ({ textDocument: { uri } }: CodeLensParams): CodeLens[] => {
    const path = uris.pathOf(uri);
    if (path === undefined || !engine.isConfig(path)) return [];
    const { config, system, current } = engine.check(path);
    if (config?.origin !== 'source' || (system === undefined && config.kind === 'cell')) return [];
    const textOf = (file: string) => engine.text(file);
    const span = objectSpan(config, path, current ? undefined : textOf(path)?.text);
    if (span === undefined) return [];
    return [{ range: rangeOf(span, textOf), command: { title: 'Show memory map', command: showMemoryMap, arguments: [uri] } }];
  };
  connection.onCodeLens(guarded(log, 'answering textDocument/codeLens', lenses, () => []));
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
