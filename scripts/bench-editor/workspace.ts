import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtInHeaders, systemHeaders } from '@jailhouse-cells/core/abi/headers.ts';

const example = fileURLToPath(new URL('../../examples/rpi4/configs/', import.meta.url));
const linesWanted = 200;

/** A folder with a root cell and three cells; `edited` is the one of 200 lines. */
export interface BenchWorkspace {
  readonly folder: string;
  /** Path and text of every config. */
  readonly files: ReadonlyMap<string, string>;
  readonly edited: string;
  /** The offset of the digits that an edit replaces, eight of them: the size of the cell's RAM. */
  readonly digits: number;
}

/**
 * Copies the RPi4 example, with its Linux cell brought to 200 lines by more device regions and its bare-metal cell twice. Beside
 * them: our built-in headers as files and a compile_commands.json, which clangd needs.
 */
export function makeBenchWorkspace(): BenchWorkspace {
  const folder = mkdtempSync(join(tmpdir(), 'jailhouse-cells-bench-'));
  const configs = join(folder, 'configs');
  const inmate = readExample('rpi4-inmate-demo.c');
  const edited = join(configs, 'rpi4-linux-demo.c');
  const linux = lengthened(readExample('rpi4-linux-demo.c'));
  const files = new Map([
    [join(configs, 'rpi4.c'), readExample('rpi4.c')],
    [edited, linux],
    [join(configs, 'rpi4-inmate-demo.c'), inmate],
    [join(configs, 'rpi4-second-demo.c'), inmate.replace('"rpi4-inmate-demo"', '"rpi4-second-demo"')],
  ]);
  for (const [path, text] of files) write(path, text);
  for (const [name, text] of [...systemHeaders, ...builtInHeaders(14)]) write(join(folder, 'headers', name), text);
  const flags = ['clang', '--target=aarch64-linux-gnu', '-nostdinc', `-I${join(folder, 'headers')}`, '-c'];
  const commands = [...files.keys()].map((file) => ({ directory: folder, file, arguments: [...flags, file] }));
  write(join(folder, 'compile_commands.json'), JSON.stringify(commands));
  const ram = /\.size = 0x(?=8000000,)/.exec(linux);
  if (!ram) throw new Error("the example's Linux cell no longer has 128 MiB of RAM");
  return { folder, files, edited, digits: ram.index + ram[0].length };
}

/** The text of edit number `at`: another size each time, no multiple of a page, so that each time another finding is due. */
export function editedDigits(at: number): string {
  return (0x7000001 + 2 * at).toString(16);
}

function lengthened(text: string): string {
  const lines = text.split('\n').length - 1;
  const entry = (at: number) => [
    '\t\t{',
    `\t\t\t.phys_start = 0x${(0xfe300000 + at * 0x1000).toString(16)},`,
    `\t\t\t.virt_start = 0x${(0xfe300000 + at * 0x1000).toString(16)},`,
    '\t\t\t.size = 0x1000,',
    '\t\t\t.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,',
    '\t\t},',
  ];
  const entries = Math.ceil((linesWanted - lines) / entry(0).length);
  const more = Array.from({ length: entries }, (_, at) => entry(at)).flat();
  const marker = /^\t\t\/\* \[12\] Communication region/m;
  const counted = text.replace('mem_regions[13]', `mem_regions[${13 + entries}]`);
  if (counted === text || !marker.test(text)) throw new Error("the example's Linux cell no longer has 13 regions");
  return counted.replace(marker, (found) => `${more.join('\n')}\n${found}`);
}

function readExample(name: string): string {
  return readFileSync(join(example, name), 'utf8');
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
