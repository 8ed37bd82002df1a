// Measures what an editor's user feels: edit to published diagnostics, beside clangd on the same file, and the server's memory.
// Alone: npx tsx scripts/bench-editor.ts [--jailhouse DIR] [--edits N]
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LineIndex } from '@jailhouse-cells/core/source/span.ts';
import {
  activeDocumentNotification,
  type DocumentStatus,
  statusNotification,
  virtualDocumentRequest,
} from '@jailhouse-cells/protocol/messages.ts';
import { LanguageServer, uriOf } from './bench-editor/language-server.ts';
import { type BenchWorkspace, editedDigits, makeBenchWorkspace } from './bench-editor/workspace.ts';

const bundle = fileURLToPath(new URL('../dist/server.cjs', import.meta.url));
const warmUpEdits = 20;
const editsPerTurn = 20;
/** Milliseconds between edits: a user's next key comes later, and the rest of the server's work for an edit is done meanwhile. */
const pause = 20;

/** Milliseconds. */
interface Latency {
  readonly median: number;
  readonly p95: number;
}

export interface EditorBenchOptions {
  /** A Jailhouse tree whose configs are all opened for the memory measurement; left out: not measured. */
  readonly jailhouse?: string | undefined;
  readonly edits?: number;
}

/** Runs all measurements and prints them with their targets; nothing here passes or fails. */
export async function benchEditor({ jailhouse, edits = 200 }: EditorBenchOptions, print: (line: string) => void): Promise<void> {
  if (!existsSync(bundle)) {
    print('editor: dist/server.cjs is not there; run "npm run build" first.');
    return;
  }
  const workspace = makeBenchWorkspace();
  try {
    await benchLatency(workspace, edits, print);
  } finally {
    rmSync(workspace.folder, { recursive: true, force: true });
  }
  if (jailhouse !== undefined) await benchMemory(jailhouse, print);
}

/**
 * clangd waits before it looks at an edit (ClangdServer.h: DebouncePolicy, from 50 to 500 ms, within it the median time of recent
 * rebuilds). No option changes that, but its extension `wantDiagnostics: true` in didChange makes it start at once
 * (TUScheduler.cpp): measured that way, the delay is not there to be subtracted; measured as editors do, it is.
 */
