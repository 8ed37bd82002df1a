import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const imports = (from: string) => `import { x } from '${from}';\nexport const y = x;\n`;

const forbidden: readonly (readonly [path: string, from: string])[] = [
  ['core/c/sample.ts', 'node:fs'],
  ['core/c/sample.ts', 'fs'],
  ['core/c/sample.ts', '@jailhouse-cells/host/node-file-system.ts'],
  ['core/c/sample.ts', '../../host/node-file-system.ts'],
  ['core/rules/memory/sample.ts', '../../../server/main.ts'],
  ['core/workspace/sample.ts', '@jailhouse-cells/protocol/messages.ts'],
  ['core/workspace/sample.ts', 'vscode'],
  ['core/workspace/sample.ts', 'vscode-languageserver'],
  ['core/source/sample.ts', '../c/parser.ts'],
  ['core/abi/sample.ts', '../rules/index.ts'],
  ['core/c/sample.ts', '../config/model.ts'],
  ['core/c/sample.ts', '../workspace/workspace.ts'],
  ['core/config/sample.ts', '../rules/rule.ts'],
  ['core/devicetree/sample.ts', '../config/model.ts'],
  ['core/devicetree/sample.ts', '../c/types.ts'],
  ['core/board/sample.ts', '../system/system.ts'],
  ['core/board/sample.ts', '../rules/rule.ts'],
  ['core/system/sample.ts', '../rules/rule.ts'],
  ['core/system/sample.ts', '../workspace/workspace.ts'],
  ['core/memory-map/sample.ts', '../rules/rule.ts'],
  ['core/memory-map/sample.ts', '../workspace/workspace.ts'],
  ['core/map-export/sample.ts', '../../cli/findings/place.ts'],
  ['core/map-export/sample.ts', '@jailhouse-cells/cli/paths.ts'],
  ['core/system/sample.ts', '../memory-map/model.ts'],
  ['core/board/sample.ts', '../memory-map/model.ts'],
  ['core/config/sample.ts', '../board/board.ts'],
  ['core/source/sample.ts', '../devicetree/model.ts'],
  ['core/rules/sample.ts', '../workspace/workspace.ts'],
  ['core/rules/memory/sample.ts', '../../workspace/workspace.ts'],
  ['protocol/sample.ts', '@jailhouse-cells/core/source/span.ts'],
  ['protocol/sample.ts', '../core/source/span.ts'],
  ['protocol/sample.ts', 'node:fs'],
  ['host/sample.ts', '@jailhouse-cells/protocol/messages.ts'],
  ['host/sample.ts', '@jailhouse-cells/server/main.ts'],
  ['host/sample.ts', '../core/source/span.ts'],
  ['host/sample.ts', '../server/main.ts'],
  ['server/sample.ts', '@jailhouse-cells/client/extension.ts'],
  ['server/sample.ts', '../cli/main.ts'],
  ['server/sample.ts', 'vscode'],
  ['cli/commands/sample.ts', '@jailhouse-cells/server/main.ts'],
  ['cli/commands/sample.ts', '../../server/main.ts'],
  ['cli/commands/sample.ts', '../../core/source/span.ts'],
  ['client/sample.ts', '@jailhouse-cells/core/source/span.ts'],
  ['client/sample.ts', '@jailhouse-cells/host/node-file-system.ts'],
  ['client/sample.ts', '../server/main.ts'],
  ['client/sample.ts', '../core/source/span.ts'],
  ['client/sample.ts', '@jailhouse-cells/webview/main.tsx'],
  ['client/sample.ts', '../webview/main.tsx'],
  ['core/c/sample.ts', '../../webview/layout/axis.ts'],
  ['host/sample.ts', '../webview/layout/axis.ts'],
  ['server/sample.ts', '@jailhouse-cells/webview/layout/axis.ts'],
  ['server/sample.ts', '../webview/layout/axis.ts'],
  ['cli/commands/sample.ts', '@jailhouse-cells/webview/layout/axis.ts'],
  ['webview/sample.ts', '@jailhouse-cells/core/source/span.ts'],
  ['webview/views/sample.ts', '../../core/source/span.ts'],
  ['webview/sample.ts', '../client/memory-map.ts'],
  ['webview/sample.ts', '../protocol/map-messages.ts'],
  ['webview/sample.ts', 'vscode'],
  ['webview/sample.ts', 'node:fs'],
];

