#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const path = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));

/** @param {string} file */
function contentOf(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

const bundle = contentOf(path);
// The bundle is built, not committed: say how to get it instead of failing with a module error.
if (bundle === undefined) {
  process.stderr.write('jailhouse-cells is not built yet: run "npm run build" in the checkout first.\n');
  process.exit(2);
}
// Compiled code from the build (scripts/code-cache.mjs) saves a tenth of a second; another Node than the build's ignores it.
const cachedData = contentOf(path.replace(/\.cjs$/, '.cache'));
const script = new Script(`(function (require, module, exports, __filename, __dirname) {${bundle}\n})`, { filename: path, cachedData });
const module = { exports: {} };
script.runInThisContext()(createRequire(path), module, module.exports, path, dirname(path));
