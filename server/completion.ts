import type { FileSystem } from '@jailhouse-cells/core/source/file-system.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { pathProposalsAt } from '@jailhouse-cells/core/workspace/project-completion.ts';
import { type CompletionItem, CompletionItemKind, type CompletionParams, type Connection } from 'vscode-languageserver';
import type { Engine } from './engine.ts';
import { isProjectFile } from './folder-search.ts';
import { guarded, type Log } from './guard.ts';
import { rangeOf } from './positions.ts';
import type { Uris } from './uris.ts';

/** Characters that open a proposal of paths. */
export const completionTriggers = ['"', '/'];

/** Paths of files that exist, in a jailhouse.json; its members come from the schema, which editors read themselves. */
export function answerCompletions(connection: Connection, engine: Engine, fs: FileSystem, uris: Uris, log: Log): void {
  const complete = ({ textDocument, position }: CompletionParams): CompletionItem[] => {
    const path = uris.pathOf(textDocument.uri);
    const text = path === undefined || !isProjectFile(path) ? undefined : engine.text(path);
    if (path === undefined || text === undefined) return [];
    const found = pathProposalsAt(new SourceFile(path, text.text), text.offsetAt(position), (folder) => fs.list(folder));
    if (found === undefined) return [];
    const range = rangeOf(found.span, (file) => engine.text(file));
    return found.proposals.map(({ text: proposal, kind }) => ({
      label: proposal,
      kind: kind === 'directory' ? CompletionItemKind.Folder : CompletionItemKind.File,
      filterText: proposal,
      textEdit: { range, newText: proposal },
    }));
  };
  connection.onCompletion(guarded(log, 'answering textDocument/completion', complete, () => []));
}
