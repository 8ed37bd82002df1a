import { hex } from '@jailhouse-cells/core/source/numbers.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import type { Arguments } from '../arguments.ts';
import { type Command, misuse } from '../command.ts';
import { checkConfigs, noSuchPath, openSession } from '../configs.ts';
import { DeviceTreeReader, isDeviceTree, type ReadDeviceTree } from '../device-trees.ts';
import { engineOptions, engineSettings, outputOptions } from '../engine-options.ts';
import { collect, plural } from '../findings/result.ts';
import { findingsText, textReport } from '../findings/text.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { absolutePath } from '../paths.ts';
import { describe } from '../show/description.ts';
import { showPools } from '../show/pools.ts';
import { descriptionText } from '../show/text.ts';
import { describeTree } from '../show/tree-description.ts';
import { treeText } from '../show/tree-text.ts';
import { styleFor, widthOf } from '../style.ts';

export const show: Command = {
  name: 'show',
  summary: 'Print what a config or a device tree says, decoded',
  usage: '[OPTIONS] FILE...',
  description: [
    'Prints .c and .cell files readably: regions with hex and human sizes, flags by name, CPUs, interrupts as SPI and INTID, PCI ' +
      'devices with the roles of their ivshmem regions, consoles, GIC and IOMMUs.',
    'Prints .dtb and .dts files as device-tree source that compiles to the same blob: macros and references resolved, with the ' +
      'addresses that the CPUs see as comments.',
    'With --pool: how many pages the hypervisor takes from its memory, and how many are left, as the cells of the system are created ' +
      'and destroyed; an estimate for arm64. FILE is the root config, one of its cells or their jailhouse.json.',
    'Access: r read, w write, x execute; then the other JAILHOUSE_MEM_* flags. "same" means that the virtual address is the physical one.',
  ],
  options: [
    {
      name: '--format',
      value: 'FORMAT',
      choices: ['text', 'json'],
      text: 'text (default) or json; json holds lists, addresses and sizes of 64 bits as hex strings.',
    },
    { name: '--pool', text: "Print the use of the hypervisor's page pool instead." },
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    { command: 'jailhouse-cells show configs/arm64/rpi4.c', does: 'a source' },
    { command: 'jailhouse-cells show rpi4.cell | less', does: 'a binary' },
    { command: 'jailhouse-cells show --format json rpi4.cell', does: 'for a program' },
    { command: 'jailhouse-cells show bcm2711-rpi-4-b.dtb', does: 'the device tree of a board' },
    { command: 'jailhouse-cells show --pool configs/arm64/rpi4.c', does: 'whether the hypervisor has memory for its cells' },
  ],
  exit: [
    { status: 0, when: 'shown, whether it has findings or not' },
    { status: 1, when: 'a file could not be read as a config, or a device tree not as a whole; the findings say why' },
    { status: 2, when: 'wrong call' },
    { status: 130, when: 'cancelled' },
  ],
  run: runShow,
};

async function runShow(parsed: Arguments, io: Io): Promise<Outcome> {
  if (parsed.operands.length === 0) return misuse('show', 'show needs a FILE: a config (.c, .cell) or a device tree (.dts, .dtb).');
  if (parsed.has('--pool')) return runPool(parsed, io);
  const isTree = (text: string): boolean => isDeviceTree(absolutePath(io.cwd, text), io);
  const trees = await showTrees(parsed, parsed.operands.filter(isTree), io);
  if ('outcome' in trees) return trees.outcome;
  const configs = await showConfigs(
    parsed,
    parsed.operands.filter((text) => !isTree(text)),
    io,
  );
  if ('outcome' in configs) return configs.outcome;
  const status = Math.max(trees.status, configs.status);
  const err = `${configs.err}${trees.err}`;
  if (parsed.value('--format') !== 'json') return { status, out: [...configs.texts, ...trees.texts].join('\n'), err };
  return { status, out: jsonText({ version: 1, configs: configs.described, deviceTrees: trees.described }), err };
}

