import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import {
  activeDocumentNotification,
  type BuildResult,
  buildRequest,
  type DocumentStatus,
  statusNotification,
  virtualDocumentRequest,
} from '@jailhouse-cells/protocol/messages.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { type CodeAction, TextDocumentEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type ClientOptions, LspClient, pushing, uriOf } from './lsp-client.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { lineOf, linux, linuxText, replaced, root, rootText, rpi4Files, strayCpuText } from './rpi4-configs.ts';

let client: LspClient;
let engine: Workspace;
let fs: MemoryFileSystem;
let statuses: DocumentStatus[];

async function start(files: Record<string, string>, options: ClientOptions = {}): Promise<void> {
  fs = new MemoryFileSystem(files);
  engine = new Workspace(fs);
  client = await LspClient.start(engine, fs, options);
  statuses = [];
  client.connection.onNotification(statusNotification, (status: DocumentStatus) => void statuses.push(status));
}

afterEach(async () => {
  expect(client.logged).toEqual([]);
  await client.stop();
});

describe('code actions', () => {
  const oldRevision = replaced(linuxText, '.revision = JAILHOUSE_CONFIG_REVISION', '.revision = 13');

  async function actionsFor(text: string, rule: string, options: ClientOptions = {}): Promise<CodeAction[]> {
    await start(rpi4Files(), options);
    await client.open(root, rootText);
    await client.open(linux, text);
    const finding = () => client.last(linux)?.diagnostics.find(({ code }) => code === rule);
    await client.until(() => finding() !== undefined);
    const range = finding()?.range;
    return client.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri: uriOf(linux) },
      range,
      context: { diagnostics: [finding()], only: ['quickfix'] },
    });
  }

  it('mend the finding, for the version of the text that they were made for', async () => {
    const [action] = await actionsFor(oldRevision, 'config-revision');
    expect(action?.kind).toBe('quickfix');
    expect(action?.diagnostics?.[0]?.code).toBe('config-revision');
    const change = action?.edit?.documentChanges?.[0];
    if (!TextDocumentEdit.is(change)) throw new Error('the action edits no document');
    expect(change.textDocument).toEqual({ uri: uriOf(linux), version: 1 });
    const edits = change.edits.flatMap((edit) => ('newText' in edit ? [edit] : []));
    const mended = TextDocument.applyEdits(TextDocument.create(uriOf(linux), 'c', 1, oldRevision), edits);
    const version = await client.edit(linux, mended);
    await client.until(() => client.last(linux)?.version === version);
    expect(client.last(linux)?.diagnostics.map(({ code }) => code)).not.toContain('config-revision');
  });

  it('are plain changes for a client without document changes', async () => {
    const capabilities = { ...pushing, workspace: {} };
    const [action] = await actionsFor(oldRevision, 'config-revision', { capabilities });
    expect(Object.keys(action?.edit?.changes ?? {})).toEqual([uriOf(linux)]);
  });

  it('are none where nothing is to be mended, and none of other kinds', async () => {
    await actionsFor(oldRevision, 'config-revision');
    const ask = (line: number, only: string[]) =>
      client.connection.sendRequest('textDocument/codeAction', {
        textDocument: { uri: uriOf(linux) },
        range: { start: { line, character: 0 }, end: { line, character: 0 } },
        context: { diagnostics: [], only },
      });
    expect(await ask(0, ['quickfix'])).toEqual([]);
    expect(await ask(lineOf(oldRevision, '.cell = {'), ['refactor'])).toEqual([]);
  });
});

