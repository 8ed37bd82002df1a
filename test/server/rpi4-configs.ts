import { readFileSync } from 'node:fs';

/** The RPi4 example as a workspace at /work, without its jailhouse.json: the cells belong to the root by their names. */
export const root = '/work/configs/rpi4.c';
export const linux = '/work/configs/rpi4-linux-demo.c';
export const inmate = '/work/configs/rpi4-inmate-demo.c';

function read(name: string): string {
  return readFileSync(new URL(`../../examples/rpi4/configs/${name}`, import.meta.url), 'utf8');
}

export const rootText = read('rpi4.c');
export const linuxText = read('rpi4-linux-demo.c');
export const inmateText = read('rpi4-inmate-demo.c');

export function rpi4Files(): Record<string, string> {
  return { [root]: rootText, [linux]: linuxText, [inmate]: inmateText };
}

/** Replaces the first occurrence; fails when there is none, so that no test edits nothing. */
export function replaced(text: string, what: string, by: string): string {
  if (!text.includes(what)) throw new Error(`the text holds no ${JSON.stringify(what)}`);
  return text.replace(what, () => by);
}

/** The zero-based line of the first line that holds a text. */
export function lineOf(text: string, what: string): number {
  const line = text.split('\n').findIndex((candidate) => candidate.includes(what));
  if (line < 0) throw new Error(`no line holds ${JSON.stringify(what)}`);
  return line;
}

/** CPU 4 is not there: the root cell has 0 to 3. */
export const strayCpuText = replaced(linuxText, '.cpus = { 0b1100 }', '.cpus = { 0b11000 }');
export const strayCpuRule = 'cell-cpu-not-in-root';

/** A cell of no system. */
export const soloCell = `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>

struct {
	struct jailhouse_cell_desc cell;
	__u64 cpus[1];
} __attribute__((packed)) config = {
	.cell = {
		.signature = JAILHOUSE_CELL_DESC_SIGNATURE,
		.architecture = JAILHOUSE_ARM64,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.name = "solo",
		.cpu_set_size = sizeof(config.cpus),
	},
	.cpus = { 0b10 },
};
`;
