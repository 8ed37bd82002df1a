import type { FileReport } from '@jailhouse-cells/core/workspace/report.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { activeDocumentNotification, buildRequest, virtualDocumentRequest } from '@jailhouse-cells/protocol/messages.ts';
import { afterEach, describe, expect, it } from 'vitest';
import type { Diagnostic } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LspClient, pulling, pushing, uriOf } from './lsp-client.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { linux, linuxText, root, rootText, rpi4Files, strayCpuRule, strayCpuText } from './rpi4-configs.ts';

/** An engine with a bug that can be switched on. */
class BrokenWorkspace extends Workspace {
  broken = false;

  override check(path: string): FileReport {
    if (this.broken) throw new Error('a bug in a rule');
    return super.check(path);
  }
}

const clients: LspClient[] = [];

async function start(engine: Workspace, fs: MemoryFileSystem, capabilities = pushing): Promise<LspClient> {
  const client = await LspClient.start(engine, fs, { capabilities, folders: ['/work'] });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
});

function codes(client: LspClient, path: string): unknown[] {
  return (client.last(path)?.diagnostics ?? []).map(({ code }) => code);
}

describe('a bug in the engine', () => {
  it('is logged, shows no error to the user, and leaves what was known', async () => {
    const fs = new MemoryFileSystem(rpi4Files());
    const engine = new BrokenWorkspace(fs);
    const client = await start(engine, fs);
    await client.open(linux, strayCpuText);
    await client.until(() => codes(client, linux).includes(strayCpuRule));
    await client.quiet();
    engine.broken = true;
    await client.edit(linux, linuxText);
    await client.until(() => client.logged.some((message) => message.includes('a bug in a rule')));
    await client.quiet();
    expect(codes(client, linux)).toContain(strayCpuRule);
    expect(client.shown).toEqual([]);
    expect(await client.connection.sendRequest(buildRequest, { uri: uriOf(linux) })).toMatchObject({
      ok: false,
      message: expect.stringContaining('a bug in a rule'),
    });
    engine.broken = false;
    await client.edit(linux, `${linuxText}\n`);
    await client.until(() => !codes(client, linux).includes(strayCpuRule));
  });

  it('does not fail a pull', async () => {
    const fs = new MemoryFileSystem(rpi4Files());
    const engine = new BrokenWorkspace(fs);
    engine.broken = true;
    const client = await start(engine, fs, pulling);
    await client.open(linux, linuxText);
    expect(await client.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: uriOf(linux) } })).toMatchObject({
      items: [],
    });
  });
});

describe('messages that make no sense', () => {
  it.each([
    ['textDocument/codeAction', { textDocument: { uri: 'nonsense' }, range: null, context: {} }, []],
    [virtualDocumentRequest, null, null],
    [virtualDocumentRequest, { uri: 5 }, null],
    [virtualDocumentRequest, { uri: 'file:///etc/passwd' }, null],
    [buildRequest, null, expect.objectContaining({ ok: false })],
    [buildRequest, { uri: 'file:///bad%ZZ.c' }, expect.objectContaining({ ok: false })],
  ])('get an empty answer: %s %j', async (method, params, answer) => {
    const fs = new MemoryFileSystem(rpi4Files());
    const client = await start(new Workspace(fs), fs);
    expect(await client.connection.sendRequest(method, params)).toEqual(answer);
  });

  it('end nothing', async () => {
    const fs = new MemoryFileSystem({ ...rpi4Files(), [linux]: strayCpuText });
    const client = await start(new Workspace(fs), fs);
    await client.connection.sendNotification(activeDocumentNotification, null);
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: 7 });
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: 'x', type: 99 }, null] });
    await client.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: uriOf('/never/opened.c'), version: 3 },
      contentChanges: [{ text: 'x' }],
    });
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: uriOf('/never/opened.c') } });
    await client.until(() => codes(client, linux).includes(strayCpuRule));
  });
});

describe('a long row of edits', () => {
  it('leads to the same diagnostics as the last text alone', async () => {
    const fs = new MemoryFileSystem(rpi4Files());
    const client = await start(new Workspace(fs), fs);
    const random = randomFrom(20_261_123);
    const texts = new Map([
      [root, rootText],
      [linux, linuxText],
    ]);
    for (const [path, text] of texts) await client.open(path, text);
    for (let at = 0; at < 120; at++) {
      const path = random(2) === 0 ? root : linux;
      const before = TextDocument.create(uriOf(path), 'c', 1, texts.get(path) ?? '');
      const start = random(before.getText().length + 1);
      const end = Math.min(before.getText().length, start + random(30));
      const range = { start: before.positionAt(start), end: before.positionAt(end) };
      // Mostly pieces of configs, so that the text is often half right.
      const from = random(rootText.length);
      const inserted = random(4) === 0 ? '' : rootText.slice(from, from + random(30));
      texts.set(path, TextDocument.applyEdits(before, [{ range, newText: inserted }]));
      await client.edit(path, inserted, range);
      if (random(3) === 0) await client.quiet(5);
    }
    // A fresh server has no last good model: both texts end readable, with a mistake in one.
    for (const [path, text] of [
      [root, rootText],
      [linux, strayCpuText],
    ] as const) {
      // Replaced by ranges too: had the server lost count of the text, a rest of it would remain.
      const last = TextDocument.create(uriOf(path), 'c', 1, texts.get(path) ?? '');
      const end = last.positionAt(last.getText().length);
      await client.edit(path, text, { start: { line: 0, character: 0 }, end });
    }
    await client.quiet();
    const fresh = await start(new Workspace(fs), fs);
    await fresh.open(root, rootText);
    await fresh.open(linux, strayCpuText);
    await fresh.quiet();
    const shown = (of: LspClient, path: string): readonly Diagnostic[] => of.last(path)?.diagnostics ?? [];
    expect(codes(fresh, linux)).toContain(strayCpuRule);
    for (const path of fs.files.keys()) expect(shown(client, path)).toEqual(shown(fresh, path));
    expect(client.logged).toEqual([]);
  });
});

/** Numbers below a bound, the same for the same seed (mulberry32). */
function randomFrom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}
