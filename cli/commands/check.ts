import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { Arguments } from '../arguments.ts';
import { type Command, failure, misuse } from '../command.ts';
import { checkConfigs, openSession } from '../configs.ts';
import { engineOptions, outputOptions, severityOption } from '../engine-options.ts';
import { githubReport } from '../findings/github.ts';
import { jsonReport } from '../findings/json.ts';
import { jsonText } from '../findings/json-text.ts';
import type { PlaceSource } from '../findings/place.ts';
import { type CheckResult, collect, plural } from '../findings/result.ts';
import { textReport } from '../findings/text.ts';
import { type Fixed, fixSession } from '../fixing.ts';
import type { Io, Outcome } from '../io.ts';
import { styleFor, widthOf } from '../style.ts';

export const check: Command = {
  name: 'check',
  summary: 'Find mistakes in configs',
  usage: '[OPTIONS] [PATH...]',
  description: [
    'Reads the configs that the paths name (default: everything under the current folder) and prints what is wrong with them: the ' +
      'place, the line, the other place that it collides with, and the rule. A cell is checked against its system config where that is known.',
    'Notes (findings of level information and hint) are counted; --all prints them. json and sarif always hold everything.',
  ],
  options: [
    {
      name: '--format',
      value: 'FORMAT',
      choices: ['text', 'json', 'sarif', 'github'],
      text: 'text (default), json, sarif (2.1.0, for code scanning) or github (annotations of a workflow).',
    },
    { name: '--all', text: 'Print notes too.' },
    {
      name: '--fix',
      text: 'Mend what has a safe fix, check again, and report what was done and what remains. Each file is replaced as a whole or not at all.',
    },
    {
      name: '--dry-run',
      text: 'With --fix: print the changes as a unified diff and write nothing. What would remain goes to the error stream.',
    },
    severityOption,
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    { command: 'jailhouse-cells check', does: 'everything under the current folder' },
    { command: 'jailhouse-cells check configs/arm64/rpi4*.c', does: 'some configs' },
    { command: 'jailhouse-cells check --headers ../jailhouse .', does: 'with the headers of a tree that lies elsewhere' },
    { command: 'jailhouse-cells check --format sarif > out.sarif', does: 'for code scanning' },
    { command: 'jailhouse-cells check --fix --dry-run configs | git apply', does: 'look at the fixes first' },
  ],
  exit: [
    { status: 0, when: 'no finding of error level (with --fix: none that remains)' },
    { status: 1, when: 'at least one finding of error level, or a fix could not be written' },
    { status: 2, when: 'wrong call: unknown option, path not found, no config in it' },
    { status: 130, when: 'cancelled' },
  ],
  run: runCheck,
};

async function runCheck(parsed: Arguments, io: Io): Promise<Outcome> {
  const operands = parsed.operands.length === 0 ? ['.'] : parsed.operands;
  const opened = openSession('check', parsed, operands, io);
  if (!opened.ok) return opened.outcome;
  const dryRun = parsed.has('--dry-run');
  if (dryRun && !parsed.has('--fix')) return misuse('check', '--dry-run shows what --fix would do; give both.');
  const fixed = parsed.has('--fix') ? fixSession(opened.session, io) : undefined;
  const checked = await checkConfigs(opened.session, io);
  if (!checked.ok) return checked.outcome;
  const result = collect(checked.reports, checked.projects);
  const status = result.counts.error > 0 ? 1 : 0;
  if (fixed === undefined) return { status, out: await report(result, opened.session.places, parsed, io) };
  if (!dryRun) {
    const writing = await io.writeFiles(fixed.files);
    if (!writing.ok)
      return failure(`cannot write "${printable(shownPath(io.cwd, writing.path))}": ${writing.reason}. Nothing was changed there.`);
  }
  return reportFixed(result, fixed, status, opened.session.places, parsed, io);
}

async function reportFixed(
  result: CheckResult,
  fixed: Fixed,
  status: number,
  places: PlaceSource,
  parsed: Arguments,
  io: Io,
): Promise<Outcome> {
  const dryRun = parsed.has('--dry-run');
  const shown = (path: string): string => printable(shownPath(io.cwd, path));
  const made = fixed.made.map(({ path, line, rule, title }) => ({ file: shownPath(io.cwd, path), line, rule, title }));
  if (parsed.value('--format') === 'json') {
    return { status, out: jsonText({ ...jsonReport(result, places), fixed: made, diff: dryRun ? fixed.diff : null }) };
  }
  const lines = made.map(
    ({ file, line, rule, title }) => `${dryRun ? 'would fix' : 'fixed'} ${printable(file)}:${line}: ${printable(title)} [${rule}]\n`,
  );
  for (const path of fixed.leftAlone) lines.push(`left alone ${shown(path)}: it is not UTF-8 text\n`);
  const count = `${plural(made.length, 'fix', 'fixes')} in ${plural(fixed.files.length, 'file')}${dryRun ? ', nothing written' : ''}\n`;
  const done = lines.join('') + count;
  const rest = await report(result, places, parsed, io);
  if (dryRun) return { status, out: fixed.diff, err: done + rest };
  // What a machine reads stays what it is without --fix.
  return parsed.has('--format') && parsed.value('--format') !== 'text' ? { status, out: rest, err: done } : { status, out: done + rest };
}

async function report(result: CheckResult, places: PlaceSource, parsed: Arguments, io: Io): Promise<string> {
  const all = parsed.has('--all');
  switch (parsed.value('--format')) {
    case 'json':
      return jsonText(jsonReport(result, places));
    case 'sarif': {
      const { sarifLog } = await import('../findings/sarif.ts');
      return jsonText(sarifLog(result, places));
    }
    case 'github':
      return githubReport(result, places, io.env.GITHUB_WORKSPACE, all);
    default:
      return textReport(result, places, { style: styleFor(io.out, io, parsed.value('--color')), width: widthOf(io.out), all });
  }
}
