import { MemoryFiles } from '../memory-files.ts';

export interface WrittenRegion {
  readonly phys: bigint;
  readonly virt: bigint;
  readonly size: bigint;
  /** Names without JAILHOUSE_MEM_. */
  readonly flags: readonly string[];
}

export interface WrittenSystem {
  readonly hypervisor: { readonly phys: bigint; readonly size: bigint };
  readonly mmconfig?: bigint;
  readonly root: readonly WrittenRegion[];
  /** The cells are called cell1, cell2 … */
  readonly cells: readonly (readonly WrittenRegion[])[];
}

export const rootPath = '/work/root.c';

/** The system as files, its cells meant to run together. */
export function filesOf(system: WrittenSystem): MemoryFiles {
  const files = new MemoryFiles();
  const cells = system.cells.map((_, at) => `cell${at + 1}.c`);
  files.set(
    '/work/jailhouse.json',
    JSON.stringify({ revision: 14, systems: { root: { rootCell: 'root.c', cells: cells.map((config) => ({ config })) } } }),
  );
  files.set(rootPath, config('struct jailhouse_system header;', system.root, 0b1111, rootHeader(system)));
  system.cells.forEach((regions, at) => {
    const header = `.cell = { .signature = JAILHOUSE_CELL_DESC_SIGNATURE, .architecture = JAILHOUSE_ARM64, .revision = JAILHOUSE_CONFIG_REVISION,
		.name = "cell${at + 1}", ${counters} },`;
    files.set(`/work/${cells[at]}`, config('struct jailhouse_cell_desc cell;', regions, 2 << at, header));
  });
  return files;
}

const counters = '.cpu_set_size = sizeof(config.cpus), .num_memory_regions = ARRAY_SIZE(config.mem_regions),';
const hex = (value: bigint): string => `0x${value.toString(16)}`;

function rootHeader({ hypervisor, mmconfig = 0n }: WrittenSystem): string {
  return `.header = { .signature = JAILHOUSE_SYSTEM_SIGNATURE, .architecture = JAILHOUSE_ARM64, .revision = JAILHOUSE_CONFIG_REVISION,
		.hypervisor_memory = { .phys_start = ${hex(hypervisor.phys)}, .size = ${hex(hypervisor.size)} },
		.platform_info = { .pci_mmconfig_base = ${hex(mmconfig)}, .pci_is_virtual = 1, .pci_domain = 1,
			.arm = { .gic_version = 2, .gicd_base = 0xff841000, .gicc_base = 0xff842000, .gich_base = 0xff844000, .gicv_base = 0xff846000, .maintenance_irq = 25 } },
		.root_cell = { .name = "root", ${counters} } },`;
}

function config(member: string, regions: readonly WrittenRegion[], cpus: number, header: string): string {
  const written = regions.map(({ phys, virt, size, flags }) => {
    const names = flags.length === 0 ? '0' : flags.map((flag) => `JAILHOUSE_MEM_${flag}`).join(' | ');
    return `\t\t{ .phys_start = ${hex(phys)}, .virt_start = ${hex(virt)}, .size = ${hex(size)}, .flags = ${names} },`;
  });
  return `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>

struct {
	${member}
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[${regions.length}];
} __attribute__((packed)) config = {
	${header}
	.cpus = { ${cpus} },
	.mem_regions = {
${written.join('\n')}
	},
};
`;
}
