// Lets the command line check the example once and keeps what V8 compiled for it beside the bundle, for cli/bin/jailhouse-cells.mjs.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = join(root, 'dist/cli.cjs');
const script = new Script(`(function (require, module, exports, __filename, __dirname) {${readFileSync(path)}\n})`, { filename: path });
const module = { exports: {} };
process.argv.splice(1, process.argv.length, path, 'check', join(root, 'examples'));
// The run is for warming up: its findings are nobody's business.
process.stdout.write = () => true;
process.on('exit', () => {
  writeFileSync(path.replace(/\.cjs$/, '.cache'), script.createCachedData());
  process.exitCode = 0;
});
script.runInThisContext()(createRequire(path), module, module.exports, path, dirname(path));