async function benchLatency(workspace: BenchWorkspace, edits: number, print: (line: string) => void): Promise<void> {
  const clangd = ['clangd-19', 'clangd'].find((name) => versionOf(name) !== undefined);
  const args = ['--log=error', '--background-index=false', '--clang-tidy=false', '--pch-storage=memory', '--enable-config=false'];
  const ours = await EditedServer.start(process.execPath, [bundle, '--stdio'], workspace, {});
  const asEditors = clangd === undefined ? undefined : await EditedServer.start(clangd, args, workspace, {});
  const atOnce = clangd === undefined ? undefined : await EditedServer.start(clangd, args, workspace, { wantDiagnostics: true });
  const servers = [ours, asEditors, atOnce].filter((server) => server !== undefined);
  try {
    for (const server of servers) await server.edit(warmUpEdits, false);
    // In turns, so that whatever else the machine does meanwhile hits all of them alike.
    for (let done = 0; done < edits; done += editsPerTurn) {
      for (const server of servers) await server.edit(Math.min(editsPerTurn, edits - done), true);
      await ours.askForNothing(Math.min(editsPerTurn, edits - done));
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  const lines = (workspace.files.get(workspace.edited) ?? '').split('\n').length - 1;
  print(`Edit to published diagnostics: a cell config of ${lines} lines with its root cell and two sibling cells open, ${edits} edits`);
  print(`  Jailhouse Cells              ${show(ours.latency)}   targets: median at most 5 ms, p95 at most 15 ms`);
  print(`  of it an empty request       ${show(ours.emptyLatency)}   (two processes, a pipe and JSON, without any work)`);
  if (!asEditors || !atOnce || clangd === undefined) {
    print('  clangd is not installed (apt-get install clangd-19): not compared');
    return;
  }
  const delay = asEditors.latency.median - atOnce.latency.median;
  const times = (server: EditedServer) => (server.latency.median / ours.latency.median).toFixed(1);
  print(`  clangd as editors use it     ${show(asEditors.latency)}`);
  print(`  clangd without its delay     ${show(atOnce.latency)}   (didChange with wantDiagnostics: true, which skips its debounce)`);
  print(`  clangd's deliberate delay    ${milliseconds(delay)} by the difference of the medians; its source says at least 50 ms`);
  print(`  times faster than clangd     ${times(atOnce)} with its delay subtracted, ${times(asEditors)} with it   target: at least 10`);
  print(`  (${versionOf(clangd)}; ${args.join(' ')}; compile_commands.json with our built-in headers)`);
}

/** A server with the bench's configs open, and the times from its edits to their diagnostics. */
class EditedServer {
  private readonly times: number[] = [];
  private readonly emptyTimes: number[] = [];
  private version = 1;

  private constructor(
    private readonly server: LanguageServer,
    private readonly workspace: BenchWorkspace,
    private readonly extension: Readonly<Record<string, unknown>>,
  ) {}

  static async start(
    command: string,
    args: readonly string[],
    workspace: BenchWorkspace,
    extension: Readonly<Record<string, unknown>>,
  ): Promise<EditedServer> {
    const server = await LanguageServer.start(command, args, workspace.folder);
    for (const [path, text] of workspace.files) if (path !== workspace.edited) await server.open(path, text);
    await server.open(workspace.edited, workspace.files.get(workspace.edited) ?? '');
    return new EditedServer(server, workspace, extension);
  }

  async edit(count: number, timed: boolean): Promise<void> {
    const { edited, files, digits } = this.workspace;
    const start = new LineIndex(files.get(edited) ?? '').positionAt(digits);
    const range = { start, end: { line: start.line, character: start.character + editedDigits(0).length } };
    for (let at = 0; at < count; at++) {
      const version = ++this.version;
      const contentChanges = [{ range, text: editedDigits(version) }];
      const answered = this.server.published(edited, (params) => params.version === version);
      const began = performance.now();
      const change = { textDocument: { uri: uriOf(edited), version }, contentChanges, ...this.extension };
      this.server.connection.sendNotification('textDocument/didChange', change).catch(() => undefined);
      await answered;
      if (timed) this.times.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /** Requests that need no work: what the two processes and the pipe between them cost by themselves. */
  async askForNothing(count: number): Promise<void> {
    for (let at = 0; at < count; at++) {
      const began = performance.now();
      await this.server.connection.sendRequest(virtualDocumentRequest, { uri: 'none' });
      this.emptyTimes.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  get latency(): Latency {
    return latencyOf(this.times);
  }

  get emptyLatency(): Latency {
    return latencyOf(this.emptyTimes);
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** Opens every config of a Jailhouse tree, as tabs in an editor with the tree as its folder. */
async function benchMemory(tree: string, print: (line: string) => void): Promise<void> {
  const configs = findConfigs(join(tree, 'configs'));
  if (configs.length === 0) {
    print(`Memory: ${tree} has no configs`);
    return;
  }
  const server = await LanguageServer.start(process.execPath, [bundle, '--stdio'], tree);
  try {
    const empty = server.memory();
    const last = configs.at(-1) ?? '';
    const allChecked = new Promise<void>((resolve) => {
      server.connection.onNotification(statusNotification, ({ uri, kind }: DocumentStatus) => {
        if (uri === uriOf(last) && kind !== undefined) resolve();
      });
    });
    const began = performance.now();
    // Documents are checked in the order in which they were opened: the last one's status tells that all have been.
    await server.connection.sendNotification(activeDocumentNotification, { uri: uriOf(last) });
    for (const path of configs) await server.open(path, readFileSync(path, 'utf8'));
    await allChecked;
    const took = performance.now() - began;
    // The folder is searched and checked behind the open documents; then memory no longer grows.
    let settled = server.memory();
    for (let same = 0; same < 5; ) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const now = server.memory();
      same = now && settled && Math.abs(now.now - settled.now) < 1024 * 1024 ? same + 1 : 0;
      settled = now;
    }
    if (!empty || !settled) {
      print('Memory: not measured (no /proc here)');
      return;
    }
    print(`Server with ${configs.length} configs of ${tree} open (checked within ${took.toFixed(0)} ms)`);
    print(
      `  resident ${mebibytes(settled.now)}, at most ${mebibytes(settled.peak)}; before ${mebibytes(empty.now)}   target: under 150 MB`,
    );
  } finally {
    await server.stop();
  }
}

function findConfigs(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => join(folder, name));
}

function latencyOf(times: readonly number[]): Latency {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95) };
}

function versionOf(command: string): string | undefined {
  try {
    return /clangd version \S+/.exec(execFileSync(command, ['--version'], { encoding: 'utf8' }))?.[0];
  } catch {
    return undefined;
  }
}

function show({ median, p95 }: Latency): string {
  return `median ${milliseconds(median)}, p95 ${milliseconds(p95)}`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Other benches get the same command line: options that only they know are passed over.
  const { values } = parseArgs({ options: { jailhouse: { type: 'string' }, edits: { type: 'string' } }, strict: false });
  const jailhouse = typeof values.jailhouse === 'string' ? values.jailhouse : undefined;
  const edits = typeof values.edits === 'string' ? { edits: Number(values.edits) } : {};
  await benchEditor({ jailhouse, ...edits }, (line) => console.log(line));
}
