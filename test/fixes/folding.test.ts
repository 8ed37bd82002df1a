import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '@jailhouse-cells/core/config/model.ts';
import { foldFindings, weightOf } from '@jailhouse-cells/core/rules/folding.ts';
import type { Finding, Severity } from '@jailhouse-cells/core/source/finding.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { describe, expect, test } from 'vitest';

const examples = fileURLToPath(new URL('../../examples/rpi4-mistakes', import.meta.url));
const path = join(examples, 'mmconfig-in-ram.c');
const config = new Workspace(nodeFileSystem).check(path).config as Config;

function finding(rule: string, severity: Severity, span: Span, related: readonly Span[] = []): Finding {
  return {
    rule,
    severity,
    message: `says ${rule}`,
    span,
    related: related.map((place) => ({ span: place, message: 'culprit' })),
    fixes: [],
  };
}

const region = (at: number) => config.memoryRegions[at] as Config['memoryRegions'][number];
const rules = (findings: readonly Finding[]) => findings.map(({ rule }) => rule);

describe('a finding that follows from another', () => {
  const covers = finding('region-covers-mmconfig', 'error', region(6).virtStart.span);
  const bars = finding('region-covers-bar-window', 'warning', region(6).virtStart.span);

  test('becomes a related place of it, when both are about the same region', () => {
    const folded = foldFindings(config, [bars, covers]);
    expect(rules(folded)).toEqual(['region-covers-mmconfig']);
    expect(folded[0]?.related).toEqual([
      { span: bars.span, message: 'region-covers-bar-window follows from this: says region-covers-bar-window' },
    ]);
  });

  test('stays, when they are about different regions', () => {
    const elsewhere = finding('region-covers-bar-window', 'warning', region(5).virtStart.span);
    expect(rules(foldFindings(config, [elsewhere, covers]))).toEqual(['region-covers-bar-window', 'region-covers-mmconfig']);
  });

  test('stays, when it is graver than what it follows from', () => {
    const graver = finding('region-covers-bar-window', 'error', region(6).virtStart.span);
    const lighter = finding('region-covers-mmconfig', 'warning', region(6).virtStart.span);
    expect(rules(foldFindings(config, [graver, lighter]))).toEqual(['region-covers-bar-window', 'region-covers-mmconfig']);
  });

  test('goes to the first cause of a chain', () => {
    const endBus = finding('mmconfig-end-bus', 'error', config.system?.pciMmconfigEndBus.span as Span);
    const folded = foldFindings(config, [bars, covers, endBus]);
    expect(rules(folded)).toEqual(['mmconfig-end-bus']);
    expect(folded[0]?.related.map(({ message }) => message.split(' ')[0]).sort()).toEqual([
      'region-covers-bar-window',
      'region-covers-mmconfig',
    ]);
  });

  test('vanishes, when the cause is told of in the system config', () => {
    const endBus = finding('mmconfig-end-bus', 'error', { file: '/w/root.c', start: 0, end: 1 });
    expect(foldFindings(config, [covers], [endBus])).toEqual([]);
    // What the system config says of other things changes nothing.
    expect(foldFindings(config, [covers], [finding('name-too-wide', 'information', endBus.span)])).toEqual([covers]);
  });
});

test('one region over several windows of a kind is told once, by the gravest, with the others beside it', () => {
  const span = region(6).virtStart.span;
  const windows = ['warning', 'error', 'warning'] as const;
  const findings = windows.map((severity, at) => finding('region-covers-gic', severity, span, [{ file: path, start: at, end: at + 1 }]));
  const [first, ...others] = foldFindings(config, findings);
  expect(others).toEqual([]);
  expect(first?.severity).toBe('error');
  expect(first?.related.map((place) => place.span.start)).toEqual([1, 0, 2]);
  expect(weightOf(first as Finding)).toBe(3);
});

test('the fixes of a folded finding are still made', () => {
  const findings = new Workspace(nodeFileSystem).check(join(examples, 'gic-not-left-out.c')).findings;
  expect(rules(findings)).toEqual(['region-covers-gic']);
  expect(findings[0]?.related).toHaveLength(4);
  expect(findings[0]?.fixes.map(({ title }) => title)).toEqual(['Cut mem_regions[4] in two around 0xff841000-0xff847fff']);
});

test('each classic mistake is one error or warning at most', () => {
  const workspace = new Workspace(nodeFileSystem);
  for (const name of readdirSync(examples).filter((entry) => entry.endsWith('.c') && readFileSync(join(examples, entry), 'utf8') !== '')) {
    const grave = workspace.check(join(examples, name)).findings.filter(({ severity }) => severity === 'error' || severity === 'warning');
    expect(rules(grave).length, `${name}: ${rules(grave).join(', ')}`).toBeLessThanOrEqual(1);
  }
});
