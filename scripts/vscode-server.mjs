// The real VS Code in a browser: VS Code's own server, as npm's code-server package carries it, run by a Node from npm. For tests and the demo.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { installOnce } from './cache-folder.mjs';

const codeServer = '4.139.1';
const nodeVersion = '24.21.0';
/** Goes up when the recipe below changes. */
const recipe = 2;
/** The VS Code inside that code-server. */
export const vscodeVersion = '1.139.1';

/** Installs the server into the user's cache folder at first use (some 800 MB, half a minute); gives its folder. */
export function ensureVscodeServer() {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new Error(
      `The browser VS Code runs on Linux x64 and arm64 only; this is ${process.platform} ${process.arch}. Install VS Code desktop.`,
    );
  }
  return installOnce(`vscode-server-${codeServer}-node-${nodeVersion}-${recipe}`, (folder) => {
    console.log(`Installing VS Code ${vscodeVersion} for the browser into the cache folder (once, about 800 MB)`);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    npmInstall(folder, [`node-linux-${process.arch}@${nodeVersion}`, `code-server@${codeServer}`]);
    const vscode = join(folder, 'node_modules/code-server/lib/vscode');
    // Its shrinkwrap is out of step with its package.json, so `npm ci` refuses.
    npmInstall(vscode, ['--omit=dev']);
    replaceNativeModules(join(vscode, 'node_modules'));
    if (!existsSync(join(vscode, 'out/server-main.js'))) throw new Error('code-server came without out/server-main.js');
  });
}

/** @param {string} folder @param {string[]} args */
function npmInstall(folder, args) {
  const result = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (result.status !== 0) throw new Error(`npm install ${args.join(' ')} failed in ${folder}`);
}

/** Two native modules of the server ship no prebuilt binary. These stand-ins do what the server asks of them: log to files, watch the parent. */
function replaceNativeModules(modules) {
  writeFileSync(
    join(modules, '@vscode/spdlog/index.js'),
    `const fs = require('node:fs');
const path = require('node:path');
const names = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];
class Logger {
  constructor(_kind, _name, file) {
    this.file = file;
    this.level = 2;
    if (file) fs.mkdirSync(path.dirname(file), { recursive: true });
  }
  write(level, text) {
    if (!this.file || level < this.level) return;
    const line = this.bare ? text : new Date().toISOString() + ' [' + names[level] + '] ' + text + '\\n';
    try { fs.appendFileSync(this.file, line); } catch {}
  }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() { this.bare = true; }
  flush() {}
  drop() {}
}
names.forEach((name, level) => { Logger.prototype[name] = function (text) { this.write(level, text); }; });
const create = async (name, file) => new Logger('file', name, file);
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
`,
  );
  for (const name of ['@vscode/native-watchdog', 'native-watchdog']) {
    const file = join(modules, name, 'index.js');
    if (!existsSync(join(modules, name))) continue;
    writeFileSync(
      file,
      `exports.start = (pid) => {
  setInterval(() => {
    try { process.kill(pid, 0); } catch { process.exit(87); }
  }, 3000).unref();
};
exports.exit = (code) => process.exit(code || 0);
`,
    );
  }
}

const quietSettings = {
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': 'off',
  'update.mode': 'none',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'json.schemaDownload.enable': false,
  'git.enabled': false,
};

/**
 * Installs a packaged extension, as "Install from VSIX" does.
 *
 * @param {{ vsix: string, extensions: string, userData: string }} options
 */
export function installExtension({ vsix, extensions, userData }) {
  const [node, main] = program();
  const { status, stdout, stderr } = spawnSync(
    node,
    [
      main,
      '--accept-server-license-terms',
      '--server-data-dir',
      userData,
      '--extensions-dir',
      extensions,
      '--install-extension',
      vsix,
      '--force',
    ],
    { encoding: 'utf8', env: environment(), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  if (status !== 0) throw new Error(`VS Code did not install ${vsix}:\n${stdout}${stderr}`);
}

/** The Node and the script that make up the server. @returns {[node: string, main: string]} */
function program() {
  const folder = ensureVscodeServer();
  return [
    join(folder, `node_modules/node-linux-${process.arch}/bin/node`),
    join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js'),
  ];
}

function environment() {
  // A dead loopback address: the extension gallery is not asked.
  const dead = 'http://127.0.0.1:9/none';
  return {
    ...process.env,
    NODE_OPTIONS: '',
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: dead, itemUrl: dead, resourceUrlTemplate: dead, controlUrl: '' }),
  };
}

/**
 * Starts the server on a free port of the loopback interface.
 *
 * @param {{ userData: string, extensions: string, settings?: Record<string, unknown>, env?: Record<string, string>, trust?: boolean, port?: number }} options
 *   `userData` keeps settings and logs; `extensions` holds unpacked extensions; `env`: more of the environment; without `trust` every folder counts as trusted.
 * @returns {Promise<{ url: string, stop: () => Promise<void>, exited: Promise<number | null> }>}
 */
export async function startVscodeServer({ userData, extensions, settings = {}, env = {}, trust = false, port }) {
  const [node, main] = program();
  const file = join(userData, 'data/User/settings.json');
  mkdirSync(dirname(file), { recursive: true });
  mkdirSync(extensions, { recursive: true });
  writeFileSync(file, JSON.stringify({ ...quietSettings, ...settings }, undefined, 2));
  const chosen = port ?? (await freePort());
  const child = spawn(
    node,
    [
      main,
      ...['--host', '127.0.0.1', '--port', String(chosen), '--without-connection-token', '--accept-server-license-terms'],
      ...['--telemetry-level', 'off', '--server-data-dir', userData, '--extensions-dir', extensions],
      ...(trust ? [] : ['--disable-workspace-trust']),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...environment(), ...env } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output = (output + chunk).slice(-20_000)));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const url = `http://127.0.0.1:${chosen}`;
  const stop = async () => {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(killer);
  };
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The VS Code server ended with status ${child.exitCode}:\n${output}`);
    if (
      await fetch(url).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return { url, stop, exited };
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`The VS Code server did not answer at ${url} within a minute:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}
