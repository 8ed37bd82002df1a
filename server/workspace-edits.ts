import type { Fix } from '@jailhouse-cells/core/source/finding.ts';
import { CreateFile, type TextEdit, type WorkspaceEdit } from 'vscode-languageserver';
import type { ClientFeatures } from './client-features.ts';
import type { Engine } from './engine.ts';
import type { OpenDocuments } from './open-documents.ts';
import { rangeOf } from './positions.ts';
import { isVirtual, type Uris } from './uris.ts';

/** Turns fixes into edits as the client takes them. */
export class WorkspaceEdits {
  constructor(
    private readonly engine: Engine,
    private readonly documents: OpenDocuments,
    private readonly uris: Uris,
    private readonly features: () => ClientFeatures,
  ) {}

  /** False for a fix that edits nothing or a built-in header, which is read-only, and for new files where the client makes none. */
  canApply({ edits, newFiles = [] }: Fix): boolean {
    if (edits.length + newFiles.length === 0 || edits.some(({ span }) => isVirtual(span.file))) return false;
    return newFiles.length === 0 || (this.features().createFiles && this.features().documentChanges);
  }

  /** Undefined for a fix that cannot be applied. */
  ofFix(fix: Fix): WorkspaceEdit | undefined {
    if (!this.canApply(fix)) return undefined;
    const edits = new Map<string, TextEdit[]>();
    for (const { span, newText } of fix.edits) {
      const edit = { range: rangeOf(span, (path) => this.engine.text(path)), newText };
      const there = edits.get(span.file);
      if (there) there.push(edit);
      else edits.set(span.file, [edit]);
    }
    return this.of(edits, fix.newFiles);
  }

  /** With the versions of the open documents, so that a client refuses an edit made for a text that is gone. */
  of(edits: ReadonlyMap<string, TextEdit[]>, newFiles: Fix['newFiles'] = []): WorkspaceEdit {
    if (!this.features().documentChanges) {
      return { changes: Object.fromEntries([...edits].map(([path, list]) => [this.uris.uriOf(path), list])) };
    }
    const atStart = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    return {
      documentChanges: [
        ...newFiles.flatMap(({ path, text }) => {
          const uri = this.uris.uriOf(path);
          return [CreateFile.create(uri), { textDocument: { uri, version: null }, edits: [{ range: atStart, newText: text }] }];
        }),
        ...[...edits].map(([path, list]) => ({
          textDocument: { uri: this.uris.uriOf(path), version: this.documents.version(path) ?? null },
          edits: list,
        })),
      ],
    };
  }
}
