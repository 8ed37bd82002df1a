import { hex } from '@jailhouse-cells/core/source/numbers.ts';
import type { Arguments } from '../arguments.ts';
import { type Command, misuse } from '../command.ts';
import { checkConfigs, openSession } from '../configs.ts';
import { engineOptions, outputOptions } from '../engine-options.ts';
import { collect, plural } from '../findings/result.ts';
import { textReport } from '../findings/text.ts';
import type { Io, Outcome } from '../io.ts';
import { describe } from '../show/description.ts';
import { descriptionText } from '../show/text.ts';
import { styleFor, widthOf } from '../style.ts';

export const show: Command = {
  name: 'show',
  summary: 'Print what a config says, decoded',
  usage: '[OPTIONS] FILE...',
  description: [
    'Prints .c and .cell files readably: regions with hex and human sizes, flags by name, CPUs, interrupts as SPI and INTID, PCI ' +
      'devices with the roles of their ivshmem regions, consoles, GIC and IOMMUs.',
    'Access: r read, w write, x execute; then the other JAILHOUSE_MEM_* flags. "same" means that the virtual address is the physical one.',
  ],
  options: [
    {
      name: '--format',
      value: 'FORMAT',
      choices: ['text', 'json'],
      text: 'text (default) or json; json holds a list, addresses and sizes of 64 bits as hex strings.',
    },
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    { command: 'jailhouse-cells show configs/arm64/rpi4.c', does: 'a source' },
    { command: 'jailhouse-cells show rpi4.cell | less', does: 'a binary' },
    { command: 'jailhouse-cells show --format json rpi4.cell', does: 'for a program' },
  ],
  exit: [
    { status: 0, when: 'shown, whether it has findings or not' },
    { status: 1, when: 'a file could not be read as a config; its findings say why' },
    { status: 2, when: 'wrong call' },
    { status: 130, when: 'cancelled' },
  ],
  run: runShow,
};

async function runShow(parsed: Arguments, io: Io): Promise<Outcome> {
  if (parsed.operands.length === 0) return misuse('show', 'show needs the FILE of a config: a .c or a .cell.');
  const opened = openSession('show', parsed, parsed.operands, io);
  if (!opened.ok) return opened.outcome;
  const { session } = opened;
  const checked = await checkConfigs(session, io);
  if (!checked.ok) return checked.outcome;
  const descriptions = checked.reports.flatMap((report) => (report.config === undefined ? [] : [describe(report.config, report, io.cwd)]));
  const unreadable = checked.reports.filter((report) => report.config === undefined);
  const status = unreadable.length > 0 ? 1 : 0;
  const options = { style: styleFor(io.err, io, parsed.value('--color')), width: widthOf(io.err), all: false };
  const err = unreadable.length > 0 ? textReport(collect(unreadable), session.places, options) : '';
  if (parsed.value('--format') === 'json') {
    const text = JSON.stringify(
      { version: 1, configs: descriptions },
      (_, value: unknown) => (typeof value === 'bigint' ? hex(value) : value),
      2,
    );
    return { status, out: `${text}\n`, err };
  }
  const style = styleFor(io.out, io, parsed.value('--color'));
  const width = widthOf(io.out);
  const texts = checked.reports.flatMap((report) => {
    if (report.config === undefined) return [];
    const errors = collect([report]).counts.error;
    const note = errors === 0 ? '' : `\n${plural(errors, 'error')}: "jailhouse-cells check" names ${errors === 1 ? 'it' : 'them'}.\n`;
    return [`${descriptionText(describe(report.config, report, io.cwd), width, style)}${note}`];
  });
  return { status, out: texts.join('\n'), err };
}
