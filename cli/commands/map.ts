import { gpuMemoryLimits } from '@jailhouse-cells/core/board/config-txt-names.ts';
import { mapJson } from '@jailhouse-cells/core/map-export/map-file.ts';
import { mapMarkdown } from '@jailhouse-cells/core/map-export/markdown.ts';
import type { MapPlaces } from '@jailhouse-cells/core/map-export/places.ts';
import { mapSvg } from '@jailhouse-cells/core/map-export/svg.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { shownPath } from '@jailhouse-cells/core/source/shown-path.ts';
import type { MemoryMapReading, WhatIf } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import type { Arguments } from '../arguments.ts';
import { type Command, failure, misuse } from '../command.ts';
import { checkConfigs, openSession, type Session } from '../configs.ts';
import { engineOptions, outputOptions, severityOption } from '../engine-options.ts';
import { collect } from '../findings/result.ts';
import { textReport } from '../findings/text.ts';
import { exitStatus, type Io, type Outcome } from '../io.ts';
import { mapText } from '../map/text.ts';
import { absolutePath } from '../paths.ts';
import { styleFor, widthOf } from '../style.ts';

export const map: Command = {
  name: 'map',
  summary: 'Draw who has which addresses, and what collides',
  usage: '[OPTIONS] [PATH...]',
  description: [
    'Draws the memory map of the systems that the PATHs belong to (default: the current folder): board, Jailhouse, root cell and cells as ' +
      'columns on one axis of addresses, collisions marked with ! and listed below with what the rules say; then who has which CPUs, ' +
      'interrupts and PCI functions, and who may write what of shared memory.',
    'The options try another board or moment without writing anything. A block begins at a corner and goes on with a bar; [ is one that ' +
      'begins and ends on its line.',
  ],
  options: [
    {
      name: '--ram',
      value: 'SIZE',
      text: 'Try a board with so much RAM, such as 4GiB. Default: as stated, else all sizes that the board is sold with.',
    },
    { name: '--gpu-mem', value: 'N', text: 'Try N MiB of GPU memory (16 to 944). Raspberry Pi only.' },
    {
      name: '--moment',
      value: 'MOMENT',
      text: 'booted, enabled, created, started (default), or created:CELL, started:CELL for one cell of several.',
    },
    {
      name: '--view',
      value: 'VIEW',
      choices: ['physical', 'virtual'],
      text: "physical (default): the board's addresses; virtual: those that each cell sees.",
    },
    {
      name: '--format',
      value: 'FORMAT',
      choices: ['text', 'json'],
      text: 'text (default) or json; addresses as hex strings, ends exclusive.',
    },
    { name: '--json', text: 'The same as --format json.' },
    { name: '--md', text: 'Print a Markdown table instead.' },
    { name: '--svg', value: 'FILE', text: 'Write a drawing instead; for one system.' },
    severityOption,
    ...engineOptions,
    ...outputOptions,
  ],
  examples: [
    { command: 'jailhouse-cells map configs/arm64/rpi4.c', does: 'the map of a system' },
    { command: 'jailhouse-cells map --ram 8GiB --gpu-mem 256 jailhouse.json', does: 'as it would be on another board' },
    { command: 'jailhouse-cells map --svg map.svg configs/arm64/rpi4.c', does: 'a drawing' },
  ],
  exit: [
    { status: 0, when: 'drawn, no collision of error level' },
    { status: 1, when: 'a collision of error level, a config that cannot be read, or writing failed' },
    { status: 2, when: 'wrong call' },
    { status: 130, when: 'cancelled' },
  ],
  run: runMap,
};

async function runMap(parsed: Arguments, io: Io): Promise<Outcome> {
  const asked = readWhatIf(parsed);
  if ('outcome' in asked) return asked.outcome;
  const forms = ['--md', '--svg'].filter((name) => parsed.has(name));
  if (parsed.has('--json') || parsed.value('--format') === 'json') forms.push('--format json');
  if (forms.length > 1) return misuse('map', `${forms.join(' and ')} are different forms of the map; give one.`);
  const operands = parsed.operands.length === 0 ? ['.'] : parsed.operands;
  const opened = openSession('map', parsed, operands, io);
  if (!opened.ok) return opened.outcome;
  const { session } = opened;
  const checked = await checkConfigs(session, io);
  if (!checked.ok) return checked.outcome;
  const roots = new Set(checked.reports.flatMap(({ system, config, path }) => system?.rootCell ?? (config?.kind === 'system' ? path : [])));
  const readings = [...roots].flatMap((root) => session.workspace.memoryMap(root, asked.whatIf) ?? []);
  const unreadable = checked.reports.filter(({ config }) => config === undefined);
  const [first] = readings;
  if (first === undefined && unreadable.length === 0) {
    return misuse(
      'map',
      'map needs a system config, or a cell whose system is known: name the root config, or put both into jailhouse.json.',
    );
  }
  const refused = readings.map((reading) => whyNot(reading, asked.whatIf)).find((reason) => reason !== undefined);
  if (refused !== undefined) return misuse('map', refused);
  const bad =
    unreadable.length > 0 || readings.some(({ stale, collisions }) => stale || collisions.some(({ severity }) => severity === 'error'));
  const status = bad ? exitStatus.failed : exitStatus.fine;
  const options = { style: styleFor(io.err, io, parsed.value('--color')), width: widthOf(io.err), all: false };
  const err = unreadable.length > 0 ? textReport(collect(unreadable), session.places, options) : '';
  const svg = parsed.value('--svg');
  if (svg !== undefined) return writeSvg(svg, readings, session, { status, err }, io);
  return { status, out: printed(readings, parsed, session, io), err };
}