const allowed: readonly (readonly [path: string, from: string])[] = [
  ['core/c/sample.ts', '../source/span.ts'],
  ['core/config/sample.ts', '../c/parser.ts'],
  ['core/rules/memory/sample.ts', '../../source/span.ts'],
  ['core/rules/memory/sample.ts', '../../config/model.ts'],
  ['core/workspace/sample.ts', '../rules/index.ts'],
  ['core/memory-map/sample.ts', '../system/system.ts'],
  ['core/memory-map/sample.ts', '../source/finding.ts'],
  ['core/workspace/sample.ts', '../memory-map/model.ts'],
  ['core/map-export/sample.ts', '../workspace/memory-maps.ts'],
  ['core/settings/sample.ts', '../workspace/settings.ts'],
  ['protocol/sample.ts', './messages.ts'],
  ['host/sample.ts', 'node:fs'],
  ['host/sample.ts', '@jailhouse-cells/core/source/file-system.ts'],
  ['server/sample.ts', '@jailhouse-cells/core/workspace/workspace.ts'],
  ['server/sample.ts', '@jailhouse-cells/host/node-file-system.ts'],
  ['server/sample.ts', '@jailhouse-cells/protocol/messages.ts'],
  ['server/sample.ts', 'vscode-languageserver/node'],
  ['cli/commands/sample.ts', '@jailhouse-cells/core/workspace/workspace.ts'],
  ['cli/commands/sample.ts', '../format/text.ts'],
  ['client/sample.ts', '@jailhouse-cells/protocol/messages.ts'],
  ['client/sample.ts', 'vscode'],
  ['client/sample.ts', './status.ts'],
  ['client/sample.ts', 'vscode-languageclient/node'],
  ['webview/sample.ts', '@jailhouse-cells/protocol/map-messages.ts'],
  ['webview/views/sample.ts', '../layout/axis.ts'],
  ['webview/sample.ts', 'preact'],
  ['webview/sample.ts', 'd3-zoom'],
];

const pure: readonly (readonly [path: string, text: string])[] = [
  ['core/c/process-sample.ts', 'export const x = process.cwd();\n'],
  ['server/process-sample.ts', 'export const x = process.cwd();\n'],
  ['core/c/any-sample.ts', 'export const f = (x: any) => x;\n'],
  ['core/c/reexport-sample.ts', "export * from '../config/model.ts';\n"],
  ['core/c/dynamic-sample.ts', "export const x = import('../config/model.ts');\n"],
  ['core/c/type-sample.ts', "import type { Config } from '../config/model.ts';\nexport type C = Config;\n"],
];

interface BiomeReport {
  readonly diagnostics: readonly { readonly category: string; readonly location: { readonly path: string } }[];
}

/** Each sample gets a file of its own in a copy of the checkout's lint settings, so that one run of biome answers all. */
let folder = '';
let categories = new Map<string, string[]>();
const fileOf = (path: string, index: number) => path.replace('sample', `sample-${index}`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jailhouse-cells-layers-'));
  for (const name of ['biome.json', '.gitignore']) await cp(join(root, name), join(folder, name));
  const samples: [string, string][] = [
    ...forbidden.map(([path, from], index): [string, string] => [fileOf(path, index), imports(from)]),
    ...allowed.map(([path, from], index): [string, string] => [fileOf(path, 1000 + index), imports(from)]),
    ...pure.map(([path, text]): [string, string] => [path, text]),
  ];
  for (const [path, text] of samples) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const output = await new Promise<string>((resolve) => {
    const biome = join(root, 'node_modules/.bin/biome');
    execFile(biome, ['lint', '--reporter=json', '--max-diagnostics=none'], { cwd: folder, maxBuffer: 1 << 26 }, (_error, stdout) =>
      resolve(stdout),
    );
  });
  const report = JSON.parse(output) as BiomeReport;
  categories = new Map();
  for (const { category, location } of report.diagnostics)
    categories.set(location.path, [...(categories.get(location.path) ?? []), category]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the layer rule', () => {
  it.each(forbidden.map((row, index) => [...row, index] as const))('%s may not import %s', (path, _from, index) => {
    expect(categories.get(fileOf(path, index)) ?? []).toEqual(
      expect.arrayContaining([expect.stringMatching(/noRestrictedImports|noNodejsModules/)]),
    );
  });

  it.each(allowed.map((row, index) => [...row, index] as const))('%s may import %s', (path, _from, index) => {
    expect(categories.get(fileOf(path, 1000 + index)) ?? []).toEqual([]);
  });

  it('sees re-exports, dynamic imports and imports of types', () => {
    for (const name of ['reexport', 'dynamic', 'type']) {
      expect(categories.get(`core/c/${name}-sample.ts`)).toContain('lint/style/noRestrictedImports');
    }
  });

  it('keeps the process out of core', () => {
    expect(categories.get('core/c/process-sample.ts')).toContain('lint/style/noRestrictedGlobals');
    expect(categories.get('server/process-sample.ts')).toBeUndefined();
  });
});

describe('the lint rules', () => {
  it('reject any', () => {
    expect(categories.get('core/c/any-sample.ts')).toContain('lint/suspicious/noExplicitAny');
  });
});
