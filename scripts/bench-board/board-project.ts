import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindings } from '@jailhouse-cells/core/devicetree/bindings.ts';
import { generateBoardTree } from './board-tree.ts';

const example = fileURLToPath(new URL('../../examples/rpi4/', import.meta.url));

/** A place in a file whose digits an edit replaces; each edit means something else, and most bring or take a finding. */
export interface EditedPlace {
  readonly path: string;
  readonly name: string;
  /** Offset of the digits. */
  readonly digits: number;
  readonly length: number;
  /** As many digits as `length`. */
  text(at: number): string;
}

export interface BoardProject {
  readonly folder: string;
  readonly boardTree: string;
  readonly lines: number;
  readonly overlays: number;
  /** Where our dt-bindings headers lie, for cpp. */
  readonly headers: string;
  /** Text of every file of the project, by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly places: readonly EditedPlace[];
}

/** examples/rpi4 as a system of full size: root cell, two cells with a guest's tree each, config.txt, cmdline.txt, and a board tree of 2,000 lines. */
export function makeBoardProject(): BoardProject {
  const folder = mkdtempSync(join(tmpdir(), 'jailhouse-cells-board-'));
  const tree = generateBoardTree(read('dts/board.dts'));
  const guest = read('dts/inmate-rpi4.dts');
  const project = JSON.parse(read('jailhouse.json')) as {
    systems: { rpi4: { cells: { config: string; linux?: object }[]; board: { overlays: string[] } } };
  };
  project.systems.rpi4.board.overlays.push(...tree.overlays.map((name) => `dts/${name}`));
  for (const cell of project.systems.rpi4.cells) {
    if (cell.config.endsWith('rpi4-inmate-demo.c')) cell.linux = { deviceTree: 'dts/inmate-demo.dts' };
  }
  const texts = new Map([
    ['configs/rpi4.c', read('configs/rpi4.c')],
    ['configs/rpi4-linux-demo.c', read('configs/rpi4-linux-demo.c')],
    ['configs/rpi4-inmate-demo.c', read('configs/rpi4-inmate-demo.c')],
    ...[...tree.files].map(([name, text]) => [`dts/${name}`, text] as const),
    ['dts/jailhouse.dts', read('dts/jailhouse.dts')],
    ['dts/inmate-rpi4.dts', guest],
    ['dts/inmate-demo.dts', withoutSecondCpu(guest)],
    ['boot/config.txt', `${read('boot/config.txt')}gpu_mem=128\n`],
    ['boot/cmdline.txt', read('boot/cmdline.txt').replace('\n', ' cma=064M\n')],
    ['jailhouse.json', JSON.stringify(project, undefined, 2)],
  ]);
  const files = new Map([...texts].map(([name, text]) => [join(folder, name), text]));
  for (const [path, text] of files) write(path, text);
  const headers = join(folder, 'headers');
  for (const [name, text] of bindings) write(join(headers, name), text);
  const place = (name: string, before: RegExp, length: number, text: (at: number) => string): EditedPlace => {
    const path = join(folder, name);
    const found = before.exec(files.get(path) ?? '');
    if (!found) throw new Error(`${name} no longer has ${before}`);
    return { path, name, digits: found.index + found[0].length, length, text };
  };
  const hex = (from: number, step: number, many: number, length: number) => (at: number) =>
    (from + step * (at % many)).toString(16).padStart(length, '0');
  const decimal = (from: number, many: number, length: number) => (at: number) => String(from + (at % many)).padStart(length, '0');
  const places = [
    place('configs/rpi4.c', /\.size = 0x(?=dc000000)/, 8, hex(0xdb000000, 0x1000, 0x1000, 8)),
    place('configs/rpi4-linux-demo.c', /\.size = 0x(?=8000000)/, 7, hex(0x7000000, 0x1000, 0x1000, 7)),
    place('configs/rpi4-inmate-demo.c', /\.size = 0x(?=10000)/, 5, hex(0x11000, 0x1000, 14, 5)),
    place('dts/board.dts', /max-speed = <(?=1000>)/, 4, decimal(1000, 1000, 4)),
    place('dts/bcm2711.dtsi', /reg = <0x0 0x7d580000 0x(?=10000>)/, 5, hex(0x10000, 0x100, 0x100, 5)),
    place('dts/jailhouse.dts', /reg = <0x0 0x10000000 0x(?=10000000)/, 8, hex(0xf000000, 0x1000, 0x1000, 8)),
    place('dts/sensors.dts', /interrupts = <(?=0 2>)/, 1, decimal(1, 9, 1)),
    place('dts/inmate-rpi4.dts', /GIC_SPI (?=93 )/, 2, decimal(10, 80, 2)),
    place('dts/inmate-demo.dts', /reg = <0x0 0xfe215040 0x0 0x(?=40>)/, 2, hex(0x41, 1, 0x40, 2)),
    place('boot/config.txt', /gpu_mem=(?=128)/, 3, decimal(500, 400, 3)),
    place('boot/cmdline.txt', /cma=(?=064M)/, 3, decimal(64, 400, 3)),
  ];
  return {
    folder,
    boardTree: join(folder, 'dts/board.dts'),
    lines: tree.lines,
    overlays: 1 + tree.overlays.length,
    headers,
    files,
    places,
  };
}

/** The guest's tree for the cell on CPU 1. */
function withoutSecondCpu(guest: string): string {
  const changed = guest
    .replace(/\n\t\tcpu@3 \{[^}]*\};\n/, '')
    .replace('cpu@2', 'cpu@1')
    .replace('reg = <2>', 'reg = <1>')
    // The other cell has the interrupt of the UART.
    .replace(/\n\t\tinterrupts = <GIC_SPI 93 [^;]*;/, '')
    .replaceAll(/GIC_SPI 15(\d)/g, (_, digit) => `GIC_SPI ${149 + Number(digit)}`);
  if (changed.length >= guest.length) throw new Error("the example's guest tree no longer has the CPUs 2 and 3");
  return changed;
}

function read(name: string): string {
  return readFileSync(join(example, name), 'utf8');
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
