// Bundles the three doors into dist/: client.cjs (loaded by VS Code), server.cjs (its language server), cli.mjs (the command line).
import { existsSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';

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

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  // CommonJS: what extension hosts of every supported VS Code can load.
  {
    ...common,
    entryPoints: ['client/extension.ts'],
    outfile: 'dist/client.cjs',
    format: 'cjs',
    external: ['vscode', './language-client.cjs'],
  },
  { ...common, entryPoints: ['client/language-client.ts'], outfile: 'dist/language-client.cjs', format: 'cjs', external: ['vscode'] },
  { ...common, entryPoints: ['server/main.ts'], outfile: 'dist/server.cjs', format: 'cjs' },
  { ...common, entryPoints: ['cli/main.ts'], outfile: 'dist/cli.mjs', format: 'esm' },
];

rmSync(`${root}/dist`, { recursive: true, force: true });
let failed = false;
for (const options of bundles) {
  const entry = /** @type {string[]} */ (options.entryPoints)[0];
  if (!existsSync(`${root}/${entry}`)) {
    console.error(`${entry} does not exist: ${options.outfile} is not built`);
    failed = true;
    continue;
  }
  if (watch) await (await context(options)).watch();
  else {
    try {
      await build(options);
      statSync(`${root}/${options.outfile}`);
    } catch {
      failed = true;
    }
  }
}
if (failed && !watch) process.exitCode = 1;
