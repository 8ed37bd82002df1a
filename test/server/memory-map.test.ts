import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '@jailhouse-cells/cli/run.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import type {
  MapChangedParams,
  MapExportResult,
  MapFixParams,
  MapWhatIf,
  MemoryMapResult,
  NoMemoryMap,
} from '@jailhouse-cells/protocol/map-messages.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TextDocumentEdit, type WorkspaceEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { testIo } from '../cli/memory-io.ts';
import { LspClient, uriOf } from './lsp-client.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { lineOf, replaced, soloCell } from './rpi4-configs.ts';

/** Step 1 of the story: the virtual PCI window where boards with 4 GB and more have RAM. */
const step = '/story/1-window-over-ram';
const root = `${step}/configs/rpi4.c`;
const cell = `${step}/configs/rpi4-linux-demo.c`;
const configTxt = `${step}/boot/config.txt`;
const examples = join(import.meta.dirname, '../../examples/rpi4-story');

function storyFiles(): Record<string, string> {
  const files: Record<string, string> = { '/other/solo.c': soloCell };
  for (const folder of ['common', '1-window-over-ram']) {
    for (const entry of readdirSync(join(examples, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) files[`/story${path.slice(examples.length)}`] = readFileSync(path, 'utf8');
    }
  }
  return files;
}

let client: LspClient;
let fs: MemoryFileSystem;
let changes: MapChangedParams[];
let rootText: string;

beforeEach(async () => {
  fs = new MemoryFileSystem(storyFiles());
  rootText = fs.readText(root) ?? '';
  client = await LspClient.start(new Workspace(fs), fs, { folders: ['/story'] });
  changes = [];
  client.connection.onNotification('jailhouse-cells/mapChanged', (params: MapChangedParams) => {
    changes.push(params);
  });
  await client.quiet();
});

afterEach(async () => {
  expect(client.logged).toEqual([]);
  await client.stop();
});

/** Resolves when the server has said so many times that maps changed. */
async function told(times: number): Promise<void> {
  while (changes.length < times) await new Promise((resolve) => setImmediate(resolve));
}

function ask(path: string, whatIf?: MapWhatIf): Promise<MemoryMapResult | NoMemoryMap> {
  return client.connection.sendRequest('jailhouse-cells/memoryMap', { uri: uriOf(path), ...(whatIf !== undefined && { whatIf }) });
}

async function mapOf(path: string, whatIf?: MapWhatIf): Promise<MemoryMapResult> {
  const answer = await ask(path, whatIf);
  if ('reason' in answer) throw new Error(answer.reason);
  return answer;
}

it('is the same map for the root config, a cell, the board files and jailhouse.json', async () => {
  const map = await mapOf(root);
  expect(map.lanes.map(({ kind }) => kind)).toEqual(['board', 'hypervisor', 'root', 'cell']);
  expect(map.rootUri).toBe(uriOf(root));
  for (const path of [cell, configTxt, `${step}/dts/jailhouse.dts`, `${step}/jailhouse.json`]) expect(await mapOf(path)).toEqual(map);
});

it('shows the collision on the boards that have it, and nothing is written', async () => {
  const before = new Map(fs.files);
  const rules = async (variant: string) => (await mapOf(root, { variant })).collisions.map(({ rule }) => rule);
  expect(await rules('1GiB')).toEqual([]);
  expect(await rules('2GiB')).toEqual([]);
  expect(await rules('4GiB')).toEqual(['pci-window-in-ram']);
  expect(await rules('8GiB')).toEqual(['pci-window-in-ram']);
  const map = await mapOf(root);
  expect(map.variants.map(({ id }) => id)).toEqual(['1GiB', '2GiB', '4GiB', '8GiB']);
  expect(map.gpuMem).toEqual({ value: 76, stated: 76, least: 16, most: 944 });
  expect(fs.files).toEqual(before);
});

it('says who has the other resources, at the moment that is asked for', async () => {
  const { resources } = await mapOf(root);
  const lane = 'cell:rpi4-linux-demo';
  expect(resources.cpus.map(({ cpu, holder, onBoard }) => [cpu, holder, onBoard])).toEqual([
    [0, 'root', true],
    [1, 'root', true],
    [2, lane, true],
    [3, lane, true],
  ]);
  const enabled = (await mapOf(root, { moment: 'enabled' })).resources;
  expect(enabled.cpus.map(({ holder }) => holder)).toEqual(['root', 'root', 'root', 'root']);
  const [uart] = resources.interrupts.filter(({ intid }) => intid === 125);
  expect(uart).toMatchObject({
    id: 'interrupt:125',
    spi: 93,
    devices: ['serial@7e215040 (disabled)'],
    holder: lane,
  });
  expect(uart).not.toHaveProperty('controller');
  expect(uart?.claims.map((claim) => claim.place?.uri)).toEqual([uriOf(root), uriOf(cell)]);
  expect(resources.functions).toMatchObject([
    { name: '0001:00:00.0', kind: 'ivshmem', holder: 'root', holders: ['root', lane], problems: [] },
  ]);
  const [link] = resources.links;
  expect(link?.sections.map(({ title, size, writers }) => [title, size, writers])).toEqual([
    ['state table', '4 KiB', []],
    ['output section of peer 0', '508 KiB', [0]],
    ['output section of peer 1', '508 KiB', [1]],
  ]);
  const text = fs.readText(cell) ?? '';
  const place = link?.peers[1]?.place;
  expect(text.split('\n')[place?.line ?? 0]).toContain('RPI4_NETWORK(1)');
});

it('says beside a CPU what is wrong with it', async () => {
  const text = fs.readText(cell) ?? '';
  await client.open(cell, text);
  await client.edit(cell, replaced(text, '.cpus = { 0b1100 }', '.cpus = { 0b101100 }'));
  const { cpus } = (await mapOf(root)).resources;
  const line = lineOf(text, '.cpus = {');
  const five = cpus.find(({ cpu }) => cpu === 5);
  expect(five?.onBoard).toBe(false);
  expect(five).not.toHaveProperty('holder');
  const [problem] = five?.problems ?? [];
  expect(problem).toMatchObject({ rule: 'cell-cpu-not-in-root', severity: 'error', place: { uri: uriOf(cell), line } });
  expect(problem?.message).toContain('The cell takes CPU 5');
});

it('tells the GPU memory that config.txt states from what is tried', async () => {
  expect((await mapOf(root, { gpuMem: 256 })).gpuMem).toMatchObject({ value: 256, stated: 76 });
  const text = fs.readText(configTxt) ?? '';
  await client.open(configTxt, text);
  await client.edit(configTxt, `${text}\ngpu_mem=128\n`);
  expect((await mapOf(root)).gpuMem).toMatchObject({ value: 128, stated: 128 });
  expect((await mapOf(root, { gpuMem: 16, variant: '8GiB' })).gpuMem).toMatchObject({ value: 16, stated: 128 });
});

it('leads from a block to its text', async () => {
  const blocks = (await mapOf(root)).lanes.flatMap((lane) => lane.blocks);
  const line = lineOf(rootText, '.pci_mmconfig_base');
  expect(blocks.find(({ kind }) => kind === 'ecam')?.place).toMatchObject({ uri: uriOf(root), line, endLine: line });
  const ram = blocks.find(({ id }) => id === 'root:mem_regions[6]');
  const lines = rootText.split('\n');
  expect(lines[ram?.place?.line ?? 0]).toContain('.phys_start = 0x0');
  expect(lines[ram?.whole?.line ?? 0]?.trim()).toBe('{');
});

it('follows an edit: says so, moves the block, keeps its id; then is what it was', async () => {
  const ecam = async () => (await mapOf(root)).lanes.flatMap(({ blocks }) => blocks).find(({ kind }) => kind === 'ecam');
  const first = await ecam();
  expect(first).toMatchObject({ start: '0xe0000000', end: '0xe0100000' });
  await client.open(root, rootText);
  await client.edit(root, replaced(rootText, '0xe0000000', '0xff900000'));
  await told(1);
  expect(changes).toEqual([{ rootUris: [uriOf(root)] }]);
  const moved = await ecam();
  expect(moved).toMatchObject({ id: first?.id, start: '0xff900000' });
  expect((await mapOf(root)).collisions.map(({ rule }) => rule)).not.toContain('pci-window-in-ram');
  await client.edit(root, rootText);
  await told(2);
  expect(await ecam()).toEqual(first);
});

it('is silent about edits that change nothing of it', async () => {
  await mapOf(root);
  await client.open('/other/solo.c', soloCell);
  await client.edit('/other/solo.c', `${soloCell}\n`);
  await client.quiet();
  expect(changes).toEqual([]);
});

it('keeps the last good state while a text is half typed, at the places where it is now', async () => {
  const good = await mapOf(root);
  await client.open(root, rootText);
  await client.edit(root, `\n${replaced(rootText, '.size = 0x400000,', '.size = (,')}`);
  await told(1);
  const map = await mapOf(root);
  expect(map.stale).toBe(true);
  expect(good.stale).toBe(false);
  const shape = ({ lanes }: MemoryMapResult) => lanes.map(({ blocks }) => blocks.map(({ id, start, end }) => [id, start, end]));
  expect(shape(map)).toEqual(shape(good));
  const lineOfEcam = (of: MemoryMapResult) => of.lanes.flatMap(({ blocks }) => blocks).find(({ kind }) => kind === 'ecam')?.place?.line;
  expect(lineOfEcam(map)).toBe((lineOfEcam(good) ?? 0) + 1);
  expect(map.collisions.map(({ id }) => id)).toEqual(good.collisions.map(({ id }) => id));
});

it('keeps the last good board while a file of it is half typed', async () => {
  const good = await mapOf(root, { variant: '4GiB' });
  const dts = `${step}/dts/jailhouse.dts`;
  const text = fs.readText(dts) ?? '';
  await client.open(dts, text);
  await client.edit(dts, replaced(text, 'reg = <', 'reg = <<'));
  await client.quiet();
  const map = await mapOf(root, { variant: '4GiB' });
  expect(map.stale).toBe(true);
  expect(map.lanes[0]?.blocks.map(({ id }) => id)).toEqual(good.lanes[0]?.blocks.map(({ id }) => id));
});

it('mends a collision by the fix that it names', async () => {
  const map = await mapOf(root, { variant: '4GiB' });
  const [collision] = map.collisions;
  const title = collision?.fixes.find((name) => name.startsWith('Move the window to 0xff900000')) ?? '';
  const params: MapFixParams = { uri: uriOf(cell), collision: collision?.id ?? '', title };
  const edit: WorkspaceEdit | null = await client.connection.sendRequest('jailhouse-cells/mapFix', params);
  const change = edit?.documentChanges?.find((one) => TextDocumentEdit.is(one) && one.textDocument.uri === uriOf(root));
  if (!TextDocumentEdit.is(change)) throw new Error('the fix edits no document');
  const edits = change.edits.flatMap((one) => ('newText' in one ? [one] : []));
  const mended = TextDocument.applyEdits(TextDocument.create(uriOf(root), 'c', 1, rootText), edits);
  await client.open(root, rootText);
  await client.edit(root, mended);
  expect((await mapOf(root, { variant: '4GiB' })).collisions).toEqual([]);
  expect(await client.connection.sendRequest('jailhouse-cells/mapFix', { ...params, title: 'no such fix' })).toBeNull();
  expect(await client.connection.sendRequest('jailhouse-cells/mapFix', { ...params, uri: 'file:///nowhere.c' })).toBeNull();
});

it('keeps what a page tries apart from what the view of systems shows', async () => {
  const whatIf: MapWhatIf = { gpuMem: 944 };
  const plain = await mapOf(root);
  const tried = (await mapOf(root, whatIf)).collisions.find(
    ({ id, fixes }) => fixes.length > 0 && !plain.collisions.some((one) => one.id === id),
  );
  if (tried === undefined) throw new Error('so much GPU memory collides with nothing');
  const params: MapFixParams = { uri: uriOf(root), collision: tried.id, title: tried.fixes[0] ?? '' };
  expect(await client.connection.sendRequest('jailhouse-cells/memoryMap', { uri: uriOf(root), shownIn: 'systems' })).toEqual(plain);
  expect(await client.connection.sendRequest('jailhouse-cells/mapFix', params)).not.toBeNull();
  await mapOf(root);
  expect(await client.connection.sendRequest('jailhouse-cells/mapFix', params)).toBeNull();
});

it('writes the GPU memory that was tried into config.txt', async () => {
  expect((await mapOf(root)).configTxt).toBe(uriOf(configTxt));
  const text = fs.readText(configTxt) ?? '';
  await client.open(configTxt, text);
  const apply = (gpuMem: number): Promise<WorkspaceEdit | null> =>
    client.connection.sendRequest('jailhouse-cells/mapApply', { uri: uriOf(root), gpuMem });
  const written = async (before: string, gpuMem: number): Promise<string> => {
    const change = (await apply(gpuMem))?.documentChanges?.[0];
    if (!TextDocumentEdit.is(change)) throw new Error('nothing is edited');
    expect(change.textDocument.uri).toBe(uriOf(configTxt));
    const edits = change.edits.flatMap((one) => ('newText' in one ? [one] : []));
    const after = TextDocument.applyEdits(TextDocument.create(uriOf(configTxt), 'ini', 1, before), edits);
    await client.edit(configTxt, after);
    return after;
  };
  const first = await written(text, 128);
  expect(first).toContain('gpu_mem=128\n');
  expect((await mapOf(root)).gpuMem?.value).toBe(128);
  const second = await written(first, 256);
  expect(second.match(/^gpu_mem=.*$/gm)).toEqual(['gpu_mem=256']);
  expect((await mapOf(root)).gpuMem?.value).toBe(256);
  for (const nothing of [256, 8, 4096, 1.5]) expect(await apply(nothing)).toBeNull();
});

it.each([
  ['svg', ['--svg', 'map.svg']],
  ['markdown', ['--md']],
  ['json', ['--json']],
] as const)('exports as %s what the command line writes', async (form, flags) => {
  const io = testIo(storyFiles(), { cwd: '/story' });
  const config = root.slice('/story/'.length);
  await run(['map', '--ram', '4GiB', '--gpu-mem', '256', ...flags, config], io);
  const [file] = io.written;
  const wanted = file === undefined ? io.printed().out : new TextDecoder().decode(file.bytes);
  const whatIf: MapWhatIf = { variant: '4GiB', gpuMem: 256 };
  const exported = (path: string): Promise<MapExportResult | NoMemoryMap> =>
    client.connection.sendRequest('jailhouse-cells/mapExport', { uri: uriOf(path), form, whatIf });
  expect(await exported(cell)).toEqual({ system: 'rpi4', rootUri: uriOf(root), text: wanted });
  expect(wanted).toContain('pci-window-in-ram');
  expect(await exported('/other/solo.c')).toHaveProperty('reason');
});

it.each([
  ['a cell of no system', '/other/solo.c', 'No system config is known for this cell'],
  ['a file that is no config', '/other/readme.c', 'belongs to no Jailhouse system'],
])('has a reason and a remedy for %s', async (_, path, text) => {
  await client.open(path, fs.readText(path) ?? 'int main(void) { return 0; }\n');
  const answer = await ask(path);
  expect('reason' in answer ? answer.reason : '').toContain(text);
});
