import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import type { KnownSystems } from '@jailhouse-cells/protocol/messages.ts';
import { afterEach, expect, it } from 'vitest';
import { FileChangeType } from 'vscode-languageserver';
import { LspClient, uriOf } from './lsp-client.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { inmate, linux, replaced, root, rootText, rpi4Files, soloCell } from './rpi4-configs.ts';

const solo = '/work/solo/solo.c';
/** Outside of the workspace's folder: only a jailhouse.json tells of it. */
const outside = '/elsewhere/board.c';
const project = '/work/project/jailhouse.json';
const projectText = JSON.stringify({ revision: 14, systems: { lab: { rootCell: '../../elsewhere/board.c', cells: [] } } });

let client: LspClient;
let fs: MemoryFileSystem;
let told: KnownSystems[];

async function start(files: Record<string, string>): Promise<void> {
  fs = new MemoryFileSystem(files);
  client = await LspClient.start(new Workspace(fs), fs, { folders: ['/work'] });
  told = [];
  client.connection.onNotification('jailhouse-cells/systemsChanged', (known: KnownSystems) => {
    told.push(known);
  });
}

afterEach(async () => {
  expect(client.logged).toEqual([]);
  await client.stop();
});

const ask = (): Promise<KnownSystems> => client.connection.sendRequest('jailhouse-cells/systems');
const shape = ({ systems }: KnownSystems) => systems.map(({ name, configs }) => [name, configs.map(({ uri }) => uri)]);

it('knows systems by their names and from a jailhouse.json in any folder, and the cells of none', async () => {
  await start({ ...rpi4Files(), [solo]: soloCell, [outside]: rootText, [project]: projectText });
  await client.quiet();
  const known = await ask();
  expect(known.complete).toBe(true);
  expect(known.systems.map(({ name, rootUri, from }) => [name, rootUri, from])).toEqual([
    ['lab', uriOf(outside), 'jailhouse.json'],
    ['rpi4', uriOf(root), 'naming'],
  ]);
  expect(known.systems[1]?.configs.map(({ uri }) => uri)).toContain(uriOf(linux));
  expect(known.loneCells.map(({ uri }) => uri)).toEqual([uriOf(solo)]);
});

it('counts what the checks of its configs found, and tells of another count', async () => {
  await start({ ...rpi4Files() });
  await client.quiet();
  const before = (await ask()).systems[0]?.configs[0];
  expect(before).toMatchObject({ uri: uriOf(root), errors: 0 });
  await client.open(root, rootText);
  await client.edit(root, replaced(rootText, '.size = 0x400000,', '.size = 0x400001,'));
  await client.quiet();
  const after = told.at(-1)?.systems[0]?.configs[0];
  expect(after?.errors).toBeGreaterThan(0);
  expect(after?.name).toBe(before?.name);
});

it('tells of systems that come and go, and only then', async () => {
  await start({ '/work/readme.txt': 'nothing yet\n' });
  await client.quiet();
  expect(await ask()).toEqual({ systems: [], loneCells: [], complete: true });
  for (const [path, text] of Object.entries(rpi4Files())) {
    fs.files.set(path, text);
    await client.changedOnDisk(path, FileChangeType.Created);
  }
  await client.quiet();
  expect(told.map(shape).at(-1)).toEqual([['rpi4', [uriOf(root), uriOf(inmate), uriOf(linux)]]]);
  const { length } = told;
  await client.open(linux, fs.readText(linux) ?? '');
  await client.quiet();
  expect(told).toHaveLength(length);
  for (const path of [root, inmate, linux]) {
    fs.files.delete(path);
    await client.changedOnDisk(path, FileChangeType.Deleted);
  }
  await client.close(linux);
  await client.quiet();
  expect(told.map(shape).at(-1)).toEqual([]);
});

it('says nothing to a client that never asked', async () => {
  await start({ ...rpi4Files() });
  await client.open(root, rootText);
  await client.edit(root, replaced(rootText, '.size = 0x400000,', '.size = 0x400001,'));
  await client.quiet();
  expect(told).toEqual([]);
});
