// All measurements, one after the other, with their targets beside them. Nothing fails on time. Arguments go on: npm run bench -- --jailhouse DIR
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageBin, root, run } from './programs.mjs';
import { setUpPackages, setUpTestPrograms } from './set-up.mjs';

const args = process.argv.slice(2);
const problem = setUpPackages() ?? setUpTestPrograms();
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}

let failed = false;
/** @param {string} title @param {() => number} measure */
function part(title, measure) {
  console.log(`\n== ${title}`);
  if (measure() !== 0) failed = true;
}

part('package size', () => run(process.execPath, ['scripts/package.mjs']));
part('activation', () => run(process.execPath, ['scripts/bench-activation.mjs']));
for (const [title, script] of [
  ['command line', 'scripts/bench-cli.ts'],
  ['editor', 'scripts/bench-editor.ts'],
  ['boards and guests', 'scripts/bench-board.ts'],
  ['memory map', 'scripts/bench-map.ts'],
  ['deployment', 'scripts/bench-deploy.ts'],
]) {
  if (existsSync(join(root, script))) part(title, () => packageBin('tsx', [script, ...args]));
  else console.log(`\n== ${title}: ${script} does not exist yet`);
}
if (failed) process.exitCode = 1;
