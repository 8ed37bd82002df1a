import { createHash } from 'node:crypto';
import type { Finding, Fix, Severity } from '@jailhouse-cells/core/source/finding.ts';
import { isInside, relativePath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import { encodeSegments, fileUri } from '../paths.ts';
import { version } from '../version.ts';
import { locate, type Place, type PlaceSource } from './place.ts';
import type { CheckResult } from './result.ts';
import { rulePage, ruleText } from './rule-page.ts';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

const rootId = 'SRCROOT';

/** One SARIF 2.1.0 log (OASIS standard) with all findings of all levels. */
export function sarifLog(result: CheckResult, source: PlaceSource): object {
  const ruleIds = [...new Set(result.findings.map(({ finding }) => finding.rule))].sort();
  const ruleIndex = new Map(ruleIds.map((id, index) => [id, index]));
  const seen = new Map<string, number>();
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'jailhouse-cells',
            version,
            semanticVersion: version,
            informationUri: 'https://github.com/jailhouse-cells/jailhouse-cells',
            rules: ruleIds.map(ruleDescriptor),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [rootId]: { uri: `${fileUri(source.cwd).replace(/\/$/, '')}/` } },
        results: result.findings.map(({ finding }) => resultOf(finding)),
      },
    ],
  };

  function resultOf(finding: Finding): object {
    const place = locate(source, finding.span);
    return {
      ruleId: finding.rule,
      ruleIndex: ruleIndex.get(finding.rule),
      level: levels[finding.severity],
      message: { text: finding.message },
      locations: [{ physicalLocation: physical(place) }],
      ...(finding.related.length > 0 && {
        relatedLocations: finding.related.map((related, id) => ({
          id,
          message: { text: related.message },
          physicalLocation: physical(locate(source, related.span)),
        })),
      }),
      partialFingerprints: { primaryLocationLineHash: fingerprint(finding, place) },
      ...(finding.fixes.length > 0 && { fixes: finding.fixes.map(fixOf) }),
    };
  }

  /** Survives edits elsewhere in the file: rule, file and text of the line, numbered where that repeats. */
  function fingerprint(finding: Finding, place: Place): string {
    const what = place.kind === 'text' ? place.lineText.trim() : place.kind === 'binary' ? String(place.offset) : '';
    const hash = createHash('sha256');
    hash.update(JSON.stringify([finding.rule, artifact(place.file), what]));
    const digest = hash.digest('hex').slice(0, 16);
    const count = (seen.get(digest) ?? 0) + 1;
    seen.set(digest, count);
    return `${digest}:${count}`;
  }

  function fixOf(fix: Fix): object {
    const changes = new Map<string, { artifactLocation: object; replacements: object[] }>();
    for (const edit of fix.edits) {
      let change = changes.get(edit.span.file);
      if (change === undefined) {
        change = { artifactLocation: artifact(edit.span.file), replacements: [] };
        changes.set(edit.span.file, change);
      }
      change.replacements.push({ deletedRegion: editRegion(edit.span), insertedContent: { text: edit.newText } });
    }
    return { description: { text: fix.title }, artifactChanges: [...changes.values()] };
  }

  function physical(place: Place): object {
    const region = regionOf(place);
    return { artifactLocation: artifact(place.file), ...(region !== undefined && { region }) };
  }

  function editRegion(span: Span): object {
    return regionOf(locate(source, span)) ?? { charOffset: span.start, charLength: span.end - span.start };
  }

  function artifact(file: string): object {
    if (!isInside(source.cwd, file)) return { uri: fileUri(file) };
    return { uri: encodeSegments(relativePath(source.cwd, file)), uriBaseId: rootId };
  }
}

function regionOf(place: Place): object | undefined {
  if (place.kind === 'file') return undefined;
  if (place.kind === 'binary') return { byteOffset: place.offset, byteLength: place.length };
  return { startLine: place.line, startColumn: place.column, endLine: place.endLine, endColumn: place.endColumn };
}

function ruleDescriptor(id: string): object {
  const { title, meaning } = ruleText(id);
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: meaning },
    help: { text: `${meaning}\n\n${rulePage(id)}` },
    helpUri: rulePage(id),
  };
}
