import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '@jailhouse-cells/core/config/model.ts';
import type { System } from '@jailhouse-cells/core/system/system.ts';
import { ConfigReader } from '@jailhouse-cells/core/workspace/config-reader.ts';
import { Inputs } from '@jailhouse-cells/core/workspace/inputs.ts';
import { Queries } from '@jailhouse-cells/core/workspace/queries.ts';
import { defaultSettings } from '@jailhouse-cells/core/workspace/settings.ts';
import { MemoryFiles } from '../memory-files.ts';

/** One config, read without its rules. */
export function readConfig(files: MemoryFiles, path: string): Config {
  const reader = new ConfigReader(
    new Inputs(files, new Queries()),
    () => defaultSettings,
    () => undefined,
  );
  const { config, damaged, findings } = reader.read(path);
  if (config === undefined || damaged) throw new Error(`${path}: ${findings.map(({ message }) => message).join('; ')}`);
  return config;
}

/** A system of the configs at these paths, the root config first. */
export function systemOf(files: MemoryFiles, paths: readonly string[]): System {
  const [root, ...cells] = paths.map((path) => readConfig(files, path));
  if (root?.system === undefined) throw new Error(`${paths[0]} is no system config`);
  return { name: 'test', root, cells: cells.map((config) => ({ config, guestTree: undefined })), board: undefined, explicitSet: true };
}

/** A system of the examples: `exampleSystem('rpi4', 'rpi4', 'rpi4-linux-demo')`. */
export function exampleSystem(folder: string, ...names: readonly string[]): System {
  const directory = join(import.meta.dirname, '../../examples', folder, 'configs');
  const files = new MemoryFiles();
  const paths = names.map((name) => {
    const path = `/configs/${name}.c`;
    files.set(path, readFileSync(join(directory, `${name}.c`), 'utf8'));
    return path;
  });
  return systemOf(files, paths);
}

export interface RegionText {
  readonly phys: bigint;
  readonly virt: bigint;
  readonly size: bigint;
  /** Names without JAILHOUSE_MEM_. */
  readonly flags: readonly string[];
}

export interface ConfigText {
  readonly regions: readonly RegionText[];
  readonly cpus: number;
  /** Words of one irqchip entry from INTID 32 on. */
  readonly pins?: readonly number[];
  /** Physical devices, by bdf. */
  readonly devices?: readonly number[];
}

const hexOf = (value: bigint): string => `0x${value.toString(16)}`;

function body(config: ConfigText): string {
  const regions = config.regions.map(({ phys, virt, size, flags }) => {
    const names = flags.length === 0 ? '0' : flags.map((flag) => `JAILHOUSE_MEM_${flag}`).join(' | ');
    return `{ .phys_start = ${hexOf(phys)}, .virt_start = ${hexOf(virt)}, .size = ${hexOf(size)}, .flags = ${names} },`;
  });
  const devices = (config.devices ?? []).map((bdf) => `{ .type = JAILHOUSE_PCI_TYPE_DEVICE, .bdf = ${bdf} },`);
  return `
	.cpus = { ${config.cpus} },
	.mem_regions = { ${regions.join('\n\t\t')} },
	.irqchips = { { .address = 0x8000000, .pin_base = 32, .pin_bitmap = { ${(config.pins ?? []).join(', ')} } } },
	.pci_devices = { ${devices.join('\n\t\t')} },
};
`;
}

function front(config: ConfigText, member: string): string {
  return `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>

struct {
	${member}
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[${config.regions.length}];
	struct jailhouse_irqchip irqchips[1];
	struct jailhouse_pci_device pci_devices[${config.devices?.length ?? 0}];
} __attribute__((packed)) config = {
`;
}

const counters = `.cpu_set_size = sizeof(config.cpus), .num_memory_regions = ARRAY_SIZE(config.mem_regions),
		.num_irqchips = ARRAY_SIZE(config.irqchips), .num_pci_devices = ARRAY_SIZE(config.pci_devices),`;

/** Names, in this order, of the cells of an inline system. */
export const inlineNames = ['first', 'second', 'third'] as const;

/** A small arm64 system: GICv3 at 0x8000000, hypervisor memory as given, no PCI window. */
export function inlineSystem(root: ConfigText, cells: readonly ConfigText[], hypervisor: { phys: bigint; size: bigint }): System {
  const files = new MemoryFiles();
  files.set(
    '/inline/root.c',
    `${front(root, 'struct jailhouse_system header;')}	.header = {
		.signature = JAILHOUSE_SYSTEM_SIGNATURE, .architecture = JAILHOUSE_ARM64, .revision = JAILHOUSE_CONFIG_REVISION,
		.hypervisor_memory = { .phys_start = ${hexOf(hypervisor.phys)}, .size = ${hexOf(hypervisor.size)} },
		.platform_info.arm = { .gic_version = 3, .gicd_base = 0x8000000, .gicr_base = 0x80a0000, .maintenance_irq = 25 },
		.root_cell = { .name = "root", ${counters} },
	},${body(root)}`,
  );
  const paths = ['/inline/root.c'];
  cells.forEach((cell, at) => {
    const path = `/inline/${inlineNames[at]}.c`;
    paths.push(path);
    files.set(
      path,
      `${front(cell, 'struct jailhouse_cell_desc cell;')}	.cell = {
		.signature = JAILHOUSE_CELL_DESC_SIGNATURE, .architecture = JAILHOUSE_ARM64, .revision = JAILHOUSE_CONFIG_REVISION,
		.name = "${inlineNames[at]}", ${counters}
	},${body(cell)}`,
    );
  });
  return systemOf(files, paths);
}