function printed(readings: readonly MemoryMapReading[], parsed: Arguments, session: Session, io: Io): string {
  const places = mapPlaces(session);
  if (parsed.has('--md')) return readings.map((reading) => mapMarkdown(reading, places)).join('\n');
  if (parsed.has('--json') || parsed.value('--format') === 'json') return mapJson(readings, places);
  const style = styleFor(io.out, io, parsed.value('--color'));
  return readings.map((reading) => mapText(reading, places, widthOf(io.out), style)).join('\n');
}

/** Files are named as seen from the current folder. */
function mapPlaces({ places }: Session): MapPlaces {
  return { shown: (path) => shownPath(places.cwd, path), text: (path) => places.text(path) };
}

async function writeSvg(file: string, readings: readonly MemoryMapReading[], session: Session, outcome: Outcome, io: Io): Promise<Outcome> {
  const [reading, second] = readings;
  if (second !== undefined)
    return misuse('map', `--svg draws one system; the paths belong to ${readings.length}. Name the root config of one.`);
  if (file === '') return misuse('map', '--svg needs the FILE to write.');
  if (reading === undefined) return outcome;
  const path = absolutePath(io.cwd, file);
  if (io.fs.stat(path) === 'directory') return misuse('map', `--svg "${printable(file)}" is a folder; name the file in it.`);
  const bytes = new TextEncoder().encode(mapSvg(reading, mapPlaces(session)));
  if (await io.cancelled()) return { status: exitStatus.cancelled };
  const writing = await io.writeFiles([{ path, bytes }]);
  if (!writing.ok) return failure(`cannot write "${printable(shownPath(io.cwd, writing.path))}": ${writing.reason}.`);
  return { ...outcome, out: `wrote ${printable(shownPath(io.cwd, path))}\n` };
}

function readWhatIf(parsed: Arguments): { readonly whatIf: WhatIf } | { readonly outcome: Outcome } {
  const size = parsed.value('--ram');
  const match = /^(\d{1,9}) ?(MiB|GiB|MB|GB)$/i.exec(size ?? '');
  const ram = match === null ? undefined : BigInt(match[1] ?? 0) << (/^g/i.test(match[2] ?? '') ? 30n : 20n);
  if (size !== undefined && !ram) return { outcome: misuse('map', `--ram "${printable(size)}" is no size; write 4GiB or 512MiB.`) };
  const gpu = parsed.value('--gpu-mem');
  const gpuMem = gpu === undefined ? undefined : /^\d{1,6}$/.test(gpu) ? Number(gpu) : Number.NaN;
  const { least, most } = gpuMemoryLimits;
  if (gpuMem !== undefined && !(gpuMem >= least && gpuMem <= most))
    return { outcome: misuse('map', `--gpu-mem "${printable(gpu ?? '')}": the firmware gives the GPU ${least} to ${most} MiB.`) };
  const view = parsed.value('--view') === 'virtual' ? 'virtual' : 'physical';
  return { whatIf: { ram, gpuMem, moment: parsed.value('--moment'), view } };
}

/** A wish that this system cannot be shown with. */
function whyNot({ system, board, chosen, moments, gpuMem }: MemoryMapReading, whatIf: WhatIf): string | undefined {
  const name = printable(system.name);
  if (whatIf.ram !== undefined && chosen.ram !== whatIf.ram)
    return board === undefined
      ? `--ram: nothing is known of the board of ${name}; name it in jailhouse.json ("board").`
      : `--ram: the RAM of ${printable(board.name)} is what its device tree says.`;
  if (whatIf.gpuMem !== undefined && gpuMem === undefined) return `--gpu-mem: the board of ${name} is no Raspberry Pi.`;
  if (whatIf.moment !== undefined && chosen.moment !== whatIf.moment)
    return `--moment "${printable(whatIf.moment)}": ${name} has the moments ${moments.map(({ id }) => printable(id)).join(', ')}.`;
  return undefined;
}
