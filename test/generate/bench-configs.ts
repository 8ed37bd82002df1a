import { hex } from '@jailhouse-cells/core/source/numbers.ts';

/** Memory regions of upstream's 38 system configs at HEAD (measured; the contents here are our own). */
const systemRegions = [
  7, 8, 8, 11, 9, 12, 12, 15, 11, 14, 14, 16, 18, 16, 20, 15, 20, 22, 23, 25, 27, 25, 31, 32, 40, 43, 46, 40, 55, 31, 61, 63, 64, 61, 70,
  76, 42, 35,
];

/** Memory regions of upstream's 80 cell configs at HEAD. */
const cellRegions = [
  6, 3, 5, 3, 3, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 5, 3, 3, 3, 8, 8, 11, 9, 9, 8, 12, 7, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8,
  7, 7, 8, 8, 8, 8, 8, 8, 8, 9, 8, 13, 13, 12, 13, 14, 13, 13, 13, 13, 13, 15, 13, 14, 16, 16, 15, 15, 16, 16, 18, 19, 23, 18, 23,
];

export interface BenchConfig {
  readonly name: string;
  readonly text: string;
  /** Index of the system that it belongs to; a system config belongs to itself. */
  readonly system: number;
  readonly kind: 'system' | 'cell';
}

/** 38 system and 80 cell configs of the sizes of upstream's, all of them sound. `board07-cell2.c` belongs to `board07.c`. */
export function benchConfigs(): readonly BenchConfig[] {
  const configs: BenchConfig[] = systemRegions.map((regions, system) => ({
    name: `${board(system)}.c`,
    text: systemConfig(system, regions),
    system,
    kind: 'system',
  }));
  cellRegions.forEach((regions, i) => {
    const system = i % systemRegions.length;
    configs.push({
      name: `${board(system)}-cell${Math.floor(i / systemRegions.length)}.c`,
      text: cellConfig(i, regions),
      system,
      kind: 'cell',
    });
  });
  return configs;
}

function board(system: number): string {
  return `board${String(system).padStart(2, '0')}`;
}

/** A head of comment as long as those of upstream's configs. */
const head = `/*\n${' * A line of the head, as long as such lines are: names, years, a licence.\n'.repeat(20)} */\n\n#include <jailhouse/types.h>\n#include <jailhouse/cell-config.h>\n\n`;

/** Seven or eight lines, as people write them. */
function region(comment: string, phys: number, virt: number, size: number, flags: readonly string[]): string {
  const [first, ...rest] = flags.map((flag) => `JAILHOUSE_MEM_${flag}`);
  const lines: string[] = [];
  for (let i = 0; i < rest.length; i += 2) lines.push(rest.slice(i, i + 2).join(' | '));
  return `\t\t/* ${comment} */ {
\t\t\t.phys_start = ${hex(phys)},
\t\t\t.virt_start = ${hex(virt)},
\t\t\t.size = ${hex(size)},
\t\t\t.flags = ${[first, ...lines].join(' |\n\t\t\t\t')},
\t\t},
`;
}

const irqchips = `
	.irqchips = {
		/* GIC */ {
			.address = 0xff841000,
			.pin_base = 32,
			.pin_bitmap = {
				0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff
			},
		},
		/* GIC */ {
			.address = 0xff841000,
			.pin_base = 160,
			.pin_bitmap = {
				0xffffffff, 0xffffffff
			},
		},
	},
`;

function pciDevice(id: number): string {
  return `
	.pci_devices = {
		/* network */ {
			.type = JAILHOUSE_PCI_TYPE_IVSHMEM,
			.domain = 1,
			.bdf = 0 << 3,
			.bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_INTX,
			.shmem_regions_start = 0,
			.shmem_dev_id = ${id},
			.shmem_peers = 2,
			.shmem_protocol = JAILHOUSE_SHMEM_PROTO_VETH,
		},
	},
`;
}

function counters(indent: string): string {
  return [
    'cpu_set_size = sizeof(config.cpus)',
    'num_memory_regions = ARRAY_SIZE(config.mem_regions)',
    'num_irqchips = ARRAY_SIZE(config.irqchips)',
  ]
    .map((line) => `${indent}.${line},\n`)
    .join('');
}

