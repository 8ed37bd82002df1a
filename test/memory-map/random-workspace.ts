import { MemoryFiles } from '../memory-files.ts';

export interface WrittenRegion {
  readonly phys: bigint;
  readonly virt: bigint;
  readonly size: bigint;
  /** Names without JAILHOUSE_MEM_. */
  readonly flags: readonly string[];
}

/** What a cell has besides memory. */
export interface WrittenResources {
  readonly cpus: number;
  readonly irqchips: readonly { readonly base: number; readonly words: readonly number[] }[];
  readonly devices: readonly WrittenDevice[];
  readonly vpciIrqBase: number;
}

/** A virtual PCI device. */
export interface WrittenDevice {
  readonly bdf: number;
  readonly regionsStart: number;
  readonly id: number;
  readonly peers: number;
}

export interface WrittenSystem {
  readonly hypervisor: { readonly phys: bigint; readonly size: bigint };
  readonly mmconfig?: bigint;
  readonly root: readonly WrittenRegion[];
  /** The cells are called cell1, cell2 … */
  readonly cells: readonly (readonly WrittenRegion[])[];
  /** Of the root cell, then of the cells. */
  readonly resources?: readonly WrittenResources[];
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
  const resources = (at: number): WrittenResources =>
    system.resources?.[at] ?? { cpus: at === 0 ? 0b1111 : 1 << at, irqchips: [], devices: [], vpciIrqBase: 0 };
  files.set(rootPath, config('struct jailhouse_system header;', system.root, resources(0), rootHeader(system, resources(0))));
  system.cells.forEach((regions, at) => {
    const header = `.cell = { .signature = JAILHOUSE_CELL_DESC_SIGNATURE, .architecture = JAILHOUSE_ARM64, .revision = JAILHOUSE_CONFIG_REVISION,
		.name = "cell${at + 1}", ${counters(resources(at + 1))} },`;
    files.set(`/work/${cells[at]}`, config('struct jailhouse_cell_desc cell;', regions, resources(at + 1), header));
  });
  return files;
}

function counters({ irqchips, devices, vpciIrqBase }: WrittenResources): string {
  const more = [
    ...(irqchips.length > 0 ? ['.num_irqchips = ARRAY_SIZE(config.irqchips),'] : []),
    ...(devices.length > 0 ? ['.num_pci_devices = ARRAY_SIZE(config.pci_devices),'] : []),
    ...(vpciIrqBase > 0 ? [`.vpci_irq_base = ${vpciIrqBase},`] : []),
  ];
  return `.cpu_set_size = sizeof(config.cpus), .num_memory_regions = ARRAY_SIZE(config.mem_regions), ${more.join(' ')}`;
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

export const gicd = 0xff841000n;

function rootHeader({ hypervisor, mmconfig = 0n }: WrittenSystem, resources: WrittenResources): string {
  return `.header = { .signature = JAILHOUSE_SYSTEM_SIGNATURE, .architecture = JAILHOUSE_ARM64, .revision = JAILHOUSE_CONFIG_REVISION,
		.hypervisor_memory = { .phys_start = ${hex(hypervisor.phys)}, .size = ${hex(hypervisor.size)} },
		.platform_info = { .pci_mmconfig_base = ${hex(mmconfig)}, .pci_is_virtual = 1, .pci_domain = 1,
			.arm = { .gic_version = 2, .gicd_base = ${hex(gicd)}, .gicc_base = 0xff842000, .gich_base = 0xff844000, .gicv_base = 0xff846000, .maintenance_irq = 25 } },
		.root_cell = { .name = "root", ${counters(resources)} } },`;
}

function config(member: string, regions: readonly WrittenRegion[], resources: WrittenResources, header: string): string {
  const written = regions.map(({ phys, virt, size, flags }) => {
    const names = flags.length === 0 ? '0' : flags.map((flag) => `JAILHOUSE_MEM_${flag}`).join(' | ');
    return `\t\t{ .phys_start = ${hex(phys)}, .virt_start = ${hex(virt)}, .size = ${hex(size)}, .flags = ${names} },`;
  });
  const chips = resources.irqchips.map(
    ({ base, words }) =>
      `\t\t{ .address = ${hex(gicd)}, .pin_base = ${base}, .pin_bitmap = { ${words.map((word) => `0x${word.toString(16)}`).join(', ')} } },`,
  );
  const devices = resources.devices.map(
    ({ bdf, regionsStart, id, peers }) =>
      `\t\t{ .type = JAILHOUSE_PCI_TYPE_IVSHMEM, .domain = 1, .bdf = ${bdf}, .bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_INTX, .shmem_regions_start = ${regionsStart}, .shmem_dev_id = ${id}, .shmem_peers = ${peers}, .shmem_protocol = JAILHOUSE_SHMEM_PROTO_UNDEFINED },`,
  );
  const array = (name: string, lines: readonly string[]): string =>
    lines.length === 0 ? '' : `\t.${name} = {\n${lines.join('\n')}\n\t},\n`;
  const declared = (type: string, name: string, length: number): string => (length === 0 ? '' : `\tstruct ${type} ${name}[${length}];\n`);
  return `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>

struct {
	${member}
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[${regions.length}];
${declared('jailhouse_irqchip', 'irqchips', chips.length)}${declared('jailhouse_pci_device', 'pci_devices', devices.length)}} __attribute__((packed)) config = {
	${header}
	.cpus = { ${resources.cpus} },
	.mem_regions = {
${written.join('\n')}
	},
${array('irqchips', chips)}${array('pci_devices', devices)}};
`;
}
