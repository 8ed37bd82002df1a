import type { LineIndex } from '@jailhouse-cells/core/source/span.ts';
import type { FileReport } from '@jailhouse-cells/core/workspace/report.ts';
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import type { ClientFeatures } from './client-features.ts';
import { diagnosticSource, placeFinding } from './diagnostics.ts';
import type { TextOf } from './positions.ts';
import type { Uris } from './uris.ts';

/** More than this many in one document help nobody and make editors slow; the last entry says how many were left out. */
export const mostPerDocument = 1000;

/** What is to be shown in one document. */
export interface DocumentDiagnostics {
  readonly diagnostics: readonly Diagnostic[];
  /** Changes exactly when the diagnostics do. */
  readonly resultId: string;
}

const nothing: DocumentDiagnostics = { diagnostics: [], resultId: 'none' };

/** One config's last report, spread over the documents that its findings lie in. */
interface Contribution {
  readonly report: FileReport;
  /** The texts that positions were computed from; the same report has other positions when one of them is another. */
  readonly texts: ReadonlyMap<string, LineIndex | undefined>;
  readonly byPath: ReadonlyMap<string, readonly Diagnostic[]>;
}

/**
 * Which diagnostics each document shows, and which configs they come from. Several configs may include one file and each may find
 * something in it: the document shows the union, and what a config no longer finds goes as soon as no other finds it.
 */
export class DiagnosticStore {
  private readonly owners = new Map<string, Contribution>();
  private readonly ownersOf = new Map<string, Set<string>>();
  private readonly shown = new Map<string, DocumentDiagnostics & { readonly key: string }>();
  private lastId = 0;

  constructor(
    private readonly textOf: TextOf,
    private readonly uris: Uris,
    private readonly features: () => ClientFeatures,
  ) {}

  /** Takes in a config's report, or forgets the config; returns the paths whose diagnostics changed. */
  update(owner: string, report: FileReport | undefined): string[] {
    const before = this.owners.get(owner);
    if (report && before?.report === report && [...before.texts].every(([path, text]) => this.textOf(path) === text)) return [];
    const after = report && this.contributionOf(report);
    if (after) this.owners.set(owner, after);
    else this.owners.delete(owner);
    const touched = new Set([...(before?.byPath.keys() ?? []), ...(after?.byPath.keys() ?? [])]);
    return [...touched].filter((path) => {
      this.link(owner, path, after?.byPath.has(path) === true);
      return this.merge(path);
    });
  }

  of(path: string): DocumentDiagnostics {
    return this.shown.get(path) ?? nothing;
  }

  /** Paths of all documents that show something. */
  paths(): IterableIterator<string> {
    return this.shown.keys();
  }

  /** The configs whose findings lie in the document. */
  ownersAt(path: string): readonly string[] {
    return [...(this.ownersOf.get(path) ?? [])];
  }

  report(owner: string): FileReport | undefined {
    return this.owners.get(owner)?.report;
  }

  /** The documents that a config's findings lie in. */
  pathsOf(owner: string): readonly string[] {
    return [...(this.owners.get(owner)?.byPath.keys() ?? [])];
  }

  private contributionOf(report: FileReport): Contribution {
    const byPath = new Map<string, Diagnostic[]>();
    const texts = new Map<string, LineIndex | undefined>();
    for (const finding of report.findings) {
      if (this.features().devicetreeChecked && isTreeLanguage(finding.rule)) continue;
      for (const { span } of [finding, ...finding.related]) if (!texts.has(span.file)) texts.set(span.file, this.textOf(span.file));
      const { path, diagnostic } = placeFinding(finding, report.path, this.textOf, this.uris, this.features());
      const there = byPath.get(path);
      if (there) there.push(diagnostic);
      else byPath.set(path, [diagnostic]);
    }
    return { report, texts, byPath };
  }

  private link(owner: string, path: string, contributes: boolean): void {
    const owners = this.ownersOf.get(path) ?? new Set<string>();
    if (contributes) this.ownersOf.set(path, owners.add(owner));
    else if (owners.delete(owner) && owners.size === 0) this.ownersOf.delete(path);
  }

  /** True when what the document shows changed. */
  private merge(path: string): boolean {
    const merged = new Map<string, Diagnostic>();
    // A document's own findings first, then those of the configs that include it, always in the same order.
    const owners = [...this.ownersAt(path)].sort((a, b) => (a === path ? -1 : b === path ? 1 : a < b ? -1 : 1));
    for (const owner of owners) {
      for (const diagnostic of this.owners.get(owner)?.byPath.get(path) ?? []) {
        const { range, code, message } = diagnostic;
        const key = JSON.stringify([range, code, message]);
        if (!merged.has(key)) merged.set(key, diagnostic);
      }
    }
    const diagnostics = limited([...merged.values()]);
    const key = JSON.stringify(diagnostics);
    if (key === (this.shown.get(path)?.key ?? '[]')) return false;
    if (diagnostics.length === 0) this.shown.delete(path);
    else this.shown.set(path, { diagnostics, key, resultId: String(++this.lastId) });
    return true;
  }
}

/** What any checker of device trees says, not only one that knows Jailhouse. */
function isTreeLanguage(rule: string): boolean {
  return rule === 'dts-syntax' || rule === 'dts-reference' || rule === 'dts-include';
}

function limited(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length <= mostPerDocument) return diagnostics;
  const byWeight = [...diagnostics].sort((a, b) => (a.severity ?? 0) - (b.severity ?? 0));
  const kept = byWeight.slice(0, mostPerDocument - 1);
  const rest: Diagnostic = {
    range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    severity: DiagnosticSeverity.Information,
    source: diagnosticSource,
    message: `${diagnostics.length - kept.length} more findings in this file are not shown; the command line lists them all.`,
  };
  return [...kept, rest];
}
