import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { rulePages } from '@jailhouse-cells/server/diagnostics.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClientOptions, LspClient, uriOf } from './lsp-client.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import {
  inmate,
  lineOf,
  linux,
  linuxText,
  replaced,
  root,
  rootText,
  rpi4Files,
  soloCell,
  strayCpuRule,
  strayCpuText,
} from './rpi4-configs.ts';

let client: LspClient;
let engine: Workspace;

async function start(files: Record<string, string>, options: ClientOptions = {}): Promise<MemoryFileSystem> {
  const fs = new MemoryFileSystem(files);
  engine = new Workspace(fs);
  client = await LspClient.start(engine, fs, options);
  return fs;
}

afterEach(async () => {
  expect(client.logged).toEqual([]);
  await client.stop();
});

/** The rules of what a document shows. */
function codes(path: string): unknown[] {
  return (client.last(path)?.diagnostics ?? []).map(({ code }) => code);
}

describe('pushed diagnostics', () => {
  it('underline the guilty value and link the other culprit', async () => {
    await start(rpi4Files());
    await client.open(root, rootText);
    await client.open(linux, strayCpuText);
    await client.until(() => codes(linux).includes(strayCpuRule));
    const finding = client.last(linux)?.diagnostics.find(({ code }) => code === strayCpuRule);
    expect(finding?.severity).toBe(1);
    expect(finding?.source).toBe('jailhouse');
    expect(finding?.codeDescription?.href).toBe(`${rulePages}${strayCpuRule}.md`);
    expect(finding?.range.start.line).toBe(lineOf(strayCpuText, '.cpus = {'));
    expect(finding?.range.end.character).toBeGreaterThan(finding?.range.start.character ?? 0);
    const places = finding?.relatedInformation?.map(({ location }) => ({ uri: location.uri, line: location.range.start.line }));
    expect(places).toContainEqual({ uri: uriOf(root), line: lineOf(rootText, '.cpus = {') });
  });

  it('go when the line is mended, and carry the version of the text they are for', async () => {
    await start(rpi4Files());
    await client.open(linux, strayCpuText);
    await client.until(() => codes(linux).includes(strayCpuRule));
    expect(client.last(linux)?.version).toBe(1);
    const line = lineOf(strayCpuText, '.cpus = {');
    const column = strayCpuText.split('\n')[line]?.indexOf('0b11000') ?? -1;
    const range = { start: { line, character: column }, end: { line, character: column + 7 } };
    const version = await client.edit(linux, '0b1100', range);
    await client.until(() => client.last(linux)?.version === version);
    expect(codes(linux)).not.toContain(strayCpuRule);
  });

  it('are given for all configs of a folder, open or not, and for nothing else', async () => {
    const files = {
      ...rpi4Files(),
      [linux]: strayCpuText,
      '/work/other.c': 'int main(void) { return x; }',
      '/elsewhere/b.c': strayCpuText,
    };
    await start({ ...files, '/work/.git/rpi4-linux-demo.c': strayCpuText }, { folders: ['/work'] });
    await client.until(() => codes(linux).includes(strayCpuRule));
    await client.open('/work/other.c', 'int main(void) { return y; }');
    await client.quiet();
    expect(client.published.map(({ uri }) => uri)).not.toContain(uriOf('/work/other.c'));
    expect(client.published.map(({ uri }) => uri)).not.toContain(uriOf('/elsewhere/b.c'));
    expect(client.published.map(({ uri }) => uri)).not.toContain(uriOf('/work/.git/rpi4-linux-demo.c'));
  });

  it('of a cell follow an edit of its root cell that is not saved', async () => {
    await start(rpi4Files(), { folders: ['/work'] });
    await client.open(root, rootText);
    await client.quiet();
    expect(codes(linux)).not.toContain(strayCpuRule);
    await client.edit(root, replaced(rootText, '.cpus = { 0b1111 }', '.cpus = { 0b0111 }'));
    await client.until(() => codes(linux).includes(strayCpuRule));
    await client.edit(root, rootText);
    await client.until(() => !codes(linux).includes(strayCpuRule));
  });

  it('are computed again only for what depends on an edited header', async () => {
    const withHeader = replaced(linuxText, '#include <jailhouse/cell-config.h>', '#include <jailhouse/cell-config.h>\n#include "cpus.h"');
    const text = replaced(withHeader, '{ 0b1100 }', '{ LINUX_CPUS }');
    const header = '/work/configs/cpus.h';
    const files = { ...rpi4Files(), [linux]: text, [header]: '#define LINUX_CPUS 0b1100\n', '/work/configs/stranger.c': soloCell };
    await start(files, { folders: ['/work'] });
    await client.open(linux, text);
    await client.open(header, files[header] ?? '');
    await client.quiet();
    expect(codes(linux)).not.toContain(strayCpuRule);

    const before = engine.check('/work/configs/stranger.c');
    const ofRoot = client.published.filter(({ uri }) => uri === uriOf(root)).length;
    await client.edit(header, '#define LINUX_CPUS 0b11000\n');
    await client.until(() => codes(linux).includes(strayCpuRule));
    await client.quiet();
    const computed = engine.computations;
    expect(engine.check('/work/configs/stranger.c')).toBe(before);
    // Rules about the board look at all cells of the system, but what they say of the root cell is as before: nothing is sent.
    expect(client.published.filter(({ uri }) => uri === uriOf(root))).toHaveLength(ofRoot);
    engine.check(linux);
    expect(engine.computations).toBe(computed);
  });

  it('cost nothing when an unrelated document is edited', async () => {
    await start({ ...rpi4Files(), '/work/notes.h': '#define UNRELATED 1\n' }, { folders: ['/work'] });
    await client.open('/work/notes.h', '#define UNRELATED 1\n');
    await client.quiet();
    const computed = engine.computations;
    for (const path of [root, linux, inmate]) engine.check(path);
    expect(engine.computations).toBe(computed);
    await client.edit('/work/notes.h', '#define UNRELATED 2\n');
    await client.quiet();
    // The edited text itself may be looked at; no config is read or checked again.
    expect(engine.computations - computed).toBeLessThanOrEqual(1);
  });

  it('lie in the included file where the mistake stands, once, and go when its last includer no longer has it', async () => {
    const shared = '/work/configs/shared.h';
    const include = (text: string) =>
      replaced(text, '#include <jailhouse/cell-config.h>', '#include <jailhouse/cell-config.h>\n#include "shared.h"');
    const files = rpi4Files();
    for (const path of [linux, inmate]) files[path] = include(files[path] ?? '');
    await start({ ...files, [shared]: '#error "not for this board"\n' }, { folders: ['/work'] });
    await client.until(() => client.last(shared)?.diagnostics.length === 1);
    await client.quiet();
    expect(client.last(shared)?.diagnostics).toHaveLength(1);
    expect(client.last(shared)?.diagnostics[0]?.message).toContain('not for this board');
    await client.open(shared, '\n');
    await client.until(() => client.last(shared)?.diagnostics.length === 0);
  });

  it('coalesce edits that are queued already', async () => {
    await start(rpi4Files());
    await client.open(linux, strayCpuText);
    await client.until(() => codes(linux).includes(strayCpuRule));
    const before = client.published.length;
    const edits = ['0b110000', '0b1100000', '0b11000000'].map((cpus) => client.edit(linux, replaced(linuxText, '0b1100', cpus)));
    const versions = await Promise.all(edits);
    await client.until(() => client.last(linux)?.version === versions.at(-1));
    await client.quiet();
    expect(client.published.slice(before).map(({ version }) => version)).toEqual([versions.at(-1)]);
  });

  it('after closing are those of the file on disk', async () => {
    await start(rpi4Files(), { folders: ['/work'] });
    await client.open(linux, strayCpuText);
    await client.until(() => codes(linux).includes(strayCpuRule));
    await client.close(linux);
    await client.until(() => !codes(linux).includes(strayCpuRule));
    expect(client.last(linux)?.version).toBeUndefined();
  });

  it('vanish when a document outside of all folders is closed', async () => {
    await start({ ...rpi4Files(), [linux]: strayCpuText });
    await client.open(linux, strayCpuText);
    await client.until(() => codes(linux).includes(strayCpuRule));
    await client.close(linux);
    await client.until(() => client.last(linux)?.diagnostics.length === 0);
  });

  it('are given for an unsaved document without a file', async () => {
    await start({}, { folders: ['/work'] });
    const uri = 'untitled:Untitled-1';
    const text = replaced(soloCell, '.revision', '.revizion');
    await client.connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version: 1, text } });
    await client.until(() => client.published.some((params) => params.uri === uri && params.diagnostics.length > 0));
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    await client.until(() => client.published.findLast((params) => params.uri === uri)?.diagnostics.length === 0);
  });

  it('survive a document of 5 MB and the edit after it', async () => {
    await start(rpi4Files());
    const noise = '/* x { */ ( "unfinished \n'.repeat(200_001);
    expect(noise.length).toBeGreaterThan(5_000_000);
    await client.open(linux, `${linuxText}\n${noise}`);
    await client.open('/tmp/plain.c', noise);
    await client.edit(linux, strayCpuText);
    await client.until(() => client.last(linux)?.version === 2 && codes(linux).includes(strayCpuRule));
  });
});
