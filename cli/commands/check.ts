import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { checkConfigs, openSession } from '../configs.ts';
import { engineOptions, outputOptions, severityOption } from '../engine-options.ts';
import { githubReport } from '../findings/github.ts';
import { jsonReport, jsonText } from '../findings/json.ts';
import type { PlaceSource } from '../findings/place.ts';
import { type CheckResult, collect } from '../findings/result.ts';
import { textReport } from '../findings/text.ts';
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
    severityOption,
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    { command: 'jailhouse-cells check', does: 'everything under the current folder' },
    { command: 'jailhouse-cells check configs/arm64/rpi4*.c', does: 'some configs' },
    { command: 'jailhouse-cells check --headers ../jailhouse .', does: 'with the headers of a tree that lies elsewhere' },
    { command: 'jailhouse-cells check --format sarif > out.sarif', does: 'for code scanning' },
  ],
  exit: [
    { status: 0, when: 'no finding of error level' },
    { status: 1, when: 'at least one finding of error level' },
    { status: 2, when: 'wrong call: unknown option, path not found, no config in it' },
    { status: 130, when: 'cancelled' },
  ],
  run: runCheck,
};

async function runCheck(parsed: Arguments, io: Io): Promise<Outcome> {
  const operands = parsed.operands.length === 0 ? ['.'] : parsed.operands;
  const opened = openSession('check', parsed, operands, io);
  if (!opened.ok) return opened.outcome;
  const checked = await checkConfigs(opened.session, io);
  if (!checked.ok) return checked.outcome;
  const result = collect(checked.reports, checked.projects);
  const status = result.counts.error > 0 ? 1 : 0;
  return { status, out: await report(result, opened.session.places, parsed, io) };
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
