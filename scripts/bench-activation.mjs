// Measures the extension's own activation in fresh Node processes: loading dist/client.cjs and running activate(), with a stand-in for the
// `vscode` module so that nothing of VS Code itself is counted. Beside it, the client library that is loaded when the server starts.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './programs.mjs';

const runs = 15;
/** Milliseconds that activation may take. */
const target = 100;

const probe = `
const Module = require('node:module');
const { join } = require('node:path');
const disposable = { dispose() {} };
class Disposable { constructor(end) { this.end = end; } static from() { return disposable; } dispose() {} }
class EventEmitter { event = () => disposable; fire() {} dispose() {} }
const listen = () => disposable;
const config = "#include <jailhouse/types.h>\\n#include <jailhouse/cell-config.h>\\n" + "/* a config */\\n".repeat(200);
const plain = "#include <stdio.h>\\n" + "int x;\\n".repeat(200);
const document = (text) => ({ languageId: 'c', getText: () => text, uri: { toString: () => 'file:///x.c' } });
const vscode = new Proxy({
  Disposable, EventEmitter, Range: class {}, Uri: class {},
  commands: { registerCommand: listen, executeCommand: async () => undefined },
  window: { createOutputChannel: () => ({ info() {}, error() {}, debug() {}, show() {}, dispose() {} }), onDidChangeActiveTextEditor: listen },
  workspace: {
    registerTextDocumentContentProvider: listen, onDidOpenTextDocument: listen, onDidChangeTextDocument: listen, onDidChangeWorkspaceFolders: listen,
    textDocuments: [document(plain), document(plain), document(plain)], findFiles: async () => [],
  },
  languages: {}, LanguageStatusSeverity: {},
}, { get: (target, name) => name in target ? target[name] : class {} });
const load = Module._load;
Module._load = function (name, ...rest) { return name === 'vscode' ? vscode : load.call(this, name, ...rest); };
const folder = process.argv[1];
const began = performance.now();
const extension = require(join(folder, 'dist/client.cjs'));
const loaded = performance.now();
extension.activate({ asAbsolutePath: (path) => join(folder, path), subscriptions: [] });
const activated = performance.now();
require(join(folder, 'dist/language-client.cjs'));
const library = performance.now();
console.log(JSON.stringify({ load: loaded - began, activate: activated - loaded, library: library - activated }));
`;

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

if (!existsSync(join(root, 'dist/client.cjs'))) {
  console.error('dist/client.cjs is not built: run "npm run build" first.');
  process.exit(1);
}
const samples = [];
for (let index = 0; index < runs; index++) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', probe, root], { encoding: 'utf8' });
  if (status !== 0) {
    console.error(stderr);
    process.exit(1);
  }
  samples.push(JSON.parse(stdout));
}
const total = samples.map((sample) => sample.load + sample.activate);
console.log(`Activation of the extension, ${runs} fresh processes, Node ${process.versions.node}`);
console.log(
  `  load and activate: median ${median(total).toFixed(1)} ms, worst ${Math.max(...total).toFixed(1)} ms (target: under ${target} ms)`,
);
console.log(`  client library, loaded with the server: median ${median(samples.map((sample) => sample.library)).toFixed(1)} ms`);
