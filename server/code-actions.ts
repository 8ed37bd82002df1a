import type { Finding, Fix } from '@jailhouse-cells/core/source/finding.ts';
import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Connection,
  type Diagnostic,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { Checking } from './checking.ts';
import type { ClientFeatures } from './client-features.ts';
import type { DiagnosticStore } from './diagnostic-store.ts';
import { placeFinding } from './diagnostics.ts';
import type { Engine } from './engine.ts';
import { guarded, type Log } from './guard.ts';
import type { OpenDocuments } from './open-documents.ts';
import { rangeOf, rangesTouch } from './positions.ts';
import { isVirtual, type Uris } from './uris.ts';

/** The fixes of the findings at the caret or in the selection, as quick fixes. */
export class CodeActions {
  constructor(
    private readonly engine: Engine,
    private readonly store: DiagnosticStore,
    private readonly checking: Checking,
    private readonly documents: OpenDocuments,
    private readonly uris: Uris,
    private readonly features: () => ClientFeatures,
  ) {}

  listen(connection: Connection, log: Log): void {
    const answer = (params: CodeActionParams) => this.at(params);
    connection.onCodeAction(guarded(log, 'answering textDocument/codeAction', answer, () => []));
  }

  private at({ textDocument, range, context }: CodeActionParams): CodeAction[] {
    const path = this.uris.pathOf(textDocument.uri);
    // Without literals a client takes commands only; ours are edits.
    if (path === undefined || !this.features().codeActionLiterals) return [];
    if (context.only && !context.only.some((kind) => kind === '' || kind === CodeActionKind.QuickFix)) return [];
    // The texts may have changed since the diagnostics were shown: edits are made for the present ones.
    for (const owner of new Set([path, ...this.store.ownersAt(path)])) this.checking.check(owner);
    const actions: CodeAction[] = [];
    const seen = new Set<string>();
    for (const owner of new Set([path, ...this.store.ownersAt(path)])) {
      for (const finding of this.store.report(owner)?.findings ?? []) {
        if (finding.fixes.length === 0) continue;
        const placed = placeFinding(finding, owner, this.textOf, this.uris, this.features());
        if (placed.path !== path || !rangesTouch(placed.diagnostic.range, range)) continue;
        for (const fix of finding.fixes) {
          const action = this.actionFor(finding, fix, placed.diagnostic);
          // Two configs that include the same file ask for the same edit of it.
          const key = JSON.stringify([action?.title, action?.edit]);
          if (action && !seen.has(key)) actions.push(action);
          seen.add(key);
        }
      }
    }
    return actions;
  }

  private readonly textOf = (path: string) => this.engine.text(path);

  private actionFor(finding: Finding, fix: Fix, diagnostic: Diagnostic): CodeAction | undefined {
    // Built-in headers are read-only; a fix that touches one cannot be applied.
    if (fix.edits.length === 0 || fix.edits.some(({ span }) => isVirtual(span.file))) return undefined;
    const edits = new Map<string, TextEdit[]>();
    for (const { span, newText } of fix.edits) {
      const edit = { range: rangeOf(span, this.textOf), newText };
      const there = edits.get(span.file);
      if (there) there.push(edit);
      else edits.set(span.file, [edit]);
    }
    return {
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      isPreferred: finding.fixes.length === 1,
      edit: this.workspaceEdit(edits),
    };
  }

  /** With the versions of the open documents, so that a client refuses an edit made for a text that is gone. */
  private workspaceEdit(edits: ReadonlyMap<string, TextEdit[]>): WorkspaceEdit {
    if (!this.features().documentChanges) {
      return { changes: Object.fromEntries([...edits].map(([path, list]) => [this.uris.uriOf(path), list])) };
    }
    return {
      documentChanges: [...edits].map(([path, list]) => ({
        textDocument: { uri: this.uris.uriOf(path), version: this.documents.version(path) ?? null },
        edits: list,
      })),
    };
  }
}
