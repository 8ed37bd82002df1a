/*
 * The story of the Raspberry Pi 4, step 3: a second Linux on CPUs 2 and 3.
 *
 * SPDX-License-Identifier: MIT
 * Copyright (c) 2026 the Jailhouse Cells authors
 */

#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>

#include "../../common/rpi4.h"

struct {
	struct jailhouse_cell_desc cell;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[8];
	struct jailhouse_irqchip irqchips[2];
	struct jailhouse_pci_device pci_devices[1];
} __attribute__((packed)) config = {
	.cell = {
		.signature = JAILHOUSE_CELL_DESC_SIGNATURE,
		.architecture = JAILHOUSE_ARM64,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.name = "rpi4-linux-demo",
		.flags = JAILHOUSE_CELL_PASSIVE_COMMREG | JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED,

		.cpu_set_size = sizeof(config.cpus),
		.num_memory_regions = ARRAY_SIZE(config.mem_regions),
		.num_irqchips = ARRAY_SIZE(config.irqchips),
		.num_pci_devices = ARRAY_SIZE(config.pci_devices),

		.vpci_irq_base = 185 - 32,

		.console = RPI4_CONSOLE,
	},

	.cpus = { 0b1100 },

	.mem_regions = {
		/* [0-3] Network, peer 1. */
		JAILHOUSE_SHMEM_NET_REGIONS(0x2fb00000, 1),

		RPI4_CONSOLE_REGION,

		/* The loader runs at 0. Without the DMA flag, "jailhouse cell linux" keeps Linux out of it. */
		{
			.phys_start = 0x2f900000,
			.virt_start = 0x0,
			.size = 0x10000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_LOADABLE,
		},

		/* RAM, same address inside and outside. */
		{
			.phys_start = 0x20000000,
			.virt_start = 0x20000000,
			.size = 0x8000000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE | JAILHOUSE_MEM_DMA |
				 JAILHOUSE_MEM_LOADABLE,
		},

		/* Communication region: the loader looks for it here. */
		{
			.virt_start = 0x80000000,
			.size = 0x1000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_COMM_REGION,
		},
	},

	.irqchips = {
		/* INTID 125: mini UART */
		{
			.address = 0xff841000,
			.pin_base = 32,
			.pin_bitmap = { 0, 0, 1 << (125 - 96), 0 },
		},
		/* INTID 185: network */
		{
			.address = 0xff841000,
			.pin_base = 160,
			.pin_bitmap = { 1 << (185 - 160) },
		},
	},

	.pci_devices = {
		RPI4_NETWORK(1),
	},
};
