import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rules } from '@jailhouse-cells/core/rules/index.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { defaultSettings, type WorkspaceSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, test } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';
import type { Rewriting } from './rewriting.ts';
import { ways } from './ways.ts';
import { alsoWrong, notTheSame } from './ways-that-differ.ts';

const fixtures = join(import.meta.dirname, '../fixtures/rules');
const folder = '/fixtures';

type Texts = ReadonlyMap<string, string>;

/** The fixtures of a rule, without their carets. */
function filesOf(rule: string): Texts {
  if (!existsSync(join(fixtures, rule))) return new Map();
  const names = readdirSync(join(fixtures, rule)).filter((name) => /\.(c|h|json)$/.test(name));
  return new Map(names.map((name) => [name, readFileSync(join(fixtures, rule, name), 'utf8').replace(/^\s*\/\/\s*\^+ .*\n/gm, '')]));
}

function open(files: Texts, settings: WorkspaceSettings): Workspace {
  return new Workspace(new MemoryFiles(Object.fromEntries([...files].map(([name, text]) => [`${folder}/${name}`, text]))), settings);
}

/** Configs that are checked together, and what is said of each. */
interface Scenario {
  readonly name: string;
  readonly files: Texts;
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
}

function scenariosOf(files: Texts): readonly Scenario[] {
  const workspace = open(files, defaultSettings);
  const scenarios = new Map<string, Map<string, readonly Finding[]>>();
  for (const name of files.keys()) {
    if (!name.endsWith('.c')) continue;
    const { system, findings } = workspace.check(`${folder}/${name}`);
    const first = (system?.rootCell ?? `${folder}/${name}`).slice(folder.length + 1);
    scenarios.set(first, (scenarios.get(first) ?? new Map<string, readonly Finding[]>()).set(name, findings));
  }
  return [...scenarios].map(([name, findings]) => ({
    name,
    files: new Map([...files].filter(([file]) => !file.endsWith('.c') || findings.has(file))),
    findings,
  }));
}

/** A finding in words, at the text that it marks. */
function inWords({ severity, rule, span, message }: Finding, text: string, withMessage: boolean): string {
  const line = text.slice(0, span.start).split('\n').length;
  return `line ${line} ${JSON.stringify(text.slice(span.start, span.end))}: ${severity} ${rule}${withMessage ? `: ${message}` : ''}`;
}

// Rules about boards and guests are written in other ways, too: board-ways.test.ts.
for (const rule of rules.filter(({ scope }) => scope !== 'board' && scope !== 'guest')) {
  describe(rule.id, () => {
    const broken: string[] = [];
    for (const scenario of scenariosOf(filesOf(rule.id))) {
      const all = [...scenario.findings.values()].flat();
      const fires = all.some((finding) => finding.rule === rule.id);
      const follows = alsoWrong[`${rule.id}/${scenario.name}`];
      const unexpected = all.filter((finding) => finding.severity === 'error' && finding.rule !== rule.id && finding.rule !== follows);

      if (fires) {
        test(`${scenario.name}: no other error fires`, () => {
          expect(unexpected.map(({ rule: id, message }) => `${id}: ${message}`)).toEqual([]);
          if (follows !== undefined) expect(all.map(({ rule: id }) => id)).toContain(follows);
        });
      }
      for (const way of ways) {
        if (notTheSame[rule.id]?.[way.name] !== undefined) continue;
        if (way.arch !== undefined && rule.arch !== undefined && !rule.arch.includes(way.arch)) continue;
        const rewritings = new Map<string, Rewriting>();
        for (const name of scenario.findings.keys()) {
          const text = scenario.files.get(name) as string;
          const rewriting = way.rewrite(text);
          if (rewriting !== undefined && rewriting.text !== text) rewritings.set(name, rewriting);
        }
        // Where a part of the configs cannot be rewritten so, the others would no longer fit them.
        if (rewritings.size < scenario.findings.size) continue;
        if (fires && unexpected.length === 0) broken.push(`${scenario.name}, ${way.name}`);

        test(`${scenario.name}, ${way.name}: the same findings at the same places`, () => {
          const rewritten = new Map([...scenario.files].map(([name, text]) => [name, rewritings.get(name)?.text ?? text]));
          const workspace = open(rewritten, way.settings([...scenario.files.values()].join('')));
          for (const [name, findings] of scenario.findings) {
            const rewriting = rewritings.get(name) as Rewriting;
            const moved = findings.map((finding) => ({ ...finding, span: rewriting.map(finding.span) }));
            const after = workspace.check(`${folder}/${name}`).findings.filter(({ span }) => !rewriting.added(span));
            const words = (list: readonly Finding[]): readonly string[] =>
              list.map((finding) => inWords(finding, rewriting.text, way.sameMessage)).toSorted();
            // Another architecture or revision may have more to say, but no other error.
            const counts = ({ rule: id, severity }: Finding): boolean => way.sameMessage || id === rule.id || severity === 'error';
            expect({ name, findings: words(after.filter(counts)) }).toEqual({ name, findings: words(moved.filter(counts)) });
          }
        });
      }
    }

    // A compiler writes what the counters announce, or array-counter-mismatch says so: only a .cell file can be too short.
    if (rule.id === 'config-file-size') return shortFiles();
    test('is broken alone in at least three ways', () => {
      expect(broken.length, broken.join('; ')).toBeGreaterThanOrEqual(3);
    });
  });
}

function shortFiles(): void {
  const examples = join(import.meta.dirname, '../../examples');
  const sources = new Workspace({
    readText: (path) => (path.startsWith(examples) && path.endsWith('.c') ? readFileSync(path, 'utf8') : undefined),
    readBytes: () => undefined,
    size: () => undefined,
    stat: () => undefined,
    list: () => [],
  });
  for (const name of ['rpi4/configs/rpi4', 'rpi4/configs/rpi4-linux-demo', 'qemu-arm64/configs/qemu-arm64-inmate-demo']) {
    const bytes = sources.check(join(examples, `${name}.c`)).config?.bytes ?? new Uint8Array();
    const fired = (content: Uint8Array): readonly string[] =>
      new Workspace(new MemoryFiles({ '/one.cell': content }))
        .check('/one.cell')
        .findings.map(({ severity, rule }) => `${severity} ${rule}`);

    test(`${name}.cell, whole`, () => {
      expect(bytes.length).toBeGreaterThan(0);
      expect(fired(bytes)).toEqual([]);
    });
    for (const missing of [1, 32, 60])
      test(`${name}.cell, ${missing} bytes short`, () => {
        expect(fired(bytes.subarray(0, bytes.length - missing))).toContain('error config-file-size');
        expect(fired(bytes.subarray(0, bytes.length - missing)).filter((text) => text.startsWith('error'))).toEqual([
          'error config-file-size',
        ]);
      });
  }
}
