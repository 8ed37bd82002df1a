// Lets the command line check the example once and keeps what V8 compiled for it beside the bundle, for cli/bin/jailhouse-cells.mjs.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadBundle } from '../cli/bin/load-bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = join(root, 'dist/cli.cjs');
const { script, run } = loadBundle(path, readFileSync(path));
process.argv.splice(1, process.argv.length, path, 'check', join(root, 'examples'));
// The run is for warming up: its findings are nobody's business.
process.stdout.write = () => true;
process.on('exit', () => {
  writeFileSync(path.replace(/\.cjs$/, '.cache'), script.createCachedData());
  process.exitCode = 0;
});
run();
