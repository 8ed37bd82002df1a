// Measures systems with a board and guests: edit to diagnostics in the running server, and the reading of a board tree beside cpp and dtc.
// Alone: npx tsx scripts/bench-board.ts [--edits N]
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FileTreeHost } from '@jailhouse-cells/core/devicetree/file-tree-host.ts';
import { readTreeSource } from '@jailhouse-cells/core/devicetree/read-source.ts';
import type { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { LineIndex } from '@jailhouse-cells/core/source/span.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import type { DocumentDiagnosticReport } from 'vscode-languageserver';
import { type BoardProject, type EditedPlace, makeBoardProject } from './bench-board/board-project.ts';
import { LanguageServer, uriOf } from './bench-editor/language-server.ts';

const bundle = fileURLToPath(new URL('../dist/server.cjs', import.meta.url));
const warmUpEdits = 10;
/** Milliseconds between edits, as in the editor's bench. */
const pause = 20;
const readings = 40;

/** Runs all measurements and prints them with their targets; nothing here passes or fails. */
export async function benchBoard(edits: number, print: (line: string) => void): Promise<void> {
  const project = makeBoardProject();
  try {
    if (existsSync(bundle)) await benchEdits(project, edits, print);
    else print('board: dist/server.cjs is not there; run "npm run build" first.');
    benchReading(project, print);
  } finally {
    rmSync(project.folder, { recursive: true, force: true });
  }
}

async function benchEdits(project: BoardProject, edits: number, print: (line: string) => void): Promise<void> {
  const server = await LanguageServer.start(process.execPath, [bundle, '--stdio'], project.folder, { diagnostic: {} });
  try {
    for (const [path, text] of project.files) await server.open(path, text);
    const found = await Promise.all([...project.files.keys()].map((path) => ask(server, path)));
    const before = found.reduce((sum, { items }) => sum + items, 0);
    print(`Edit to diagnostics: root cell, two cells with guests, config.txt, cmdline.txt, a board tree of ${project.lines} lines`);
    print(
      `with ${project.overlays} overlays, all ${project.files.size} files open (${before} findings before), ${edits} edits of each file in turns`,
    );
    let turn = 0;
    const times = new Map(project.places.map((place) => [place, { own: [] as number[], all: [] as number[], findings: 0 }]));
    // In turns, so that whatever else the machine does meanwhile hits all of them alike.
    for (let at = -warmUpEdits; at < edits; at++) {
      for (const place of project.places) {
        const { own, all, findings } = await edit(server, project, place, ++turn);
        const kept = times.get(place);
        if (at < 0 || kept === undefined) continue;
        kept.own.push(own);
        kept.all.push(all);
        kept.findings = Math.max(kept.findings, findings);
      }
    }
    print(`  ${'edited file'.padEnd(28)}its own diagnostics          those of all files           target: median at most 10 ms`);
    for (const [{ name }, { own, all, findings }] of times) {
      print(`  ${name.padEnd(28)}${show(own).padEnd(29)}${show(all).padEnd(29)}(up to ${findings} findings)`);
    }
  } finally {
    await server.stop();
  }
}

interface EditTimes {
  /** Milliseconds from the edit to the diagnostics of the edited file. */
  readonly own: number;
  /** Milliseconds from the edit to those of every file of the system. */
  readonly all: number;
  readonly findings: number;
}

/** Edits as an editor that asks for the diagnostics of each open file does: first of the edited one, then of the others. */
async function edit(server: LanguageServer, project: BoardProject, place: EditedPlace, turn: number): Promise<EditTimes> {
  const start = new LineIndex(project.files.get(place.path) ?? '').positionAt(place.digits);
  const range = { start, end: { line: start.line, character: start.character + place.length } };
  const text = place.text(turn);
  if (text.length !== place.length) throw new Error(`${place.name}: ${text} has not ${place.length} digits`);
  const others = [...project.files.keys()].filter((path) => path !== place.path);
  const began = performance.now();
  const change = { textDocument: { uri: uriOf(place.path), version: 2 * turn }, contentChanges: [{ range, text }] };
  server.connection.sendNotification('textDocument/didChange', change).catch(() => undefined);
  const first = ask(server, place.path).then(({ items }) => ({ own: performance.now() - began, items }));
  const rest = others.map((path) => ask(server, path));
  const { own, items } = await first;
  const counts = await Promise.all(rest);
  const all = performance.now() - began;
  // Each file goes back to what it was: edits of one file are not measured with the mistakes of another.
  await server.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: uriOf(place.path), version: 2 * turn + 1 },
    contentChanges: [{ range, text: original(project, place) }],
  });
  await Promise.all([...project.files.keys()].map((path) => ask(server, path)));
  await new Promise((resolve) => setTimeout(resolve, pause));
  return { own, all, findings: counts.reduce((sum, count) => sum + count.items, items) };
}

function original(project: BoardProject, { path, digits, length }: EditedPlace): string {
  return (project.files.get(path) ?? '').slice(digits, digits + length);
}

async function ask(server: LanguageServer, path: string): Promise<{ readonly items: number }> {
  const report = await server.connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', {
    textDocument: { uri: uriOf(path) },
  });
  return { items: report.kind === 'full' ? report.items.length : 0 };
}

/** Nothing is kept from one reading to the next but what a running server has of its own: compiled code. */
function benchReading(project: BoardProject, print: (line: string) => void): void {
  const ours: number[] = [];
  const theirs: number[] = [];
  const command = `cpp -nostdinc -undef -x assembler-with-cpp -I "${project.headers}" "${project.boardTree}" | dtc -q -@ -I dts -O dtb -o /dev/null -`;
  for (let at = -warmUpEdits; at < readings; at++) {
    const began = performance.now();
    const host = new FileTreeHost(nodeFileSystem, []);
    const { findings } = readTreeSource(host.source(project.boardTree) as SourceFile, host, { symbols: true });
    const took = performance.now() - began;
    if (findings.length > 0) throw new Error(`the generated tree is not sound: ${findings[0]?.message}`);
    if (at < 0) continue;
    ours.push(took);
    const started = performance.now();
    const done = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    theirs.push(performance.now() - started);
    if (done.status !== 0 || done.stderr !== '') {
      print(`  cpp and dtc: not compared (${done.stderr.trim() || 'apt-get install cpp device-tree-compiler'})`);
      return;
    }
  }
  print(`Reading the board tree of ${project.lines} lines, from files, nothing kept`);
  print(`  Jailhouse Cells              ${show(ours)}   target: at most what cpp and dtc take`);
  print(`  cpp | dtc                    ${show(theirs)}`);
}

function show(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return `median ${at(0.5).toFixed(2)}, p95 ${at(0.95).toFixed(2)} ms`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Other benches get the same command line: options that only they know are passed over.
  const { values } = parseArgs({ options: { edits: { type: 'string' } }, strict: false });
  await benchBoard(typeof values.edits === 'string' ? Number(values.edits) : 60, (line) => console.log(line));
}
