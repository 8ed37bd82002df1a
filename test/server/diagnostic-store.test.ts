import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { LineIndex } from '@jailhouse-cells/core/source/span.ts';
import type { FileReport } from '@jailhouse-cells/core/workspace/report.ts';
import { noFeatures } from '@jailhouse-cells/server/client-features.ts';
import { DiagnosticStore, mostPerDocument } from '@jailhouse-cells/server/diagnostic-store.ts';
import { rulePages } from '@jailhouse-cells/server/diagnostics.ts';
import { Uris } from '@jailhouse-cells/server/uris.ts';
import { beforeEach, describe, expect, it } from 'vitest';

const header = 'jailhouse-abi:/14/jailhouse/cell-config.h';
let texts: Map<string, LineIndex>;
let store: DiagnosticStore;
let capable: boolean;

beforeEach(() => {
  capable = true;
  texts = new Map(
    Object.entries({
      '/a.c': '#include <jailhouse/types.h>\n#include <jailhouse/cell-config.h>\n#include "shared.h"\nconfig a\n',
      '/b.c': '#include "shared.h"\nconfig b\n',
      '/shared.h': 'line one\nline two\n',
      [header]: 'struct x;\n',
    }).map(([path, text]) => [path, new LineIndex(text)]),
  );
  const features = () => ({ ...noFeatures, relatedInformation: capable, codeDescription: capable });
  store = new DiagnosticStore((path) => texts.get(path), new Uris(), features);
});

function finding(file: string, start: number, end: number, more: Partial<Finding> = {}): Finding {
  return { rule: 'some-rule', severity: 'error', message: 'wrong', span: { file, start, end }, related: [], fixes: [], ...more };
}

function report(path: string, ...findings: Finding[]): FileReport {
  return { path, findings, config: undefined, current: true, header: undefined, system: undefined };
}

describe('DiagnosticStore', () => {
  it('turns a finding into a diagnostic with code, page and related places', () => {
    const related = [{ span: { file: '/b.c', start: 20, end: 28 }, message: 'the other one' }];
    expect(store.update('/a.c', report('/a.c', finding('/a.c', 84, 90, { related })))).toEqual(['/a.c']);
    expect(store.of('/a.c').diagnostics).toEqual([
      {
        range: { start: { line: 3, character: 0 }, end: { line: 3, character: 6 } },
        severity: 1,
        code: 'some-rule',
        source: 'jailhouse',
        message: 'wrong',
        codeDescription: { href: `${rulePages}some-rule.md` },
        relatedInformation: [
          {
            location: { uri: 'file:///b.c', range: { start: { line: 1, character: 0 }, end: { line: 1, character: 8 } } },
            message: 'the other one',
          },
        ],
      },
    ]);
  });

  it('tells a client without related information the other place in the message', () => {
    capable = false;
    const related = [{ span: { file: '/b.c', start: 20, end: 28 }, message: 'the other one' }];
    store.update('/a.c', report('/a.c', finding('/a.c', 0, 1, { related })));
    const [diagnostic] = store.of('/a.c').diagnostics;
    expect(diagnostic?.message).toBe('wrong\nfile:///b.c:2: the other one');
    expect(diagnostic?.relatedInformation).toBeUndefined();
    expect(diagnostic?.codeDescription).toBeUndefined();
  });

  it('shows findings of several configs in a shared header once, for as long as one config has them', () => {
    const shared = finding('/shared.h', 9, 13);
    expect(store.update('/a.c', report('/a.c', shared))).toEqual(['/shared.h']);
    expect(store.update('/b.c', report('/b.c', shared, finding('/shared.h', 0, 4, { message: 'only b' })))).toEqual(['/shared.h']);
    expect(store.of('/shared.h').diagnostics.map(({ message }) => message)).toEqual(['wrong', 'only b']);
    expect(store.update('/a.c', report('/a.c'))).toEqual([]);
    expect(store.of('/shared.h').diagnostics.map(({ message }) => message)).toEqual(['wrong', 'only b']);
    expect(store.update('/b.c', undefined)).toEqual(['/shared.h']);
    expect(store.of('/shared.h')).toEqual({ diagnostics: [], resultId: 'none' });
    expect([...store.paths()]).toEqual([]);
  });

  it('shows a finding in a built-in header at the include that brings it in', () => {
    store.update('/a.c', report('/a.c', finding(header, 0, 6)));
    const [diagnostic] = store.of('/a.c').diagnostics;
    expect(diagnostic?.range).toEqual({ start: { line: 1, character: 9 }, end: { line: 1, character: 34 } });
    expect(diagnostic?.relatedInformation?.[0]?.location.uri).toBe(header);
    expect(store.of(header).diagnostics).toEqual([]);
  });

  it('shows it at the first include when none names the header', () => {
    store.update('/b.c', report('/b.c', finding(header, 0, 6)));
    expect(store.of('/b.c').diagnostics[0]?.range.start).toEqual({ line: 0, character: 9 });
  });

  it('keeps the result id for as long as nothing changes', () => {
    store.update('/a.c', report('/a.c', finding('/a.c', 0, 1)));
    const { resultId } = store.of('/a.c');
    expect(store.update('/a.c', report('/a.c', finding('/a.c', 0, 1)))).toEqual([]);
    expect(store.of('/a.c').resultId).toBe(resultId);
    expect(store.update('/a.c', report('/a.c', finding('/a.c', 0, 2)))).toEqual(['/a.c']);
    expect(store.of('/a.c').resultId).not.toBe(resultId);
  });

  it('computes positions again when a text that the same report points into is another', () => {
    const same = report('/a.c', finding('/a.c', 84, 90, { related: [{ span: { file: '/b.c', start: 20, end: 28 }, message: 'b' }] }));
    store.update('/a.c', same);
    texts.set('/b.c', new LineIndex('#include "shared.h" config b\n'));
    expect(store.update('/a.c', same)).toEqual(['/a.c']);
    expect(store.of('/a.c').diagnostics[0]?.relatedInformation?.[0]?.location.range.start).toEqual({ line: 0, character: 20 });
  });

  it('limits what one document shows, the gravest first, and says so', () => {
    const many = Array.from({ length: mostPerDocument + 10 }, (_, at) =>
      finding('/a.c', at % 80, at % 80, { message: `number ${at}`, severity: at === mostPerDocument + 5 ? 'error' : 'warning' }),
    );
    store.update('/a.c', report('/a.c', ...many));
    const { diagnostics } = store.of('/a.c');
    expect(diagnostics).toHaveLength(mostPerDocument);
    expect(diagnostics[0]?.message).toBe(`number ${mostPerDocument + 5}`);
    expect(diagnostics.at(-1)?.message).toContain('11 more findings');
  });
});
