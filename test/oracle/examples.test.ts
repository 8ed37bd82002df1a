import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toHex } from './read-source.ts';
import { Toolchain } from './toolchain.ts';

const examples = resolve(import.meta.dirname, '../../examples');
const mistakes = `${examples}/rpi4-mistakes`;

interface Expected {
  readonly rule: string;
  /** One-based. */
  readonly line: number;
  readonly severity: string;
}

let toolchain: Toolchain;
const workspace = new Workspace(nodeFileSystem);

beforeAll(() => {
  toolchain = new Toolchain();
});
afterAll(() => toolchain.close());

function found(path: string): Expected[] {
  return workspace.check(path).findings.map(({ rule, severity, span }) => {
    expect(span.file, 'a finding in another file').toBe(path);
    return { rule, line: (workspace.text(path)?.positionAt(span.start).line ?? -1) + 1, severity };
  });
}

test('examples/rpi4 is clean, and its three configs are read as one set', () => {
  const configs = workspace.configsIn(`${examples}/rpi4`);
  expect(configs.map((path) => path.slice(examples.length))).toEqual([
    '/rpi4/configs/rpi4-inmate-demo.c',
    '/rpi4/configs/rpi4-linux-demo.c',
    '/rpi4/configs/rpi4.c',
  ]);
  for (const path of configs) {
    expect(workspace.check(path).findings).toEqual([]);
    expect(workspace.check(path).system).toMatchObject({ name: 'rpi4', from: 'jailhouse.json', explicitSet: true });
  }
});

test.each(['rpi4', 'rpi4-story'])('the configs of examples/%s have the bytes that gcc and objcopy give them', async (example) => {
  const configs = workspace.configsIn(`${examples}/${example}`);
  expect(configs.length).toBeGreaterThan(2);
  for (const folder of new Set(configs.map((path) => dirname(path)))) {
    const paths = configs.filter((path) => dirname(path) === folder);
    const sources = paths.map((path) => readFileSync(path, 'utf8'));
    // The folder: what the configs include is searched from there.
    const args = ['-Wall', '-Wextra', '-Wno-missing-field-initializers', '-I', toolchain.headers(14), '-I', folder];
    const compiled = await toolchain.compile('arm64', sources, args);
    for (const [index, path] of paths.entries()) {
      const gcc = compiled[index];
      expect(gcc?.messages).toEqual([]);
      expect(toHex(workspace.check(path).config?.bytes ?? new Uint8Array())).toBe(toHex(gcc?.bytes ?? new Uint8Array([0])));
    }
  }
});

test('examples/rpi4-mistakes lights up as expected.json and its README say', () => {
  const expected = JSON.parse(readFileSync(`${mistakes}/expected.json`, 'utf8')) as Record<string, readonly Expected[]>;
  const readme = readFileSync(`${mistakes}/README.md`, 'utf8');
  const actual = Object.fromEntries(workspace.configsIn(mistakes).map((path) => [path.slice(mistakes.length + 1), found(path)]));
  expect(actual).toEqual(expected);
  for (const [file, list] of Object.entries(expected)) {
    if (list.length === 0) continue;
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${file}\``));
    for (const { rule, line, severity } of list) expect(row).toContain(`line ${line}: ${severity} \`${rule}\``);
  }
});
