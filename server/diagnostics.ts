import type { Finding, Severity } from '@jailhouse-cells/core/source/finding.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import type { ClientFeatures } from './client-features.ts';
import { locationOf, rangeOf, type TextOf } from './positions.ts';
import { isVirtual, type Uris } from './uris.ts';

/** Where a rule's page is; the editor opens it from the diagnostic's code. */
export const rulePages = 'https://github.com/jailhouse-cells/jailhouse-cells/blob/main/docs/rules/';

export const diagnosticSource = 'jailhouse';

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** A finding as the client gets it, and the path of the document that it belongs to. */
export interface PlacedDiagnostic {
  readonly path: string;
  readonly diagnostic: Diagnostic;
}

/**
 * A finding is shown where its span lies, also in an included file. A built-in header is no file that anyone could mend, so a
 * finding inside one is shown at the `#include` that brings it in, with the place in the header as related information.
 */
export function placeFinding(finding: Finding, owner: string, textOf: TextOf, uris: Uris, features: ClientFeatures): PlacedDiagnostic {
  const inHeader = isVirtual(finding.span.file);
  const span = inHeader ? includeOf(finding.span.file, owner, textOf) : finding.span;
  const places = inHeader ? [{ span: finding.span, message: 'the place in the built-in header' }, ...finding.related] : finding.related;
  const related = places.map((place) => ({ location: locationOf(place.span, textOf, uris), message: place.message }));
  const diagnostic: Diagnostic = {
    range: rangeOf(span, textOf),
    severity: severities[finding.severity],
    code: finding.rule,
    source: diagnosticSource,
    message: finding.message,
  };
  if (features.codeDescription) diagnostic.codeDescription = { href: `${rulePages}${encodeURIComponent(finding.rule)}.md` };
  if (related.length > 0 && features.relatedInformation) diagnostic.relatedInformation = related;
  // A client that cannot show the other culprits still gets them, as text.
  if (related.length > 0 && !features.relatedInformation) {
    const lines = related.map(({ location, message }) => `${location.uri}:${location.range.start.line + 1}: ${message}`);
    diagnostic.message = [finding.message, ...lines].join('\n');
  }
  return { path: span.file, diagnostic };
}

/** The `#include` line of `owner` that names the header; else its first one, else its first character. */
function includeOf(header: string, owner: string, textOf: TextOf): Span {
  const text = textOf(owner)?.text ?? '';
  let first: Span | undefined;
  for (const found of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*([<"]([^>"\r\n]+)[>"])/gm)) {
    const start = found.index + found[0].length - (found[1]?.length ?? 0);
    const span = { file: owner, start, end: found.index + found[0].length };
    if (header.endsWith(`/${found[2]}`)) return span;
    first ??= span;
  }
  return first ?? { file: owner, start: 0, end: 0 };
}
