import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromMessage } from '@jailhouse-cells/core/deployment/message.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import type { DeploymentResult, ExplainResult, NamedTarget } from '@jailhouse-cells/protocol/deployment-messages.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LspClient, uriOf } from './lsp-client.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { replaced } from './rpi4-configs.ts';

const example = join(import.meta.dirname, '../../examples/rpi4');
const root = '/rpi4/configs/rpi4.c';
const cell = '/rpi4/configs/rpi4-inmate-demo.c';

let client: LspClient;
let fs: MemoryFileSystem;

beforeEach(async () => {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(example, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[`/rpi4${path.slice(example.length)}`] = readFileSync(path, 'utf8');
  }
  files['/other/notes.c'] = 'int main(void) { return 0; }\n';
  fs = new MemoryFileSystem(files);
  client = await LspClient.start(new Workspace(fs), fs, { folders: ['/rpi4'] });
  await client.quiet();
});

afterEach(async () => {
  expect(client.logged).toEqual([]);
  await client.stop();
});

const deployment = (path: string): Promise<DeploymentResult> =>
  client.connection.sendRequest('jailhouse-cells/deployment', { uri: uriOf(path) });
const explain = (text: string): Promise<ExplainResult> =>
  client.connection.sendRequest('jailhouse-cells/explain', { uri: uriOf(root), text });

it('hands over the same deployment from the root config, a cell and jailhouse.json, with the bytes that the engine makes', async () => {
  const own = new Workspace(fs).deployment(root);
  for (const path of [root, cell, '/rpi4/jailhouse.json']) {
    const answer = await deployment(path);
    if (!answer.ok) throw new Error(answer.reason);
    expect(answer.rootUri).toBe(uriOf(root));
    expect(answer.unsaved).toEqual([]);
    const { root: system, cells } = fromMessage(answer.deployment);
    expect(system.bytes).toEqual(own?.root.bytes);
    expect(cells.map(({ name, bytes }) => [name, bytes])).toEqual(own?.cells.map(({ name, bytes }) => [name, bytes]));
  }
});

it('takes the text that is typed, and names what is not saved', async () => {
  const before = await deployment(root);
  const text = fs.readText(cell) ?? '';
  await client.open(cell, replaced(text, '.name = "rpi4-inmate-demo"', '.name = "another"'));
  const answer = await deployment(root);
  if (!answer.ok || !before.ok) throw new Error('no deployment');
  expect(answer.unsaved).toEqual([uriOf(cell)]);
  expect(fromMessage(answer.deployment).cells.map(({ name }) => name)).toEqual(['rpi4-linux-demo', 'another']);
});

it('says why there is nothing to deploy', async () => {
  expect(await deployment('/other/notes.c')).toEqual({ ok: false, reason: expect.stringContaining('belongs to no Jailhouse system') });
});

it('names the targets of jailhouse.json with their line', async () => {
  const targets: readonly NamedTarget[] = await client.connection.sendRequest('jailhouse-cells/targets');
  const line = (fs.readText('/rpi4/jailhouse.json') ?? '').split('\n').findIndex((text) => text.includes('"host"'));
  expect(targets).toEqual([{ name: 'rpi4', host: 'rpi4', sudo: true, uri: uriOf('/rpi4/jailhouse.json'), line }]);
});

it('explains an output by the configs', async () => {
  const text =
    'Unhandled data read at 0xfe340000(4)\n\nFATAL: unhandled trap (exception class 0x24)\n\nParking CPU 1 (Cell: "rpi4-inmate-demo")\n';
  const { meanings } = await explain(text);
  expect(meanings[0]?.summary).toContain('0xfe340000');
  expect(meanings[0]?.causes.length).toBeGreaterThan(0);
  expect((await explain('hello')).meanings).toEqual([]);
});
