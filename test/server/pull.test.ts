import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type CancellationToken,
  CancellationTokenSource,
  type Diagnostic,
  type FullDocumentDiagnosticReport,
  LSPErrorCodes,
  ProgressType,
  type RelatedFullDocumentDiagnosticReport,
  type RelatedUnchangedDocumentDiagnosticReport,
  type WorkspaceDiagnosticReport,
} from 'vscode-languageserver';
import { LspClient, pulling, uriOf } from './lsp-client.ts';
import { MemoryFileSystem } from './memory-file-system.ts';
import { linux, linuxText, replaced, root, rootText, rpi4Files, strayCpuRule, strayCpuText } from './rpi4-configs.ts';

type Report = RelatedFullDocumentDiagnosticReport | RelatedUnchangedDocumentDiagnosticReport;

let client: LspClient;

async function start(files: Record<string, string>, folders: readonly string[] = []): Promise<void> {
  const fs = new MemoryFileSystem(files);
  client = await LspClient.start(new Workspace(fs), fs, { capabilities: pulling, folders });
}

afterEach(async () => {
  expect(client.logged).toEqual([]);
  // A client that pulls would show what is pushed a second time.
  expect(client.published).toEqual([]);
  await client.stop();
});

function pull(path: string, previousResultId?: string): Promise<Report> {
  return client.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: uriOf(path) }, previousResultId });
}

function pullAll(previous: Readonly<Record<string, string>>, token: CancellationToken): Promise<WorkspaceDiagnosticReport> {
  const previousResultIds = Object.entries(previous).map(([path, value]) => ({ uri: uriOf(path), value }));
  return client.connection.sendRequest('workspace/diagnostic', { previousResultIds }, token);
}

function codes(report: { readonly items?: readonly Diagnostic[] } | undefined): unknown[] {
  return (report?.items ?? []).map(({ code }) => code);
}

function full(report: Report): RelatedFullDocumentDiagnosticReport {
  if (report.kind !== 'full') throw new Error('the report is not a full one');
  return report;
}

describe('pulled diagnostics', () => {
  it('are offered to a client that can pull', async () => {
    await start({});
    expect(client.initialized?.capabilities.diagnosticProvider).toEqual({
      identifier: 'jailhouse',
      interFileDependencies: true,
      workspaceDiagnostics: true,
    });
  });

  it('are those of the present text, and unchanged when asked for again', async () => {
    await start(rpi4Files());
    await client.open(linux, strayCpuText);
    const first = full(await pull(linux));
    expect(codes(first)).toContain(strayCpuRule);
    expect(await pull(linux, first.resultId)).toEqual({ kind: 'unchanged', resultId: first.resultId });
    await client.edit(linux, linuxText);
    const second = full(await pull(linux, first.resultId));
    expect(codes(second)).not.toContain(strayCpuRule);
    expect(second.resultId).not.toBe(first.resultId);
  });

  it('bring those of included files along', async () => {
    const text = replaced(linuxText, '#include <jailhouse/cell-config.h>', '#include <jailhouse/cell-config.h>\n#include "shared.h"');
    await start({ ...rpi4Files(), '/work/configs/shared.h': '#error "not for this board"\n' });
    await client.open(linux, text);
    const report = full(await pull(linux));
    const related = report.relatedDocuments?.[uriOf('/work/configs/shared.h')] as FullDocumentDiagnosticReport | undefined;
    expect(related?.items[0]?.message).toContain('not for this board');
  });

  it('are asked for again when an edit elsewhere changed them', async () => {
    await start(rpi4Files());
    await client.open(root, rootText);
    await client.open(linux, linuxText);
    const before = full(await pull(linux));
    expect(codes(before)).not.toContain(strayCpuRule);
    await client.edit(root, replaced(rootText, '.cpus = { 0b1111 }', '.cpus = { 0b0111 }'));
    await client.until(() => client.refreshes > 0);
    expect(codes(full(await pull(linux, before.resultId)))).toContain(strayCpuRule);
  });

  it('are empty for a document that is no config', async () => {
    await start({});
    await client.open('/work/other.c', 'int x = y;');
    expect(await pull('/work/other.c')).toEqual({ kind: 'full', items: [], resultId: 'none' });
    expect(await client.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: 'git:/work/other.c' } })).toEqual({
      kind: 'full',
      items: [],
    });
  });

  it('of the whole folder are given at once, then when there is news', async () => {
    await start({ ...rpi4Files(), [linux]: strayCpuText }, ['/work']);
    const known: Record<string, string> = {};
    const take = ({ items }: WorkspaceDiagnosticReport) => {
      for (const item of items) if (item.resultId !== undefined) known[item.uri.replace('file://', '')] = item.resultId;
      return items;
    };
    const none = new CancellationTokenSource();
    let first = await pullAll(known, none.token);
    while (!take(first).some(({ uri }) => uri === uriOf(linux))) first = await pullAll(known, none.token);
    const item = first.items.find(({ uri }) => uri === uriOf(linux));
    expect(item?.kind === 'full' && codes(item)).toContain(strayCpuRule);
    await client.quiet();

    let answered = false;
    const waiting = pullAll(known, none.token).then((report) => {
      answered = true;
      return report;
    });
    await client.quiet();
    expect(answered).toBe(false);
    await client.open(linux, linuxText);
    const news = (await waiting).items.find(({ uri }) => uri === uriOf(linux));
    expect(news?.kind === 'full' && codes(news)).not.toContain(strayCpuRule);
  });

  it('stream through one request to a client that takes partial results, until a document is closed', async () => {
    await start(rpi4Files(), ['/work']);
    const news: WorkspaceDiagnosticReport['items'] = [];
    const type = new ProgressType<WorkspaceDiagnosticReport>();
    client.connection.onProgress(type, 'stream', ({ items }) => void news.push(...items));
    const params = { previousResultIds: [], partialResultToken: 'stream' };
    const request = client.connection.sendRequest<WorkspaceDiagnosticReport>('workspace/diagnostic', params);
    const given = () => {
      const last = news.findLast(({ uri }) => uri === uriOf(linux));
      return last?.kind === 'full' ? codes(last) : [];
    };
    await client.open(root, rootText);
    await client.quiet();
    expect(given()).not.toContain(strayCpuRule);
    await client.edit(root, replaced(rootText, '.cpus = { 0b1111 }', '.cpus = { 0b0111 }'));
    await client.quiet();
    expect(given()).toContain(strayCpuRule);
    await client.edit(root, rootText);
    await client.quiet();
    expect(given()).not.toContain(strayCpuRule);
    await client.close(root);
    expect((await request).items.every(({ kind }) => kind === 'full')).toBe(true);
  });

  it('waiting for news can be cancelled', async () => {
    await start({}, ['/work']);
    const source = new CancellationTokenSource();
    const waiting = pullAll({}, source.token);
    await client.quiet();
    source.cancel();
    await expect(waiting).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
  });

  it('of a document can be cancelled before they are computed', async () => {
    await start(rpi4Files());
    await client.open(linux, strayCpuText);
    const source = new CancellationTokenSource();
    const request = client.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: uriOf(linux) } }, source.token);
    source.cancel();
    await expect(request).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
  });
});