describe('the status of the active document', () => {
  it('says what it is, against which headers and system, and follows edits', async () => {
    await start(rpi4Files(), { folders: ['/work'] });
    await client.open(linux, linuxText);
    await client.connection.sendNotification(activeDocumentNotification, { uri: uriOf(linux) });
    await client.quiet();
    expect(statuses.at(-1)).toMatchObject({
      uri: uriOf(linux),
      kind: 'cell',
      cellName: 'rpi4-linux-demo',
      headers: 'built-in',
      headersOrigin: 'built-in',
      revision: 14,
      arch: 'arm64',
      system: { name: 'rpi4', rootUri: uriOf(root), cells: 2, from: 'naming' },
      errors: 0,
      stale: false,
    });
    await client.edit(linux, strayCpuText);
    await client.quiet();
    expect(statuses.at(-1)?.errors).toBe(1);
  });

  it('keeps the last good model while the text is half typed, and says so', async () => {
    await start(rpi4Files(), { folders: ['/work'] });
    await client.open(linux, linuxText);
    await client.connection.sendNotification(activeDocumentNotification, { uri: uriOf(linux) });
    await client.quiet();
    await client.edit(linux, linuxText.slice(0, linuxText.indexOf('.cell = {')));
    await client.quiet();
    expect(statuses.at(-1)).toMatchObject({ kind: 'cell', cellName: 'rpi4-linux-demo', stale: true });
    expect(statuses.at(-1)?.errors).toBeGreaterThan(0);
    await client.edit(linux, linuxText);
    await client.quiet();
    expect(statuses.at(-1)).toMatchObject({ errors: 0, stale: false });
  });

  it('of other documents is that they are no config; without a document nothing is sent', async () => {
    await start(rpi4Files());
    await client.open('/work/other.c', 'int x;');
    await client.connection.sendNotification(activeDocumentNotification, { uri: uriOf('/work/other.c') });
    await client.quiet();
    expect(statuses.at(-1)).toMatchObject({ uri: uriOf('/work/other.c'), errors: 0, warnings: 0, stale: false });
    expect(statuses.at(-1)?.kind).toBeUndefined();
    const sent = statuses.length;
    await client.connection.sendNotification(activeDocumentNotification, { uri: null });
    await client.quiet();
    expect(statuses.length).toBe(sent);
  });
});

describe('the build request', () => {
  const build = (path: string, force?: boolean): Promise<BuildResult> =>
    client.connection.sendRequest(buildRequest, { uri: uriOf(path), ...(force === undefined ? {} : { force }) });

  it('writes the bytes of the text in the editor beside the config', async () => {
    await start(rpi4Files());
    const text = replaced(linuxText, '"rpi4-linux-demo"', '"renamed"');
    await client.open(linux, text);
    const cell = linux.replace('.c', '.cell');
    const result = await build(linux);
    const written = fs.written.get(cell);
    expect(result).toEqual({ ok: true, path: cell, bytes: written?.length });
    expect(written).toEqual(engine.check(linux).config?.bytes);
    expect(new TextDecoder('latin1').decode(written)).toContain('renamed');
  });

  it('writes below the output folder of the settings', async () => {
    await start(rpi4Files(), { folders: ['/work'], initializationOptions: { build: { outputFolder: 'out' } } });
    expect(await build(linux)).toMatchObject({ ok: true, path: '/work/out/configs/rpi4-linux-demo.cell' });
  });

  it('writes nothing when there are errors, unless forced', async () => {
    await start({ ...rpi4Files(), [linux]: strayCpuText });
    expect(await build(linux)).toEqual({ ok: false, errors: 1, message: 'Nothing was written: the config has an error.' });
    expect(fs.written.size).toBe(0);
    expect(await build(linux, true)).toMatchObject({ ok: true });
    expect(fs.written.size).toBe(1);
  });

  it('never writes the last good model for a text that cannot be read', async () => {
    await start(rpi4Files());
    await client.open(linux, linuxText);
    await client.quiet();
    await client.edit(linux, linuxText.slice(0, linuxText.indexOf('.cell = {')));
    expect(await build(linux, true)).toMatchObject({ ok: false });
    expect(fs.written.size).toBe(0);
  });

  it('says why a file cannot be written, or is nothing to build', async () => {
    await start({ '/full/rpi4-linux-demo.c': linuxText, '/work/other.c': 'int x;' });
    expect(await build('/full/rpi4-linux-demo.c')).toMatchObject({ ok: false, message: expect.stringContaining('no space left') });
    expect(await build('/work/other.c')).toMatchObject({ ok: false, message: expect.stringContaining('no Jailhouse config') });
    expect(await build('/work/none.c')).toMatchObject({ ok: false });
    expect(await client.connection.sendRequest(buildRequest, { uri: 'untitled:Untitled-1' })).toMatchObject({ ok: false });
  });
});

describe('virtual documents', () => {
  it('are the built-in headers, and no other files', async () => {
    await start(rpi4Files());
    const path = engine.check(linux).header?.path ?? '';
    const text = await client.connection.sendRequest<string | null>(virtualDocumentRequest, { uri: path });
    expect(text).toContain('struct jailhouse_cell_desc');
    expect(await client.connection.sendRequest(virtualDocumentRequest, { uri: uriOf(linux) })).toBeNull();
    expect(await client.connection.sendRequest(virtualDocumentRequest, { uri: 'jailhouse-abi:/14/none.h' })).toBeNull();
  });
});
