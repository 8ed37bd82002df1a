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

async function start(experimental?: unknown): Promise<void> {
  const fs = new MemoryFileSystem({ ...rpi4Files(), [solo]: soloCell, [variant]: variantText });
  client = await LspClient.start(new Workspace(fs), fs, { folders: ['/work'], capabilities: { ...pushing, experimental } });
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

it('is not offered to a client that has no such command', async () => {
  await start();
  expect(client.initialized?.capabilities.codeLensProvider).toBeUndefined();
});
