import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { encodeDtb } from '@jailhouse-cells/core/devicetree/encode-dtb.ts';
import { FileTreeHost } from '@jailhouse-cells/core/devicetree/file-tree-host.ts';
import { readTreeSource } from '@jailhouse-cells/core/devicetree/read-source.ts';
import { rules } from '@jailhouse-cells/core/rules/index.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, test } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';
import { scenariosOf } from './board-scenario.ts';
import { ways as configWays } from './ways.ts';

type Files = ReadonlyMap<string, string | Uint8Array>;

/** Another way to write the same board, guest or configs: what is wrong stays wrong. */
interface Way {
  readonly name: string;
  /** Undefined where it does not apply. */
  rewrite(files: Files): Files | undefined;
  readonly sameMessage: boolean;
}

const folder = '/fixture';

function filesOf(path: string): Files {
  const entries = readdirSync(path, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const isText = /\.(?:c|h|dts|dtsi|dtso|txt|json)$/.test(entry.name);
      const carets = /^\s*(?:\/\/|#)\s*\^+ .*\n/gm;
      return [relative(path, file), isText ? readFileSync(file, 'utf8').replace(carets, '') : new Uint8Array(readFileSync(file))];
    }),
  );
}

function findingsOf(files: Files): readonly Finding[] {
  const memory = new MemoryFiles();
  for (const [name, content] of files) memory.set(`${folder}/${name}`, content);
  const workspace = new Workspace(memory);
  const configs = workspace.configsIn(folder);
  return [`${folder}/jailhouse.json`, ...configs].flatMap((path) => workspace.check(path).findings);
}

/** What is said, without places; a finding that several configs report of one file counts once. */
function inWords(findings: readonly Finding[], way: Way): readonly string[] {
  const words = findings.map(({ rule, severity, message }) => `${severity} ${rule}${way.sameMessage ? `: ${message}` : ''}`);
  return [...new Set(words)].sort();
}

/** Every source is rewritten, or none: parts of a system have to fit each other. */
function eachConfig(rewrite: (text: string) => string | undefined): (files: Files) => Files | undefined {
  return (files) => {
    const rewritten = new Map(files);
    let changed = false;
    for (const [name, content] of files) {
      if (!name.endsWith('.c') || typeof content !== 'string') continue;
      const text = rewrite(content);
      if (text === undefined) return undefined;
      changed ||= text !== content;
      rewritten.set(name, text);
    }
    return changed ? rewritten : undefined;
  };
}

/** Trees that jailhouse.json names become blobs, overlays and all. */
function asBlobs(files: Files): Files | undefined {
  const project = files.get('jailhouse.json');
  if (typeof project !== 'string') return undefined;
  const memory = new MemoryFiles();
  for (const [name, content] of files) memory.set(`${folder}/${name}`, content);
  const host = new FileTreeHost(memory, []);
  let text = project;
  const rewritten = new Map(files);
  for (const match of project.matchAll(/"([^"\n]+)\.dts"/g)) {
    const name = `${match[1]}.dts`;
    const source = host.source(`${folder}/${name}`);
    if (source === undefined) return undefined;
    const { tree, findings } = readTreeSource(source, host, { symbols: true });
    if (findings.some(({ severity }) => severity === 'error')) return undefined;
    rewritten.set(`${match[1]}.dtb`, encodeDtb(tree));
    rewritten.delete(name);
    text = text.replaceAll(`"${name}"`, `"${match[1]}.dtb"`);
  }
  if (text === project) return undefined;
  return rewritten.set('jailhouse.json', text);
}

/** Hexadecimal cells of device trees in decimal. */
function decimalCells(files: Files): Files | undefined {
  const rewritten = new Map(files);
  let changed = false;
  for (const [name, content] of files) {
    if (!/\.dtsi?$/.test(name) || typeof content !== 'string') continue;
    const text = content.replaceAll(/<[^<>\n]*>/g, (cells) =>
      cells.replaceAll(/\b0x[0-9a-fA-F]+\b/g, (number) => BigInt(number).toString()),
    );
    changed ||= text !== content;
    rewritten.set(name, text);
  }
  return changed ? rewritten : undefined;
}

const ways: readonly Way[] = [
  ...configWays
    .filter(({ sameMessage }) => sameMessage)
    .map(({ name, rewrite }): Way => ({ name, sameMessage: true, rewrite: eachConfig((text) => rewrite(text)?.text) })),
  { name: 'trees as blobs', sameMessage: false, rewrite: asBlobs },
  { name: 'cells of trees in decimal', sameMessage: true, rewrite: decimalCells },
];

for (const rule of rules.filter(({ scope }) => scope === 'board' || scope === 'guest')) {
  describe(rule.id, () => {
    let broken = 0;
    for (const path of scenariosOf(rule.id)) {
      const files = filesOf(path);
      const before = findingsOf(files);
      for (const way of ways) {
        const rewritten = way.rewrite(files);
        if (rewritten === undefined) continue;
        if (before.some((finding) => finding.rule === rule.id)) broken++;
        test(`${basename(path)}, ${way.name}: the same is said`, () => {
          expect(inWords(findingsOf(rewritten), way)).toEqual(inWords(before, way));
        });
      }
    }
    test('is broken in at least three ways', () => expect(broken).toBeGreaterThanOrEqual(3));
  });
}
