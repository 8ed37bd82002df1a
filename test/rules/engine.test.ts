import { boardDiagnostics } from '@jailhouse-cells/core/board/diagnostics-catalogue.ts';
import type { Config } from '@jailhouse-cells/core/config/model.ts';
import { treeDiagnostics } from '@jailhouse-cells/core/devicetree/diagnostics-catalogue.ts';
import { findRule, rules } from '@jailhouse-cells/core/rules/index.ts';
import { forEachOverlap } from '@jailhouse-cells/core/rules/overlap.ts';
import { runCellRules, runFileRules, runSetRules } from '@jailhouse-cells/core/rules/run.ts';
import { ruleSettingSchema } from '@jailhouse-cells/core/rules/setting-schema.ts';
import { suppressionDiagnostics } from '@jailhouse-cells/core/rules/suppression-catalogue.ts';
import type { FileSystem } from '@jailhouse-cells/core/source/file-system.ts';
import { defaultSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

function oneFile(path: string, text: string): FileSystem {
  return {
    readText: (asked) => (asked === path ? text : undefined),
    readBytes: () => undefined,
    size: () => undefined,
    stat: (asked) => (asked === path ? 'file' : undefined),
    list: () => [],
  };
}

function cellWith(regions: string, number: number): string {
  return `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
struct {
  struct jailhouse_cell_desc cell;
  __u64 cpus[1];
  struct jailhouse_memory mem_regions[${number + 1}];
} __attribute__((packed)) config = {
  .cell = {
    .signature = JAILHOUSE_CELL_DESC_SIGNATURE,
    .architecture = JAILHOUSE_ARM64,
    .revision = JAILHOUSE_CONFIG_REVISION,
    .name = "1",
    .flags = JAILHOUSE_CELL_PASSIVE_COMMREG,
    .cpu_set_size = sizeof(config.cpus),
    .num_memory_regions = ARRAY_SIZE(config.mem_regions),
  },
  .cpus = { 2 },
  .mem_regions = {
${regions}    { .virt_start = 0x80000000, .size = 0x1000, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION },
  },
};
`;
}

function region(phys: number, virt: number, size: number): string {
  return `    { .phys_start = ${phys}, .virt_start = ${virt}, .size = ${size}, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_LOADABLE },\n`;
}

function read(text: string): Config {
  const config = new Workspace(oneFile('/c/cell.c', text), defaultSettings).check('/c/cell.c').config;
  if (config === undefined) throw new Error('the text holds no config');
  return config;
}

const simple = read(cellWith(region(0x100000, 0, 0x10000), 1));

describe('severity', () => {
  test('is the rule’s own unless set, and off silences', () => {
    const named = (levels: Parameters<typeof runFileRules>[1]) =>
      runFileRules(simple, levels).map(({ rule, severity }) => `${severity} ${rule}`);
    expect(named({})).toEqual(['information name-is-number']);
    expect(named({ 'name-is-number': 'error' })).toEqual(['error name-is-number']);
    expect(named({ 'name-is-number': 'off' })).toEqual([]);
  });

  test('of a lighter case stays lighter when its rule is turned up, and follows it down', () => {
    const twice = read(cellWith(region(0x100000, 0, 0x1000).repeat(2), 2));
    const level = (configured: 'error' | 'warning' | 'hint') =>
      runFileRules(twice, { 'regions-overlap-virtually': configured }).find(({ rule }) => rule === 'regions-overlap-virtually')?.severity;
    expect(level('error')).toBe('information');
    expect(level('hint')).toBe('hint');
  });
});

describe('a rule that throws', () => {
  test('becomes one finding and takes no other rule down', () => {
    const broken = new Proxy(simple, {
      get(target, key, receiver) {
        if (key === 'irqchips') throw new TypeError('no irqchips today');
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
    const findings = runFileRules(broken, {});
    expect(findings.some(({ rule }) => rule === 'name-is-number')).toBe(true);
    const internal = findings.filter(({ rule }) => rule === 'internal');
    expect(internal.length).toBeGreaterThan(0);
    for (const finding of internal) {
      expect(finding.severity).toBe('information');
      expect(finding.message).toContain('no irqchips today');
    }
    expect(runFileRules(broken, { internal: 'off' }).some(({ rule }) => rule === 'internal')).toBe(false);
  });
});

describe('the sweep over ranges', () => {
  test('finds the pairs that comparing all with all finds', () => {
    const range = fc.record({ start: fc.bigInt(0n, 60n), size: fc.bigInt(0n, 12n) });
    fc.assert(
      fc.property(fc.array(range, { maxLength: 24 }), (ranges) => {
        const items = ranges.map((value, index) => ({ ...value, index }));
        const found = new Set<string>();
        forEachOverlap(
          items,
          (item) => item,
          (a, b) => {
            const key = [a.index, b.index].sort((x, y) => x - y).join('-');
            expect(found.has(key)).toBe(false);
            found.add(key);
            return true;
          },
        );
        const wanted = new Set<string>();
        for (const a of items)
          for (const b of items)
            if (a.index < b.index && a.size > 0n && b.size > 0n && a.start < b.start + b.size && b.start < a.start + a.size)
              wanted.add(`${a.index}-${b.index}`);
        expect(found).toEqual(wanted);
      }),
    );
  });

  test('stops when told to, so that thousands of equal regions give a readable number of findings', () => {
    const config = read(cellWith(region(0x100000, 0, 0x1000).repeat(1500), 1500));
    const findings = runFileRules(config, {}).filter(({ rule }) => rule === 'regions-overlap-virtually');
    expect(findings.length).toBe(200);
  });
});

describe('the index', () => {
  test('has every id once, in kebab case, and finds it', () => {
    const ids = rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const rule of rules) {
      expect(rule.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(rule.id.startsWith('c-')).toBe(false);
      expect(findRule(rule.id)).toBe(rule);
    }
    expect(findRule('no-such-rule')).toBeUndefined();
  });

  test('has a setting for every rule and every diagnostic', () => {
    const keys = Object.keys(ruleSettingSchema());
    const more = [...suppressionDiagnostics, ...treeDiagnostics, ...boardDiagnostics];
    const others = ['internal', 'project-file', ...more.map(({ id }) => id)];
    expect(keys.filter((key) => !key.startsWith('c-')).sort()).toEqual([...rules.map(({ id }) => id), ...others].sort());
    expect(keys).toContain('c-syntax');
  });

  test('gives rules of each scope only what they ask for', () => {
    expect(runCellRules(simple, simple, {}).every(({ rule }) => findRule(rule)?.scope === 'cell')).toBe(true);
    expect(runSetRules(simple, [simple, simple], {}).every(({ rule }) => findRule(rule)?.scope === 'set')).toBe(true);
  });
});

describe('fixes', () => {
  const text = cellWith(region(0x100000, 0, 0x10000), 1).replace('.name = "1"', '.name = "a"');
  const cases: readonly (readonly [string, string])[] = [
    ['cell-signature', text.replace('JAILHOUSE_CELL_DESC_SIGNATURE', '"NOCEL"')],
    ['config-revision', text.replace('JAILHOUSE_CONFIG_REVISION', '11 + 1')],
    ['struct-not-packed', text.replace(' __attribute__((packed))', '')],
  ];
  for (const [rule, broken] of cases)
    test(`of ${rule} mends it`, () => {
      const path = '/c/cell.c';
      const before = new Workspace(oneFile(path, broken), defaultSettings).check(path).findings;
      expect(before.map((finding) => finding.rule)).toEqual([rule]);
      const edit = before[0]?.fixes[0]?.edits[0];
      if (edit === undefined) throw new Error('no fix');
      const mended = broken.slice(0, edit.span.start) + edit.newText + broken.slice(edit.span.end);
      expect(new Workspace(oneFile(path, mended), defaultSettings).check(path).findings).toEqual([]);
    });
});
