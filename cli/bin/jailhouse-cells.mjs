#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadBundle } from './load-bundle.mjs';

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
loadBundle(path, bundle, cachedData).run();
