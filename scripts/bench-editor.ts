// Measures what an editor's user feels: edit to published diagnostics, beside clangd on the same file, and the server's memory.
// Alone: npx tsx scripts/bench-editor.ts [--jailhouse DIR] [--edits N]
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LineIndex } from '@jailhouse-cells/core/source/span.ts';
import { activeDocumentNotification, type DocumentStatus, statusNotification } from '@jailhouse-cells/protocol/messages.ts';
import { LanguageServer, uriOf } from './bench-editor/language-server.ts';
import { type BenchWorkspace, editedDigits, makeBenchWorkspace } from './bench-editor/workspace.ts';

const bundle = fileURLToPath(new URL('../dist/server.cjs', import.meta.url));
const warmUpEdits = 20;

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
    const lines = (workspace.files.get(workspace.edited) ?? '').split('\n').length - 1;
    print(`Edit to published diagnostics: a cell config of ${lines} lines with its root cell and two sibling cells open, ${edits} edits`);
    const ours = await measure(process.execPath, [bundle, '--stdio'], workspace, edits, {});
    print(`  Jailhouse Cells              ${show(ours)}   targets: median at most 5 ms, p95 at most 15 ms`);
    await benchClangd(workspace, edits, ours, print);
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
async function benchClangd(workspace: BenchWorkspace, edits: number, ours: Latency, print: (line: string) => void): Promise<void> {
  const command = ['clangd-19', 'clangd'].find((name) => versionOf(name) !== undefined);
  if (command === undefined) {
    print('  clangd is not installed (apt-get install clangd-19): not compared');
    return;
  }
  const args = ['--log=error', '--background-index=false', '--clang-tidy=false', '--pch-storage=memory', '--enable-config=false'];
  const asEditors = await measure(command, args, workspace, edits, {});
  const atOnce = await measure(command, args, workspace, edits, { wantDiagnostics: true });
  print(`  clangd as editors use it     ${show(asEditors)}`);
  print(`  clangd without its delay     ${show(atOnce)}   (didChange with wantDiagnostics: true, which skips its debounce)`);
  print(
    `  clangd's deliberate delay    ${milliseconds(asEditors.median - atOnce.median)} by the difference of the medians; its source says at least 50 ms`,
  );
  print(
    `  times faster than clangd     ${(atOnce.median / ours.median).toFixed(1)} with its delay subtracted, ${(asEditors.median / ours.median).toFixed(1)} with it   target: at least 10`,
  );
  print(`  (${versionOf(command)}; ${args.join(' ')}; compile_commands.json with our built-in headers)`);
}

async function measure(
  command: string,
  args: readonly string[],
  workspace: BenchWorkspace,
  edits: number,
  extension: Readonly<Record<string, unknown>>,
): Promise<Latency> {
  const server = await LanguageServer.start(command, args, workspace.folder);
  try {
    const { edited, files, digits } = workspace;
    for (const [path, text] of files) if (path !== edited) await server.open(path, text);
    const text = files.get(edited) ?? '';
    await server.open(edited, text);
    const start = new LineIndex(text).positionAt(digits);
    const range = { start, end: { line: start.line, character: start.character + editedDigits(0).length } };
    const times: number[] = [];
    for (let at = 0; at < warmUpEdits + edits; at++) {
      const version = at + 2;
      const answered = server.published(edited, (params) => params.version === version);
      const began = performance.now();
      const change = { textDocument: { uri: uriOf(edited), version }, contentChanges: [{ range, text: editedDigits(at) }], ...extension };
      server.connection.sendNotification('textDocument/didChange', change).catch(() => undefined);
      await answered;
      if (at >= warmUpEdits) times.push(performance.now() - began);
      // A user's next key comes later than this; the rest of the server's work for this edit is done meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return latencyOf(times);
  } finally {
    await server.stop();
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
