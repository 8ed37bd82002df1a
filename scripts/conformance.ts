// Runs the product over a checkout of siemens/jailhouse and compares with known facts: npm run conformance -- --jailhouse DIR
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { nodeFileSystem } from '@jailhouse-cells/host/node-file-system.ts';
import { compareAbi } from './conformance/abi.ts';
import { compareBoardBlobs } from './conformance/board-blobs.ts';
import { compareOnBoards, reviewedBoardFindings } from './conformance/board-findings.ts';
import { compareBytes } from './conformance/bytes.ts';
import { compareConfigCheck } from './conformance/config-check.ts';
import { compareGuestTrees } from './conformance/guest-trees.ts';
import { compareHostile } from './conformance/hostile.ts';
import { compareMaps } from './conformance/memory-maps.ts';
import { compareFindings, reviewedFindings } from './conformance/reviewed-findings.ts';
import { knownCells, treesOf } from './conformance/upstream-tree.ts';

const { values } = parseArgs({
  options: { jailhouse: { type: 'string' }, mutations: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
if (values.jailhouse === undefined) {
  process.stderr.write('usage: npm run conformance -- --jailhouse DIR   (a git checkout of siemens/jailhouse with its history)\n');
  process.exit(2);
}
const directory = resolve(values.jailhouse);
const scratch = mkdtempSync(join(tmpdir(), 'jailhouse-cells-conformance-'));
let failed = 0;

function heading(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

function result(line: string, misses: readonly string[]): void {
  process.stdout.write(`  ${misses.length === 0 ? 'ok  ' : 'MISS'}  ${line}\n`);
  for (const miss of misses) process.stdout.write(`          ${miss}\n`);
  failed += misses.length;
}

try {
  const cells = knownCells();
  const trees = treesOf(directory, join(scratch, 'trees'), cells);
  const refs = [...new Set(cells.map((cell) => cell.ref))];

  heading('.cell bytes, built with an empty PATH, against gcc 12 and objcopy');
  let total = 0;
  for (const ref of refs) {
    const known = cells.filter((cell) => cell.ref === ref);
    const tree = trees.get(ref);
    if (!tree) {
      result(`${ref}: 0 of ${known.length}`, [`${directory} has no commit ${known[0]?.commit}: fetch its whole history`]);
      continue;
    }
    const out = join(scratch, 'cells', ref);
    mkdirSync(out, { recursive: true });
    const { identical, misses } = compareBytes(tree, out, known);
    total += identical;
    result(`${ref}: ${identical} of ${known.length} byte-identical`, misses);
  }
  process.stdout.write(`        ${total} of ${cells.length} in all\n`);

  const tree = trees.get('HEAD');
  if (tree) {
    heading('guest trees, compiled with an empty PATH, against cpp and dtc 1.6.1');
    const guests = compareGuestTrees(tree, join(scratch, 'guest-trees'));
    result(
      `${guests.headers}: ${guests.identical} of ${guests.trees} byte-identical; ${guests.builtIn} with the built-in headers alone`,
      guests.misses,
    );

    const known = cells.filter((cell) => cell.ref === 'HEAD');
    // Two of the guest trees need the kernel's headers.
    const workspace = new Workspace(nodeFileSystem, { ...defaultSettings, includePaths: guests.includePaths });

    heading("upstream's own config check on these cells: a finding of ours for each of its");
    const check = compareConfigCheck(tree, join(scratch, 'cells', 'HEAD'), known, workspace);
    result(
      `${check.systems} systems, ${check.findings} findings printed by config check, ${check.misses.length} without one of ours`,
      check.misses,
    );
    for (const file of check.leftOut) process.stdout.write(`        left out, config check stops on it: ${file}\n`);
    for (const file of check.withoutSystem) process.stdout.write(`        not run, belongs to no system: ${file}\n`);

    heading('errors and warnings on these configs: each reviewed, with the reason why it is a defect or a hazard');
    const reviewed = reviewedFindings();
    const review = compareFindings(
      tree,
      known.map((cell) => join(tree, cell.path)),
      workspace,
      reviewed,
    );
    for (const { path, line, rule, severity, reason } of reviewed)
      process.stdout.write(`        ${path}:${line} ${severity} ${rule}\n          ${reason}\n`);
    result(
      `${review.configs} configs, ${review.errors} errors and ${review.warnings} warnings, ${reviewed.length} reviewed`,
      review.misses,
    );

    heading('errors and warnings on these systems with the device trees of their boards, one cell at a time: reviewed likewise');
    const reviewedOnBoards = reviewedBoardFindings();
    const boards = compareOnBoards(
      tree,
      known.map((cell) => join(tree, cell.path)),
      join(scratch, 'boards'),
      reviewed,
      reviewedOnBoards,
    );
    for (const { system, blob, path, line, rule, severity, reason } of reviewedOnBoards)
      process.stdout.write(
        `        ${system} on ${blob}: ${path}${line === 0 ? '' : `:${line}`} ${severity} ${rule}\n          ${reason}\n`,
      );
    const { counts } = boards;
    result(
      `${boards.systems} systems with ${boards.cells} cells, ${counts.error} errors and ${counts.warning} warnings, ${reviewedOnBoards.length} reviewed; ${counts.information} of level information`,
      boards.misses,
    );

    heading(`hostile input: ${values.mutations} mutations of each config, seed ${values.seed}`);
    const hostile = compareHostile(
      known.map((cell) => join(tree, cell.path)),
      Number(values.mutations),
      Number(values.seed),
    );
    result(
      `${hostile.inputs} inputs, slowest answer ${hostile.slowest.milliseconds.toFixed(0)} ms (${hostile.slowest.what})`,
      hostile.misses,
    );
  }

  heading('memory maps: the axis divided, the regions those of the bytes, the collisions those of each region with each');
  for (const [ref, checkout] of trees) {
    const paths = cells.filter((cell) => cell.ref === ref).map((cell) => join(checkout, cell.path));
    const maps = compareMaps(paths, new Workspace(nodeFileSystem));
    result(`${ref}: ${maps.systems} systems, ${maps.blocks} blocks, ${maps.pairs} pairs on each other`, maps.misses);
  }

  heading('built-in ABI tables against the headers of their commits');
  const abi = compareAbi(directory);
  result(`${abi.checked} facts (sizes, offsets, values) compared, ${abi.misses.length} differ`, abi.misses);

  heading('device-tree blobs of real boards, read and written again');
  const boards = compareBoardBlobs();
  const otherwise = `${boards.exceptions.length} for the reason below`;
  result(`${boards.kernel}: ${boards.identical} of ${boards.blobs} byte-identical, ${otherwise}; ${boards.printed} printed`, boards.misses);
  for (const exception of boards.exceptions) process.stdout.write(`        ${exception}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write(failed === 0 ? '\nconformance: all as known\n' : `\nconformance: ${failed} misses\n`);
process.exitCode = failed === 0 ? 0 : 1;