function systemConfig(index: number, count: number): string {
  const regions = [
    '\t\t/* network */\n\t\tJAILHOUSE_SHMEM_NET_REGIONS(0x7fb00000, 0),\n',
    region('RAM', 0x40000000, 0x40000000, 0x3fb00000, ['READ', 'WRITE', 'EXECUTE']),
  ];
  for (let i = 5; i < count; i++) {
    const address = 0x10000000 + (i * 64 + (index % 7)) * 0x1000;
    regions.push(region(`device ${i}`, address, address, 0x1000 * (1 + (i % 16)), ['READ', 'WRITE', 'IO']));
  }
  return `${head}struct {
	struct jailhouse_system header;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[${count}];
	struct jailhouse_irqchip irqchips[2];
	struct jailhouse_pci_device pci_devices[1];
} __attribute__((packed)) config = {
	.header = {
		.signature = JAILHOUSE_SYSTEM_SIGNATURE,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.architecture = JAILHOUSE_ARM64,
		.flags = JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE,
		.hypervisor_memory = {
			.phys_start = 0x7fc00000,
			.size = 0x00400000,
		},
		.debug_console = {
			.address = 0xfe215040,
			.size = 0x40,
			.type = JAILHOUSE_CON_TYPE_8250,
			.flags = JAILHOUSE_CON_ACCESS_MMIO |
				JAILHOUSE_CON_REGDIST_4,
		},
		.platform_info = {
			.pci_mmconfig_base = 0xf0000000,
			.pci_mmconfig_end_bus = 0,
			.pci_is_virtual = 1,
			.pci_domain = 1,
			.arm = {
				.gic_version = 2,
				.gicd_base = 0xff841000,
				.gicc_base = 0xff842000,
				.gich_base = 0xff844000,
				.gicv_base = 0xff846000,
				.maintenance_irq = 25,
			},
		},
		.root_cell = {
			.name = "${board(index)}",
${counters('\t\t\t')}\t\t\t.num_pci_devices = ARRAY_SIZE(config.pci_devices),
			.vpci_irq_base = 182 - 32,
		},
	},

	.cpus = {
		0xff,
	},

	.mem_regions = {
${regions.join('')}	},
${irqchips}${pciDevice(0)}};
`;
}

function cellConfig(index: number, count: number): string {
  const ram = 0x50000000 + index * 0x100000;
  const net = count >= 8;
  const regions = net ? ['\t\t/* network */\n\t\tJAILHOUSE_SHMEM_NET_REGIONS(0x7fb00000, 1),\n'] : [];
  for (let i = net ? 6 : 2; i < count; i++) {
    const address = 0x10000000 + i * 64 * 0x1000 + index * 0x20;
    regions.push(region(`device ${i}`, address, address, 0x20, ['READ', 'WRITE', 'IO', 'IO_8', 'IO_32', 'ROOTSHARED']));
  }
  regions.push(region('RAM', ram, 0, 0x10000, ['READ', 'WRITE', 'EXECUTE', 'LOADABLE']));
  regions.push(
    '\t\t/* communication region */ {\n\t\t\t.virt_start = 0x80000000,\n\t\t\t.size = 0x00001000,\n\t\t\t.flags = JAILHOUSE_MEM_READ |\n\t\t\t\tJAILHOUSE_MEM_COMM_REGION,\n\t\t},\n',
  );
  return `${head}struct {
	struct jailhouse_cell_desc cell;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[${count}];
	struct jailhouse_irqchip irqchips[1];
${net ? '\tstruct jailhouse_pci_device pci_devices[1];\n' : ''}} __attribute__((packed)) config = {
	.cell = {
		.signature = JAILHOUSE_CELL_DESC_SIGNATURE,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.architecture = JAILHOUSE_ARM64,
		.name = "cell-${index}",
		.flags = JAILHOUSE_CELL_PASSIVE_COMMREG,
${counters('\t\t')}${net ? '\t\t.num_pci_devices = ARRAY_SIZE(config.pci_devices),\n\t\t.vpci_irq_base = 185 - 32,\n' : ''}\t},

	.cpus = {
		0b${(1 << (1 + (index % 7))).toString(2).padStart(8, '0')},
	},

	.mem_regions = {
${regions.join('')}	},

	.irqchips = {
		/* GIC */ {
			.address = 0xff841000,
			.pin_base = 160,
			.pin_bitmap = {
				1 << (185 - 160),
				0,
				0,
				0
			},
		},
	},
${net ? pciDevice(1) : ''}};
`;
}

/** A cell config with very many regions, none of which overlap: what the overlap rules cost. */
export function manyRegionsConfig(count: number): string {
  const regions: string[] = [];
  for (let i = 0; i < count; i++)
    regions.push(region(`${i}`, 0x10000000 + i * 0x2000, 0x10000000 + i * 0x2000, 0x1000, ['READ', 'WRITE', 'ROOTSHARED']));
  return cellConfig(0, 3)
    .replace('mem_regions[3]', `mem_regions[${count}]`)
    .replace(/\.mem_regions = \{\n[\s\S]*?\n\t\},\n/, () => `.mem_regions = {\n${regions.join('')}\t},\n`);
}
