// Compares what is said of each mutated config of outcomes.tsv with what the hypervisor did: npm run outcomes [-- --all] [ID …]
import { parseArgs } from 'node:util';
import { knownDisagreements } from '../test/outcomes/known-disagreements.ts';
import { readRows } from '../test/outcomes/rows.ts';
import { tally, type Verdict } from '../test/outcomes/verdicts.ts';

const { values, positionals } = parseArgs({ options: { all: { type: 'boolean', default: false } }, allowPositionals: true });
const rows = readRows().filter(({ id }) => positionals.length === 0 || positionals.includes(id));
const result = tally(rows);

function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

function show(verdict: Verdict): void {
  const { row, wanted, findings } = verdict;
  print(`  ${row.id}  ${row.mutation}`);
  print(
    `      observed: ${row.class}${row.hazard ? ', latent hazard' : ''}; due: ${wanted === 'quiet' ? 'nothing above information' : wanted}`,
  );
  if (row.keyMessage !== '' || row.note !== '') print(`      ${[row.keyMessage, row.note].filter((text) => text !== '').join('; ')}`);
  for (const { severity, rule, message } of findings) print(`      we say: ${severity} ${rule}: ${message}`);
  if (findings.length === 0) print('      we say: nothing');
  const known = knownDisagreements[row.id];
  if (known !== undefined) print(`      known: ${known}`);
  if (row.undecided !== undefined) print(`      decided at run time: ${row.undecided}`);
}

if (values.all || positionals.length > 0) for (const verdict of result.verdicts) show(verdict);
else {
  print(`Disagreements (${result.disagreements.length})`);
  for (const verdict of result.disagreements) show(verdict);
  const board = result.verdicts.filter(({ row }) => row.undecided !== undefined);
  print(`\nRows that are decided at run time (${board.length})`);
  for (const { row, agrees } of board) print(`  ${row.id}  ${row.class}; ${agrees ? 'said' : 'not said as gravely'}: ${row.undecided}`);
}
const percent = (part: number, whole: number): string => (whole === 0 ? 'none' : `${((100 * part) / whole).toFixed(1)} %`);
print();
print(`rows            ${result.verdicts.length}, of which ${result.decided.length} are decided by the configs and the board`);
print(`recall          ${result.said} of ${result.due} (${percent(result.said, result.due)})`);
print(`false errors    ${result.falseErrors.length}`);
print(`false warnings  ${result.falseWarnings.length}`);
