import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { Arguments } from '../arguments.ts';
import { type Command, failure, misuse } from '../command.ts';
import { checkConfigs, openSession, type Session } from '../configs.ts';
import { engineOptions, outputOptions, severityOption } from '../engine-options.ts';
import { jsonReport } from '../findings/json.ts';
import { jsonText } from '../findings/json-text.ts';
import { type CheckResult, collect, plural } from '../findings/result.ts';
import { textReport } from '../findings/text.ts';
import type { Io, Outcome } from '../io.ts';
import { placeOutputs } from '../output-paths.ts';
import { absolutePath } from '../paths.ts';
import { styleFor, widthOf } from '../style.ts';

export const build: Command = {
  name: 'build',
  summary: 'Write .cell files',
  usage: '[OPTIONS] PATH... --out DIR',
  description: [
    'Checks the configs that the paths name and writes for each the .cell file that gcc and objcopy would make, byte for byte. ' +
      'With a finding of error level in any of them nothing is written; --force writes all that can be read.',
    'Paths relative to the current folder are kept below DIR: configs/arm64/rpi4.c becomes DIR/configs/arm64/rpi4.cell, and with ' +
      '--out . each .cell stands beside its .c. Configs outside of the current folder are placed relative to the folder that was named. ' +
      'All files are written aside first and put in place together, each in full or not at all.',
  ],
  options: [
    { name: '--out', alias: '-o', value: 'DIR', text: 'Where to write. Made if it is missing.' },
    { name: '--force', text: 'Write in spite of errors.' },
    { name: '--format', value: 'FORMAT', choices: ['text', 'json'], text: 'text (default) or json.' },
    severityOption,
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    { command: 'jailhouse-cells build configs/arm64/rpi4.c --out .', does: 'beside the .c file' },
    { command: 'jailhouse-cells build configs --out out', does: 'a whole folder' },
  ],
  exit: [
    { status: 0, when: 'written' },
    {
      status: 1,
      when: 'nothing written because of errors in the configs, or writing failed; with --force also when a config could not be read',
    },
    { status: 2, when: 'wrong call, or two configs would become the same file' },
    { status: 130, when: 'cancelled; nothing written' },
  ],
  run: runBuild,
};

/** A file that was written, as `--format json` tells it. */
interface WrittenFile {
  readonly config: string;
  readonly path: string;
  readonly bytes: number;
}

async function runBuild(parsed: Arguments, io: Io): Promise<Outcome> {
  const out = parsed.value('--out');
  if (out === undefined || out === '') return misuse('build', 'build needs --out DIR; --out . writes each .cell beside its .c.');
  if (parsed.operands.length === 0) return misuse('build', 'build needs the PATH of a config, a folder or a jailhouse.json.');
  const opened = openSession('build', parsed, parsed.operands, io);
  if (!opened.ok) return opened.outcome;
  // A .cell under a folder is an earlier output; one named by hand is a mistake.
  const binary = opened.session.configs.find(({ path, operand }) => path === operand && path.endsWith('.cell'));
  if (binary !== undefined) return misuse('build', `"${printable(shownPath(io.cwd, binary.path))}" is built already; name its .c file.`);
  const configs = opened.session.configs.filter(({ path }) => !path.endsWith('.cell'));
  if (configs.length === 0) return misuse('build', 'there is no .c config under the paths, only .cell files.');
  const session: Session = { ...opened.session, configs };

  const outputs = placeOutputs(configs, absolutePath(io.cwd, out), io);
  if (!outputs.ok) return misuse('build', outputs.message);
  const checked = await checkConfigs(session, io);
  if (!checked.ok) return checked.outcome;
  const result = collect(checked.reports, checked.projects);
  const unreadable = checked.reports.filter((report) => report.config === undefined);
  const force = parsed.has('--force');
  if (!force && (result.counts.error > 0 || unreadable.length > 0)) {
    const reason =
      result.counts.error > 0 ? plural(result.counts.error, 'error') : `${plural(unreadable.length, 'config')} could not be read`;
    const remedy = unreadable.length < checked.reports.length ? ' (--force writes what can be read)' : '';
    return tell(parsed, io, session, result, [], { status: 1, line: `nothing written: ${reason}${remedy}` });
  }

  const files = outputs.outputs.flatMap(({ config, path }) => {
    const report = checked.reports.find((candidate) => candidate.path === config);
    return report?.config === undefined ? [] : [{ config, path, bytes: report.config.bytes }];
  });
  if (files.length === 0) return tell(parsed, io, session, result, [], { status: 1, line: 'nothing written: no config could be read' });
  if (await io.cancelled()) return { status: 130 };
  const writing = await io.writeFiles(files);
  if (!writing.ok) return failure(`cannot write "${printable(shownPath(io.cwd, writing.path))}": ${writing.reason}.`);
  const written = files.map(({ config, path, bytes }) => ({
    config: shownPath(io.cwd, config),
    path: shownPath(io.cwd, path),
    bytes: bytes.length,
  }));
  const skipped = unreadable.length === 0 ? '' : `; ${plural(unreadable.length, 'config')} could not be read`;
  const line = `${writtenLine(written, shownPath(io.cwd, absolutePath(io.cwd, out)))}${skipped}`;
  return tell(parsed, io, session, result, written, { status: unreadable.length === 0 ? 0 : 1, line });
}

function writtenLine(written: readonly WrittenFile[], out: string): string {
  const [first] = written;
  if (written.length === 1 && first !== undefined) return `wrote ${printable(first.path)} (${plural(first.bytes, 'byte')})`;
  const total = written.reduce((sum, file) => sum + file.bytes, 0);
  return `wrote ${written.length} .cell files under ${printable(out)} (${plural(total, 'byte')})`;
}

function tell(
  parsed: Arguments,
  io: Io,
  session: Session,
  result: CheckResult,
  written: readonly WrittenFile[],
  end: { readonly status: number; readonly line: string },
): Outcome {
  if (parsed.value('--format') === 'json') {
    return { status: end.status, out: jsonText({ ...jsonReport(result, session.places), written }) };
  }
  const options = { style: styleFor(io.out, io, parsed.value('--color')), width: widthOf(io.out), all: false };
  const worth = result.counts.error + result.counts.warning > 0;
  const findings = worth ? textReport(result, session.places, options) : '';
  return { status: end.status, out: `${findings}${end.line}\n` };
}
