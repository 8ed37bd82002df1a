import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type BuildResult, buildRequest } from '@jailhouse-cells/protocol/messages.ts';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PublishDiagnosticsParams } from 'vscode-languageserver';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { linuxText, rootText, strayCpuRule, strayCpuText } from './rpi4-configs.ts';

/** The server as it is shipped: one bundle, in a process of its own, on real files. */
let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jailhouse cells server-'));
  bundle = join(folder, 'server.cjs');
  const entry = fileURLToPath(new URL('../../server/main.ts', import.meta.url));
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile: bundle, mainFields: ['module', 'main'] });
  writeFileSync(join(folder, 'rpi4.c'), rootText);
  writeFileSync(join(folder, 'rpi4-linux-demo.c'), linuxText);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const uri = () => pathToFileURL(join(folder, 'rpi4-linux-demo.c')).href;

async function converse(connection: MessageConnection, child: ChildProcess): Promise<void> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const found = new Promise<PublishDiagnosticsParams>((resolve) => {
    connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      if (params.diagnostics.some(({ code }) => code === strayCpuRule)) resolve(params);
    });
  });
  connection.listen();
  const workspaceFolders = [{ uri: pathToFileURL(folder).href, name: 'test' }];
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {}, workspaceFolders });
  await connection.sendNotification('initialized', {});
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri: uri(), languageId: 'c', version: 1, text: strayCpuText },
  });
  // The editor's spelling of the URI, also for a path with a space in it.
  expect((await found).uri).toBe(uri());
  await connection.sendNotification('textDocument/didClose', { textDocument: { uri: uri() } });
  const result = await connection.sendRequest<BuildResult>(buildRequest, { uri: uri() });
  expect(result).toMatchObject({ ok: true, path: join(folder, 'rpi4-linux-demo.cell') });
  expect(result.ok && readFileSync(result.path).length === result.bytes).toBe(true);
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  expect(await ended).toBe(0);
  connection.dispose();
}

describe('the bundled server', () => {
  it.each([[['--stdio']], [[]]])('speaks over stdio with the arguments %j', async (args) => {
    const child = spawn(process.execPath, [bundle, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    await converse(createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin)), child);
  });

  it('speaks over node IPC', async () => {
    const child = fork(bundle, ['--node-ipc'], { execArgv: [] });
    await converse(createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child)), child);
  });

  it('speaks over a socket that the client listens on', async () => {
    const listening = createServer();
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const address = listening.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const child = spawn(process.execPath, [bundle, `--socket=${port}`], { stdio: ['ignore', 'inherit', 'inherit'] });
    const socket = await new Promise<import('node:net').Socket>((resolve) => listening.once('connection', resolve));
    await converse(createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket)), child);
    socket.destroy();
    listening.close();
  });

  it('ends when its client is gone', async () => {
    const child = spawn(process.execPath, [bundle, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.end();
    await ended;
  });
});
