import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { afterEach, expect, it } from 'vitest';
import type { CodeLens } from 'vscode-languageserver';
import { LspClient, pushing, uriOf } from './lsp-client.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { lineOf, linux, linuxText, replaced, root, rootText, rpi4Files, soloCell } from './rpi4-configs.ts';

const solo = '/other/solo.c';
/** Its object is defined in another file. */
const variant = '/work/configs/rpi4-8gb.c';
const variantText = '#define VARIANT 1\n#include <jailhouse/types.h>\n#include "rpi4.c"\n';

let client: LspClient;
let refreshes = 0;

async function start(experimental?: unknown): Promise<void> {
  const fs = new MemoryFileSystem({ ...rpi4Files(), [solo]: soloCell, [variant]: variantText });
  const workspace = { ...pushing.workspace, codeLens: { refreshSupport: true } };
  client = await LspClient.start(new Workspace(fs), fs, { folders: ['/work'], capabilities: { ...pushing, workspace, experimental } });
  refreshes = 0;
  client.connection.onRequest('workspace/codeLens/refresh', () => {
    refreshes++;
    return null;
  });
}

afterEach(async () => {
  expect(client.logged).toEqual([]);
  await client.stop();
});

const lensesOf = (path: string): Promise<CodeLens[]> =>
  client.connection.sendRequest('textDocument/codeLens', { textDocument: { uri: uriOf(path) } });

it.each([
  ['a system config', root, rootText, lineOf(rootText, 'config = {')],
  ['a cell of a known system', linux, linuxText, lineOf(linuxText, 'config = {')],
  ['a config whose object an included file defines', variant, variantText, 0],
])('stands above the object of %s', async (_, path, text, line) => {
  await start({ showMemoryMap: true });
  await client.open(path, text);
  const [lens, second] = await lensesOf(path);
  expect(second).toBeUndefined();
  expect(lens?.range.start.line).toBe(line);
  expect(lens?.command).toEqual({ title: 'Show memory map', command: 'jailhouseCells.showMemoryMap', arguments: [uriOf(path)] });
});

it('offers deployment beside the map where the client can deploy', async () => {
  await start({ showMemoryMap: true, deploy: true });
  await client.open(root, rootText);
  const lenses = await lensesOf(root);
  expect(lenses.map(({ command }) => command)).toEqual([
    { title: 'Show memory map', command: 'jailhouseCells.showMemoryMap', arguments: [uriOf(root)] },
    { title: 'Deploy', command: 'jailhouseCells.deploy', arguments: [uriOf(root)] },
  ]);
});

it('stays with the object while the text is half typed', async () => {
  await start({ showMemoryMap: true });
  await client.open(root, rootText);
  await lensesOf(root);
  const above = replaced(rootText, 'jailhouse_memory mem_regions[', '\njailhouse_memory mem_regions[(');
  for (const text of [above, replaced(rootText, '.size = 0x400000,', '\n\n.size = (,')]) {
    await client.edit(root, text);
    expect((await lensesOf(root)).map(({ range }) => range.start.line)).toEqual([lineOf(text, 'config = {')]);
  }
});

it.each([
  ['a cell of no known system', solo, soloCell],
  ['a file that is no config', '/other/main.c', 'int main(void) { return 0; }\n'],
])('is not for %s', async (_, path, text) => {
  await start({ showMemoryMap: true });
  await client.open(path, text);
  expect(await lensesOf(path)).toEqual([]);
});

it('asks the client to look again when another file makes a config part of a system, or takes that away', async () => {
  await start({ showMemoryMap: true });
  await client.open(solo, soloCell);
  expect(await lensesOf(solo)).toEqual([]);
  const project = '/other/jailhouse.json';
  const naming = JSON.stringify({ revision: 14, systems: { rpi4: { rootCell: '../work/configs/rpi4.c', cells: ['solo.c'] } } });
  await client.open(project, naming);
  await client.quiet();
  expect(refreshes).toBe(1);
  expect(await lensesOf(solo)).toHaveLength(1);
  // Its own edits are no reason: the client asks after them anyway.
  await client.edit(solo, `${soloCell}\n`);
  await client.quiet();
  expect(refreshes).toBe(1);
  await client.edit(project, JSON.stringify({ revision: 14, systems: {} }));
  await client.quiet();
  expect(refreshes).toBe(2);
  expect(await lensesOf(solo)).toEqual([]);
  await client.close(solo);
  await client.edit(project, naming);
  await client.quiet();
  expect(refreshes).toBe(2);
});

it('is not offered to a client that has no such command', async () => {
  await start();
  expect(client.initialized?.capabilities.codeLensProvider).toBeUndefined();
});
