import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rules } from '@jailhouse-cells/core/rules/index.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { LineIndex } from '@jailhouse-cells/core/source/span.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { describe, expect, test } from 'vitest';
import { readExpectations } from './caret-expectations.ts';

const root = fileURLToPath(new URL('../fixtures/rules', import.meta.url));
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** A finding as the caret comments write it, so that a difference reads like a fixture. */
function describeFinding(finding: Finding, path: string, lines: LineIndex | undefined): string {
  if (finding.span.file !== path) return `in ${finding.span.file}: ${finding.severity} ${finding.rule}`;
  if (lines === undefined) return `${finding.severity} ${finding.rule}`;
  const start = lines.positionAt(finding.span.start);
  const end = lines.positionAt(finding.span.end);
  // Carets can only underline the first line of a longer stretch.
  const endColumn = end.line === start.line ? end.character : lines.lineText(start.line).length;
  return `line ${start.line + 1} columns ${start.character + 1}-${endColumn}: ${finding.severity} ${finding.rule}`;
}

interface Wanted {
  readonly place: string;
  readonly part: string;
}

/** What a fixture announces: caret comments in a C file, one line per finding in `NAME.cell.expected` for a binary. */
function wantedOf(path: string): readonly Wanted[] {
  if (!path.endsWith('.cell'))
    return readExpectations(readFileSync(path, 'utf8')).map(({ line, start, end, severity, rule, part }) => ({
      place: `line ${line + 1} columns ${start + 1}-${end}: ${severity} ${rule}`,
      part,
    }));
  return readFileSync(`${path}.expected`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ place: line.slice(0, line.indexOf(':')), part: line.slice(line.indexOf(':') + 1).trim() }));
}

function checkFixture(path: string): { readonly findings: readonly Finding[]; readonly lines: LineIndex | undefined } {
  const workspace = new Workspace(nodeFileSystem);
  const report = workspace.check(path);
  expect(report.config, `${path} holds a config`).toBeDefined();
  return { findings: report.findings, lines: path.endsWith('.cell') ? undefined : new LineIndex(readFileSync(path, 'utf8')) };
}

for (const folder of folders) {
  describe(folder, () => {
    const names = readdirSync(join(root, folder)).filter((name) => /\.(c|cell)$/.test(name));
    for (const name of names) {
      test(name, () => {
        const path = join(root, folder, name);
        const wanted = wantedOf(path);
        const { findings, lines } = checkFixture(path);
        const described = findings.map((finding) => ({ finding, place: describeFinding(finding, path, lines) }));
        const open = [...described];
        const missing: string[] = [];
        for (const want of wanted) {
          const at = open.findIndex(({ place, finding }) => place === want.place && finding.message.includes(want.part));
          if (at < 0) missing.push(`${want.place}: ${want.part}`);
          else open.splice(at, 1);
        }
        const unexpected = open.map(({ place, finding }) => `${place}: ${finding.message}`);
        expect({ missing, unexpected }).toEqual({ missing: [], unexpected: [] });
      });
    }
  });
}

// Rules about boards and guests have folders of files: board-fixtures.test.ts.
const ownRules = rules.filter(({ scope }) => scope !== 'board' && scope !== 'guest');

describe('every rule', () => {
  for (const rule of ownRules) {
    test(`${rule.id} has an accepting and a rejecting fixture, and fires at its own severity`, () => {
      expect(folders).toContain(rule.id);
      const names = readdirSync(join(root, rule.id)).filter((name) => /\.(c|cell)$/.test(name));
      expect(names.some((name) => name.startsWith('accept'))).toBe(true);
      const own = names.flatMap((name) => {
        const found = wantedOf(join(root, rule.id, name)).filter(({ place }) => place.endsWith(` ${rule.id}`));
        if (name.startsWith('accept')) expect(found, `${name} accepts`).toEqual([]);
        return found;
      });
      expect(own.some(({ place }) => place.endsWith(`${rule.severity} ${rule.id}`))).toBe(true);
    });
  }

  test('has a folder of fixtures that belongs to it', () => {
    expect(folders).toEqual([...ownRules.map((rule) => rule.id)].sort());
  });
});
