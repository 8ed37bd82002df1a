import { readDtbHead } from '@jailhouse-cells/core/devicetree/dtb-head.ts';
import { encodeDtb } from '@jailhouse-cells/core/devicetree/encode-dtb.ts';
import { FileTreeHost } from '@jailhouse-cells/core/devicetree/file-tree-host.ts';
import { readTreeSource } from '@jailhouse-cells/core/devicetree/read-source.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { Arguments } from '../arguments.ts';
import { type Command, failure, misuse } from '../command.ts';
import { noSuchPath } from '../configs.ts';
import { engineOptions, engineSettings, outputOptions } from '../engine-options.ts';
import { plural } from '../findings/result.ts';
import { findingsText } from '../findings/text.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { absolutePath } from '../paths.ts';
import { styleFor, widthOf } from '../style.ts';

/** Of the options that say how sources are read, those that a device tree knows. */
const includeOptions = engineOptions.filter(({ name }) => name === '-I' || name === '-D');

export const dtc: Command = {
  name: 'dtc',
  summary: 'Compile a device tree or an overlay',
  usage: '[OPTIONS] FILE -o FILE',
  description: [
    'Compiles the source of a device tree (.dts) or of an overlay (.dts, .dtso, .overlay) to the blob that the C preprocessor and dtc 1.6.1 ' +
      'would make, byte for byte. Neither has to be installed. With an error in the source nothing is written.',
    'Headers of the kernel (dt-bindings) are looked for in the folders of -I. Those that guest trees for Jailhouse need are built in: ' +
      'interrupt-controller/arm-gic.h, interrupt-controller/irq.h and gpio/gpio.h.',
  ],
  options: [
    { name: '--out', alias: '-o', value: 'FILE', text: 'Where to write the blob. Its folder is made if it is missing.' },
    { name: '--symbols', alias: '-@', text: 'Write the labels into the blob (__symbols__), so that overlays can be applied to it.' },
    ...includeOptions,
    ...outputOptions,
  ],
  examples: [
    { command: 'jailhouse-cells dtc inmate-rpi4.dts -o inmate-rpi4.dtb', does: 'the tree of a guest' },
    { command: 'jailhouse-cells dtc jailhouse.dts -o jailhouse.dtbo', does: 'an overlay' },
    { command: 'jailhouse-cells dtc -@ -I linux/include board.dts -o board.dtb', does: 'a board, with headers of the kernel' },
  ],
  exit: [
    { status: 0, when: 'written' },
    { status: 1, when: 'nothing written because of errors in the source, or writing failed' },
    { status: 2, when: 'wrong call' },
    { status: 130, when: 'cancelled; nothing written' },
  ],
  run: runDtc,
};

async function runDtc(parsed: Arguments, io: Io): Promise<Outcome> {
  const [input, second] = parsed.operands;
  const out = parsed.value('--out');
  if (input === undefined) return misuse('dtc', 'dtc needs the FILE of a device tree source.');
  if (second !== undefined)
    return misuse('dtc', `dtc compiles one file; "${printable(second)}" is a second one. The output stands behind -o.`);
  if (out === undefined || out === '') return misuse('dtc', 'dtc needs -o FILE, where the blob is written.');
  const path = absolutePath(io.cwd, input);
  const kind = io.fs.stat(path);
  if (kind === undefined) return misuse('dtc', noSuchPath(input, path, io));
  if (kind === 'directory') return misuse('dtc', `"${printable(input)}" is a folder; name a device tree in it.`);
  const target = absolutePath(io.cwd, out);
  if (target === path) return misuse('dtc', 'the output would replace the source; name another file behind -o.');
  if (io.fs.stat(target) === 'directory') return misuse('dtc', `-o "${printable(out)}" is a folder; name the file in it.`);
  const settings = engineSettings(parsed, io);
  if (!settings.ok) return misuse('dtc', settings.message);

  const host = new FileTreeHost(io.fs, settings.settings.includePaths, settings.settings.defines);
  const source = host.source(path);
  if (source === undefined)
    return failure(`cannot read "${printable(input)}". Look at its permissions; files of more than 64 MiB are not read.`);
  if (readDtbHead(io.fs.readBytes(path) ?? new Uint8Array()) !== undefined)
    return misuse('dtc', `"${printable(input)}" is a blob already; name its source.`);
  const { tree, findings } = readTreeSource(source, host, { symbols: parsed.has('--symbols') });
  const places = { cwd: io.cwd, text: (file: string) => host.source(file)?.lines, bytes: (file: string) => io.fs.readBytes(file) };
  const options = { style: styleFor(io.err, io, parsed.value('--color')), width: widthOf(io.err), all: false };
  const err = findingsText(findings, places, options);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) return { status: exitStatus.failed, err: `${err}nothing written: ${plural(errors, 'error')}\n` };

  if (await io.cancelled()) return { status: exitStatus.cancelled, err };
  const bytes = encodeDtb(tree);
  const writing = await io.writeFiles([{ path: target, bytes }]);
  if (!writing.ok) return failure(`cannot write "${printable(shownPath(io.cwd, writing.path))}": ${writing.reason}.`);
  const what = tree.plugin ? 'overlay, ' : '';
  return { status: exitStatus.fine, out: `wrote ${printable(shownPath(io.cwd, target))} (${what}${plural(bytes.length, 'byte')})\n`, err };
}
