import { treeFactsAt } from '@jailhouse-cells/core/workspace/tree-facts.ts';
import { type Connection, type Hover, type HoverParams, MarkupKind } from 'vscode-languageserver';
import type { Engine } from './engine.ts';
import { guarded, type Log } from './guard.ts';
import { rangeOf } from './positions.ts';
import type { Uris } from './uris.ts';

/** In device trees of a known system: the address range behind `reg` and who has it, the INTID behind `interrupts`. */
export function answerHovers(connection: Connection, engine: Engine, uris: Uris, log: Log): void {
  const hover = ({ textDocument, position }: HoverParams): Hover | null => {
    const path = uris.pathOf(textDocument.uri);
    const text = path === undefined ? undefined : engine.text(path);
    if (path === undefined || text === undefined) return null;
    const facts = treeFactsAt(engine, path, text.offsetAt(position));
    if (facts === undefined) return null;
    const value = [`\`${facts.node}\``, ...facts.lines.map((line) => `- ${escaped(line)}`)].join('\n');
    return { contents: { kind: MarkupKind.Markdown, value }, range: rangeOf(facts.span, (file) => engine.text(file)) };
  };
  connection.onHover(guarded(log, 'answering textDocument/hover', hover, () => null));
}

/** Names come out of the user's files: they are text, not markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+!|<>~]/g, '\\$&');
}
