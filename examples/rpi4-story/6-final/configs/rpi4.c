/*
 * The story of the Raspberry Pi 4, step 6: as it is today, for every Raspberry Pi 4.
 *
 * SPDX-License-Identifier: MIT
 * Copyright (c) 2026 the Jailhouse Cells authors
 *
 * How the 256 MiB reserved for Jailhouse are used (no-map, 0x10000000-0x1fffffff):
 *
 *   0x10000000   128 MiB   RAM of the Linux cell
 *   0x1f900000    64 KiB   loader of the Linux cell
 *   0x1fb00000     1 MiB   ivshmem 00:00.0, network between root and the Linux cell
 *   0x1fc00000     4 MiB   hypervisor
 */

#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>

#include "../../common/rpi4.h"

struct {
	struct jailhouse_system header;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[9];
	struct jailhouse_irqchip irqchips[2];
	struct jailhouse_pci_device pci_devices[1];
} __attribute__((packed)) config = {
	.header = {
		.signature = JAILHOUSE_SYSTEM_SIGNATURE,
		.architecture = JAILHOUSE_ARM64,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.flags = JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE,

		.hypervisor_memory = {
			.phys_start = 0x1fc00000,
			.size = 0x400000,
		},

		.debug_console = RPI4_CONSOLE,

		.platform_info = {
			/* Behind the GIC, where there is neither RAM nor a device. */
			.pci_mmconfig_base = 0xff900000,
			.pci_mmconfig_end_bus = 0,
			.pci_is_virtual = 1,
			.pci_domain = 1,

			.arm = RPI4_GIC,
		},

		.root_cell = {
			.name = "rpi4",
			.cpu_set_size = sizeof(config.cpus),
			.num_memory_regions = ARRAY_SIZE(config.mem_regions),
			.num_irqchips = ARRAY_SIZE(config.irqchips),
			.num_pci_devices = ARRAY_SIZE(config.pci_devices),
			.vpci_irq_base = 182 - 32,
		},
	},

	.cpus = { 0b1111 },

	.mem_regions = {
		/* [0-3] Network, peer 0. */
		JAILHOUSE_SHMEM_NET_REGIONS(0x1fb00000, 0),

		RPI4_DEVICE_REGIONS,

		/* RAM up to the shared memory. The Linux cell gets its part of it when it is created. */
		{
			.phys_start = 0x0,
			.virt_start = 0x0,
			.size = 0x1fb00000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,
		},

		/* RAM behind the hypervisor, to the end of what a 4 GB board has. */
		{
			.phys_start = 0x20000000,
			.virt_start = 0x20000000,
			.size = 0xdc000000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,
		},

		/* RAM above 4 GiB: 8 GB board only, harmless on the others. */
		{
			.phys_start = 0x100000000,
			.virt_start = 0x100000000,
			.size = 0x100000000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,
		},
	},

	.irqchips = {
		RPI4_ALL_INTERRUPTS,
	},

	.pci_devices = {
		RPI4_NETWORK(0),
	},
};
