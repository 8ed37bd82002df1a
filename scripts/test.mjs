// The whole test: sets the machine up, then builds, lints, compiles, tests, and drives a real VS Code. Last line: "N passed, N failed".
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { npm, packageBin, root, run } from './programs.mjs';
import { setUpPackages, setUpTestPrograms } from './set-up.mjs';

const results = join(root, 'test-results');
let passed = 0;
let failed = 0;
/** @type {string[]} */
const failures = [];

/** A step that counts as one test. @param {string} name @param {() => number} work Gives an exit status. */
function step(name, work) {
  heading(name);
  const good = work() === 0;
  if (good) passed++;
  else {
    failed++;
    failures.push(name);
  }
}

/** A run of vitest: each of its tests counts. @param {string} name @param {string[]} args */
function vitest(name, args) {
  heading(name);
  const report = join(results, `${name.replaceAll(' ', '-')}.json`);
  rmSync(report, { force: true });
  const status = packageBin('vitest', ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
  if (!existsSync(report)) {
    failed++;
    failures.push(`${name}: vitest wrote no report`);
    return;
  }
  const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  passed += numPassedTests;
  let found = 0;
  for (const file of testResults) {
    const bad = file.assertionResults.filter((test) => test.status === 'failed');
    for (const test of bad) failures.push(`${file.name.replace(root, '')}: ${test.fullName}`);
    // A file that does not even load has no tests to count.
    if (bad.length === 0 && file.status === 'failed') failures.push(`${file.name.replace(root, '')}: ${file.message.split('\n')[0]}`);
    found += bad.length || (file.status === 'failed' ? 1 : 0);
  }
  // An unhandled error fails the run without failing a test.
  if (found === 0 && status !== 0) {
    failures.push(`${name}: vitest ended with status ${status}`);
    found = 1;
  }
  failed += found;
}

/** @param {string} name */
function heading(name) {
  console.log(`\n== ${name}`);
}

function finish() {
  for (const line of failures) console.log(`failed: ${line}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

heading('set-up');
const problem = setUpPackages() ?? setUpTestPrograms();
if (problem !== undefined) {
  failed++;
  failures.push(problem);
  finish();
}
mkdirSync(results, { recursive: true });

step('build and package', () => run(process.execPath, ['scripts/package.mjs']));
step('lint', () => npm(['run', '--silent', 'lint']));
step('typecheck', () => npm(['run', '--silent', 'typecheck']));
step('generated files are fresh', () => npm(['run', '--silent', 'generate', '--', '--check']));
vitest('unit tests', []);
vitest('end-to-end tests', ['--config', 'vitest.e2e.config.ts']);
finish();
