import { type ChosenFix, chooseFixes } from '@jailhouse-cells/core/fixes/apply.ts';
import { suppressionFix } from '@jailhouse-cells/core/rules/suppressions.ts';
import type { Finding, Fix } from '@jailhouse-cells/core/source/finding.ts';
import { type CodeAction, CodeActionKind, type CodeActionParams, type Connection, type Diagnostic } from 'vscode-languageserver';
import type { Checking } from './checking.ts';
import type { ClientFeatures } from './client-features.ts';
import type { DiagnosticStore } from './diagnostic-store.ts';
import { placeFinding } from './diagnostics.ts';
import type { Engine } from './engine.ts';
import { guarded, type Log } from './guard.ts';
import { rangeOf, rangesTouch } from './positions.ts';
import { isVirtual, type Uris } from './uris.ts';
import type { WorkspaceEdits } from './workspace-edits.ts';

/** `source.fixAll` of this server alone, as clients name it in their settings for saving. */
export const fixAllKind = `${CodeActionKind.SourceFixAll}.jailhouse`;

/** A client that asks for `source` or `source.fixAll` gets what lies below too. */
function asksFor(only: readonly string[] | undefined, kind: string): boolean {
  return only === undefined || only.some((asked) => asked === '' || kind === asked || kind.startsWith(`${asked}.`));
}

/** The fixes of the findings at the caret or in the selection, as quick fixes. */
export class CodeActions {
  constructor(
    private readonly engine: Engine,
    private readonly store: DiagnosticStore,
    private readonly checking: Checking,
    private readonly edits: WorkspaceEdits,
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
    const wants = (kind: string): boolean => asksFor(context.only, kind);
    if (!wants(CodeActionKind.QuickFix) && !wants(fixAllKind)) return [];
    // The texts may have changed since the diagnostics were shown: edits are made for the present ones.
    for (const owner of new Set([path, ...this.store.ownersAt(path)])) this.checking.check(owner);
    const actions: CodeAction[] = [];
    const seen = new Set<string>();
    // Source actions come only when a client asks for them: on saving, or from its own menu.
    if (context.only !== undefined && wants(fixAllKind)) actions.push(...this.fixAllSource(path));
    if (!wants(CodeActionKind.QuickFix)) return actions;
    const rules = new Set<string>();
    const suppressions: CodeAction[] = [];
    for (const owner of new Set([path, ...this.store.ownersAt(path)])) {
      for (const finding of this.store.report(owner)?.findings ?? []) {
        const placed = placeFinding(finding, owner, this.textOf, this.uris, this.features());
        if (placed.path !== path || !rangesTouch(placed.diagnostic.range, range)) continue;
        for (const fix of finding.fixes) {
          const action = this.actionFor(finding, fix, placed.diagnostic);
          // Two configs that include the same file ask for the same edit of it.
          const key = JSON.stringify([action?.title, action?.edit]);
          if (action && !seen.has(key)) actions.push(action);
          seen.add(key);
        }
        if (finding.fixes.length > 0) rules.add(finding.rule);
        const suppress = finding.span.file === path ? suppressionFix(finding, this.textOf(path)) : undefined;
        if (suppress !== undefined && !seen.has(finding.rule)) {
          seen.add(finding.rule);
          const action = this.actionFor(finding, suppress, placed.diagnostic);
          if (action !== undefined) suppressions.push({ ...action, isPreferred: false });
        }
      }
    }
    for (const rule of rules) actions.push(...this.fixAllOf(path, rule));
    return [...actions, ...suppressions];
  }

  /** All safe fixes of one rule in the file, where there are several. */
  private fixAllOf(path: string, rule: string): CodeAction[] {
    const chosen = chooseFixes(
      path,
      this.findingsIn(path).filter((finding) => finding.rule === rule),
    );
    if (chosen.length < 2) return [];
    const action = this.together(path, `Fix all ${chosen.length} of ${rule} in this file`, CodeActionKind.QuickFix, chosen);
    return action === undefined ? [] : [action];
  }

  /** All safe fixes of the file that do not touch each other; what is left after them is for the next save. */
  private fixAllSource(path: string): CodeAction[] {
    const chosen = chooseFixes(path, this.findingsIn(path));
    const action = this.together(path, 'Fix all Jailhouse findings with safe fixes', fixAllKind, chosen);
    return action === undefined ? [] : [action];
  }

  private findingsIn(path: string): readonly Finding[] {
    return (this.store.report(path)?.findings ?? []).filter((finding) => finding.span.file === path);
  }

  private together(path: string, title: string, kind: string, chosen: readonly ChosenFix[]): CodeAction | undefined {
    if (chosen.length === 0 || isVirtual(path)) return undefined;
    const edits = chosen.flatMap(({ fix }) => fix.edits.map(({ span, newText }) => ({ range: rangeOf(span, this.textOf), newText })));
    return { title, kind, edit: this.edits.of(new Map([[path, edits]])) };
  }

  private readonly textOf = (path: string) => this.engine.text(path);

  private actionFor(finding: Finding, fix: Fix, diagnostic: Diagnostic): CodeAction | undefined {
    const edit = this.edits.ofFix(fix);
    if (edit === undefined) return undefined;
    return {
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      isPreferred: finding.fixes.length === 1 && fix.needsChoice !== true,
      edit,
    };
  }
}
