/*
 * QEMU arm64 "virt" machine (GICv3, 1 GiB of RAM, up to 16 CPUs): system config with Linux as the root cell.
 *
 * SPDX-License-Identifier: MIT
 * Copyright (c) 2026 the Jailhouse Cells authors
 *
 * Linux of the root cell has to be told to leave the upper part of its RAM alone, for instance with mem=768M. The part
 * that is left out, 0x70000000-0x7fffffff, is used so:
 *
 *   0x70000000  128 MiB   RAM of the Linux cell
 *   0x7f900000   64 KiB   loader of the Linux cell
 *   0x7fa00000   64 KiB   RAM of the bare-metal cell
 *   0x7faf0000   64 KiB   ivshmem 00:00.0, three peers
 *   0x7fb00000    1 MiB   ivshmem 00:01.0, network between root and the Linux cell
 *   0x7fc00000    4 MiB   hypervisor
 */

#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>

struct {
	struct jailhouse_system header;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[12];
	struct jailhouse_irqchip irqchips[1];
	struct jailhouse_pci_device pci_devices[2];
} __attribute__((packed)) config = {
	.header = {
		.signature = JAILHOUSE_SYSTEM_SIGNATURE,
		.architecture = JAILHOUSE_ARM64,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.flags = JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE,

		/* The last 4 MiB of RAM. */
		.hypervisor_memory = {
			.phys_start = 0x7fc00000,
			.size = 0x400000,
		},

		/* PL011 of the virt machine. */
		.debug_console = {
			.address = 0x9000000,
			.size = 0x1000,
			.type = JAILHOUSE_CON_TYPE_PL011,
			.flags = JAILHOUSE_CON_ACCESS_MMIO | JAILHOUSE_CON_REGDIST_4,
		},

		.platform_info = {
			/*
			 * A hole between the GIC redistributors and the UART: 1 MiB of configuration space, and the
			 * registers of the two ivshmem devices behind it.
			 */
			.pci_mmconfig_base = 0x8e00000,
			.pci_mmconfig_end_bus = 0,
			.pci_is_virtual = 1,
			/* Domain 0 is the PCIe host that QEMU emulates. */
			.pci_domain = 1,

			/* 25 is PPI 9. */
			.arm = {
				.gic_version = 3,
				.maintenance_irq = 25,
				.gicd_base = 0x8000000,
				.gicr_base = 0x80a0000,
			},
		},

		.root_cell = {
			.name = "qemu-arm64",
			.cpu_set_size = sizeof(config.cpus),
			.num_memory_regions = ARRAY_SIZE(config.mem_regions),
			.num_irqchips = ARRAY_SIZE(config.irqchips),
			.num_pci_devices = ARRAY_SIZE(config.pci_devices),
			/* INTIDs 128 (device 0) and 129 (device 1). */
			.vpci_irq_base = 128 - 32,
		},
	},

	/* As many as `-smp` gives, at most 16. */
	.cpus = { 0xffff },

	.mem_regions = {
		/* [0-4] ivshmem 00:00.0: state table, common section, outputs of peers 0, 1, 2. */
		{
			.phys_start = 0x7faf0000,
			.virt_start = 0x7faf0000,
			.size = 0x1000,
			.flags = JAILHOUSE_MEM_READ,
		},
		{
			.phys_start = 0x7faf1000,
			.virt_start = 0x7faf1000,
			.size = 0x9000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE,
		},
		{
			.phys_start = 0x7fafa000,
			.virt_start = 0x7fafa000,
			.size = 0x2000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE,
		},
		{
			.phys_start = 0x7fafc000,
			.virt_start = 0x7fafc000,
			.size = 0x2000,
			.flags = JAILHOUSE_MEM_READ,
		},
		{
			.phys_start = 0x7fafe000,
			.virt_start = 0x7fafe000,
			.size = 0x2000,
			.flags = JAILHOUSE_MEM_READ,
		},

		/* [5-8] ivshmem 00:01.0, network. */
		JAILHOUSE_SHMEM_NET_REGIONS(0x7fb00000, 0),

		/* [9] All devices, from the UART to the end of the 32-bit PCIe window. The GIC lies below. */
		{
			.phys_start = 0x9000000,
			.virt_start = 0x9000000,
			.size = 0x37000000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,
		},

		/* [10] RAM up to the end of the bare-metal cell. The cells get their parts of it when they are created. */
		{
			.phys_start = 0x40000000,
			.virt_start = 0x40000000,
			.size = 0x3fa10000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,
		},

		/* [11] Configuration space of the emulated PCIe host (highmem ECAM). */
		{
			.phys_start = 0x4010000000,
			.virt_start = 0x4010000000,
			.size = 0x10000000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,
		},
	},

	/* INTIDs 32 to 159. */
	.irqchips = {
		{
			.address = 0x8000000,
			.pin_base = 32,
			.pin_bitmap = { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
		},
	},

	.pci_devices = {
		/* 0001:00:00.0, all three cells */
		{
			.type = JAILHOUSE_PCI_TYPE_IVSHMEM,
			.domain = 1,
			.bdf = 0 << 3,
			.bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_INTX,
			.shmem_regions_start = 0,
			.shmem_dev_id = 0,
			.shmem_peers = 3,
			.shmem_protocol = JAILHOUSE_SHMEM_PROTO_UNDEFINED,
		},
		/* 0001:00:01.0, network with the Linux cell */
		{
			.type = JAILHOUSE_PCI_TYPE_IVSHMEM,
			.domain = 1,
			.bdf = 1 << 3,
			.bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_INTX,
			.shmem_regions_start = 5,
			.shmem_dev_id = 0,
			.shmem_peers = 2,
			.shmem_protocol = JAILHOUSE_SHMEM_PROTO_VETH,
		},
	},
};
