// Bundles into dist/: client.cjs (loaded by VS Code) with deployment.cjs and askpass-program.cjs, server.cjs (its language server), cli.cjs (the command line) with cli-deployment.cjs, simulator.cjs (the simulated board) with
// forwarder.cjs (what its sshd starts), webview.js and .css (the memory map).
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';
import { pageBundle, pageStyle } from './page-bundle.mjs';
import { simulatorBundle } from './simulator-bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const watch = process.argv.includes('--watch');
// Source maps are for debugging from the checkout; .vscodeignore keeps them out of the VSIX.
const sourcemap = watch || process.argv.includes('--sourcemap');

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: !watch,
  // Names of errors and rules stay readable in logs.
  keepNames: false,
  legalComments: 'none',
  sourcemap: sourcemap ? 'linked' : false,
  logLevel: 'info',
  mainFields: ['module', 'main'],
};

/** The client library is a bundle of its own, loaded when the server starts: activation must not pay for it. */
const languageClientApart = {
  name: 'language-client-apart',
  setup(build) {
    build.onResolve({ filter: /^\.\/language-client\.ts$/ }, () => ({ path: './language-client.cjs', external: true }));
  },
};

/** Deployment is a bundle of its own, loaded at first need, for the same reason. */
const deploymentApart = {
  name: 'deployment-apart',
  setup(build) {
    build.onResolve({ filter: /^\.\/parts\.ts$/ }, () => ({ path: './deployment.cjs', external: true }));
  },
};

/** The simulated board is a bundle of its own, too: it is a program that the extension starts, and the other commands must not pay for it. */
const simulatorApart = {
  name: 'simulator-apart',
  setup(build) {
    build.onResolve({ filter: /\/run-board\.ts$/ }, () => ({ path: './simulator.cjs', external: true }));
  },
};

/** So is what the command line does with a target. */
const actionsApart = {
  name: 'actions-apart',
  setup(build) {
    build.onResolve({ filter: /\/deployment\/actions\.ts$/ }, () => ({ path: './cli-deployment.cjs', external: true }));
  },
};

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  // CommonJS: what extension hosts of every supported VS Code can load. A dynamic import becomes require, so that `vscode` is found in it.
  {
    ...common,
    entryPoints: ['client/extension.ts'],
    outfile: 'dist/client.cjs',
    format: 'cjs',
    external: ['vscode'],
    supported: { 'dynamic-import': false },
    plugins: [languageClientApart, deploymentApart],
  },
  { ...common, entryPoints: ['client/language-client.ts'], outfile: 'dist/language-client.cjs', format: 'cjs', external: ['vscode'] },
  {
    ...common,
    entryPoints: ['client/deployment/parts.ts'],
    outfile: 'dist/deployment.cjs',
    format: 'cjs',
    external: ['vscode'],
    supported: { 'dynamic-import': false },
    plugins: [languageClientApart],
    // The program beside it is found by __dirname there.
    logOverride: { 'empty-import-meta': 'silent' },
  },
  // Started by ssh when it has a question for the user.
  { ...common, entryPoints: ['deploy/ssh/askpass-program.cjs'], outfile: 'dist/askpass-program.cjs', format: 'cjs' },
  { ...common, entryPoints: ['server/main.ts'], outfile: 'dist/server.cjs', format: 'cjs' },
  {
    ...common,
    entryPoints: ['cli/main.ts'],
    outfile: 'dist/cli.cjs',
    format: 'cjs',
    supported: { 'dynamic-import': false },
    plugins: [simulatorApart, actionsApart],
  },
  {
    ...common,
    entryPoints: ['cli/deployment/actions.ts'],
    outfile: 'dist/cli-deployment.cjs',
    format: 'cjs',
    // The program of askpass is found by __dirname there.
    logOverride: { 'empty-import-meta': 'silent' },
  },
  { ...common, ...simulatorBundle, outdir: 'dist' },
  { ...pageBundle, absWorkingDir: root, outdir: 'dist', minify: !watch, sourcemap: sourcemap ? 'inline' : false, logLevel: 'info' },
  { ...pageStyle, absWorkingDir: root, outdir: 'dist', logLevel: 'info' },
];

// Of another bundle's code it would be worse than none.
rmSync(`${root}/dist/cli.cache`, { force: true });
let failed = false;
const packages = new Set();
for (const options of bundles) {
  const entry = Object.values(/** @type {Record<string, string>} */ (options.entryPoints))[0];
  if (!existsSync(`${root}/${entry}`)) {
    console.error(`${entry} does not exist: it is not built`);
    failed = true;
  } else if (watch) {
    await (await context(options)).watch();
  } else {
    try {
      const { metafile } = await build({ ...options, metafile: true });
      for (const input of Object.keys(metafile.inputs)) {
        const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
        if (found?.[1]) packages.add(found[1]);
      }
    } catch {
      // esbuild has printed why.
      failed = true;
    }
  }
}
if (!watch) writeFileSync(`${root}/dist/THIRD-PARTY-NOTICES.txt`, notices([...packages].sort()));
if (!watch && !failed) failed = spawnSync(process.execPath, [`${root}/scripts/code-cache.mjs`], { stdio: 'inherit' }).status !== 0;
if (failed && !watch) process.exitCode = 1;

/** The licences of the packages that ended up in the bundles, as these ask for. @param {string[]} names */
function notices(names) {
  return names
    .map((name) => {
      const folder = `${root}/node_modules/${name}`;
      const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      if (file === undefined && license === undefined) throw new Error(`${name} comes without a licence`);
      return `${name} ${version}\n\n${file === undefined ? license : readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
