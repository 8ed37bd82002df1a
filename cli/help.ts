import { padEnd, textWidth, wrap } from '@jailhouse-cells/core/source/text-width.ts';
import type { OptionSpec } from './arguments.ts';
import type { Command } from './command.ts';

const exitLines = [
  '0 fine   1 findings of error level, or the operation failed   2 wrong call   3 target unreachable or refused',
  '130 cancelled',
];

/** `jailhouse-cells --help`. */
export function overview(commands: readonly Command[], width: number): string {
  return [
    'Checks, builds, shows and deploys cell configurations of the Jailhouse hypervisor. Needs no compiler.',
    '',
    'Usage: jailhouse-cells COMMAND [OPTIONS] [PATH...]',
    '',
    'Commands:',
    ...table(
      commands.map((command) => [`${command.name} ${command.usage}`.trim(), command.summary]),
      width,
    ),
    '',
    'A PATH is a config (.c, or a built .cell), a folder, or a jailhouse.json.',
    '',
    'Options:',
    ...table(
      [
        ['-h, --help', 'Print this help; behind a command: the help of that command.'],
        ['-V, --version', 'Print the version.'],
      ],
      width,
    ),
    '',
    'Examples:',
    ...table(
      [
        ['jailhouse-cells check', 'everything under the current folder'],
        ['jailhouse-cells check configs/arm64/rpi4.c', 'one config, against its system'],
        ['jailhouse-cells build configs --out out', 'write the .cell files'],
        ['jailhouse-cells dtc inmate-rpi4.dts -o inmate-rpi4.dtb', 'compile a device tree'],
        ['jailhouse-cells show rpi4.cell', 'read a binary'],
        ['jailhouse-cells map configs/arm64/rpi4.c', 'who has which addresses'],
        ['jailhouse-cells deploy --target rpi4', 'bring the system of this folder to a board'],
      ],
      width,
    ),
    '',
    'Exit status:',
    ...exitLines.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** `jailhouse-cells COMMAND --help`. */
export function commandHelp(command: Command, width: number): string {
  const lines = [`Usage: jailhouse-cells ${command.name} ${command.usage}`, ''];
  for (const paragraph of command.description) lines.push(...wrap(paragraph, width), '');
  lines.push('Options:', ...table(command.options.map(optionRow), width), '');
  lines.push(
    'Examples:',
    ...table(
      command.examples.map((example) => [example.command, example.does]),
      width,
    ),
    '',
  );
  lines.push(
    'Exit status:',
    ...table(
      command.exit.map((entry) => [String(entry.status), entry.when]),
      width,
    ),
    '',
  );
  return lines.join('\n');
}

function optionRow(option: OptionSpec): [string, string] {
  const names = option.alias === undefined ? option.name : `${option.alias}, ${option.name}`;
  return [option.value === undefined ? names : `${names} ${option.value}`, option.text + (option.repeats ? ' Repeatable.' : '')];
}

const longestLeft = 44;

function table(rows: readonly (readonly [string, string])[], width: number): string[] {
  const left = Math.min(longestLeft, Math.max(...rows.map(([name]) => textWidth(name))));
  const lines: string[] = [];
  for (const [name, text] of rows) {
    const wrapped = wrap(text, Math.max(20, width - left - 4));
    const tooLong = textWidth(name) > left;
    if (tooLong) lines.push(`  ${name}`);
    for (const [index, line] of wrapped.entries()) lines.push(`  ${padEnd(index === 0 && !tooLong ? name : '', left)}  ${line}`);
  }
  return lines;
}