async function runPool(parsed: Arguments, io: Io): Promise<Outcome> {
  const shown = await showPools(parsed, io);
  if ('outcome' in shown) return shown.outcome;
  const { status, pools, text, err } = shown;
  return { status, out: parsed.value('--format') === 'json' ? jsonText({ version: 1, pools }) : text, err };
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? hex(part) : part), 2)}\n`;
}

/** What some of the operands come to. */
interface Shown {
  readonly status: number;
  /** Empty for JSON, as `described` is for text: only what is asked for is made. */
  readonly texts: readonly string[];
  readonly described: readonly object[];
  readonly err: string;
}

const nothing: Shown = { status: exitStatus.fine, texts: [], described: [], err: '' };

async function showConfigs(parsed: Arguments, operands: readonly string[], io: Io): Promise<Shown | { readonly outcome: Outcome }> {
  if (operands.length === 0) return nothing;
  const opened = openSession('show', parsed, operands, io);
  if (!opened.ok) return opened;
  const { session } = opened;
  const checked = await checkConfigs(session, io);
  if (!checked.ok) return checked;
  const unreadable = checked.reports.filter((report) => report.config === undefined);
  const options = { style: styleFor(io.err, io, parsed.value('--color')), width: widthOf(io.err), all: false };
  const status = unreadable.length > 0 ? exitStatus.failed : exitStatus.fine;
  const err = unreadable.length > 0 ? textReport(collect(unreadable), session.places, options) : '';
  if (parsed.value('--format') === 'json') {
    const described = checked.reports.flatMap((report) => (report.config === undefined ? [] : [describe(report.config, report, io.cwd)]));
    return { status, texts: [], described, err };
  }
  const style = styleFor(io.out, io, parsed.value('--color'));
  const width = widthOf(io.out);
  const texts = checked.reports.flatMap((report) => {
    if (report.config === undefined) return [];
    const errors = collect([report]).counts.error;
    const note = errors === 0 ? '' : `\n${plural(errors, 'error')}: "jailhouse-cells check" names ${errors === 1 ? 'it' : 'them'}.\n`;
    return [`${descriptionText(describe(report.config, report, io.cwd), width, style)}${note}`];
  });
  return { status, texts, described: [], err };
}

async function showTrees(parsed: Arguments, operands: readonly string[], io: Io): Promise<Shown | { readonly outcome: Outcome }> {
  if (operands.length === 0) return nothing;
  const settings = engineSettings(parsed, io);
  if (!settings.ok) return { outcome: misuse('show', settings.message) };
  const reader = new DeviceTreeReader(io, settings.settings);
  const read: ReadDeviceTree[] = [];
  for (const text of operands) {
    const path = absolutePath(io.cwd, text);
    const kind = io.fs.stat(path);
    if (kind === undefined) return { outcome: misuse('show', noSuchPath(text, path, io)) };
    if (kind === 'directory') return { outcome: misuse('show', `"${printable(text)}" is a folder; name a device tree in it.`) };
    if (await io.cancelled()) return { outcome: { status: exitStatus.cancelled } };
    read.push(reader.read(path));
  }
  const findings = read.flatMap((one) => one.findings);
  const options = { style: styleFor(io.err, io, parsed.value('--color')), width: widthOf(io.err), all: false };
  const isJson = parsed.value('--format') === 'json';
  const shown = read.flatMap((one) => (one.tree === undefined ? [] : [{ one, tree: one.tree }]));
  return {
    status: findings.some(({ severity }) => severity === 'error') ? exitStatus.failed : exitStatus.fine,
    texts: isJson ? [] : shown.map(({ one, tree }) => treeText(tree, one, io.cwd)),
    described: isJson ? shown.map(({ one, tree }) => describeTree(tree, one, io.cwd)) : [],
    err: findingsText(findings, reader.places, options),
  };
}
