/*
 * Raspberry Pi 4 (BCM2711, four Cortex-A72, 1 to 8 GB): system config with Linux as the root cell.
 *
 * SPDX-License-Identifier: MIT
 * Copyright (c) 2026 the Jailhouse Cells authors
 *
 * How the 256 MiB reserved for Jailhouse are used (no-map, 0x10000000-0x1fffffff):
 *
 *   0x10000000  128 MiB   RAM of the Linux cell
 *   0x1f900000   64 KiB   loader of the Linux cell
 *   0x1fa00000   64 KiB   RAM of the bare-metal cell
 *   0x1faf0000   64 KiB   ivshmem 00:00.0, three peers (56 KiB of it used)
 *   0x1fb00000    1 MiB   ivshmem 00:01.0, network between root and the Linux cell
 *   0x1fc00000    4 MiB   hypervisor
 */

#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>

struct {
	struct jailhouse_system header;
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[14];
	struct jailhouse_irqchip irqchips[2];
	struct jailhouse_pci_device pci_devices[2];
} __attribute__((packed)) config = {
	.header = {
		.signature = JAILHOUSE_SYSTEM_SIGNATURE,
		.architecture = JAILHOUSE_ARM64,
		.revision = JAILHOUSE_CONFIG_REVISION,
		.flags = JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE,

		/* Below the GPU memory for every gpu_mem up to 512, and a multiple of 2 MiB. */
		.hypervisor_memory = {
			.phys_start = 0x1fc00000,
			.size = 0x400000,
		},

		/* Mini UART: 8250 registers, four bytes apart. */
		.debug_console = {
			.address = 0xfe215040,
			.size = 0x40,
			.type = JAILHOUSE_CON_TYPE_8250,
			.flags = JAILHOUSE_CON_ACCESS_MMIO | JAILHOUSE_CON_REGDIST_4,
		},

		.platform_info = {
			/*
			 * 1 MiB of configuration space, then two pages of registers per ivshmem device. Behind the
			 * GIC there is neither RAM nor a device, whatever the board's RAM size.
			 */
			.pci_mmconfig_base = 0xff900000,
			.pci_mmconfig_end_bus = 0,
			.pci_is_virtual = 1,
			.pci_domain = 1,

			/* GIC-400; 25 is PPI 9. */
			.arm = {
				.gic_version = 2,
				.maintenance_irq = 25,
				.gicd_base = 0xff841000,
				.gicc_base = 0xff842000,
				.gich_base = 0xff844000,
				.gicv_base = 0xff846000,
			},
		},

		.root_cell = {
			.name = "rpi4",
			.cpu_set_size = sizeof(config.cpus),
			.num_memory_regions = ARRAY_SIZE(config.mem_regions),
			.num_irqchips = ARRAY_SIZE(config.irqchips),
			.num_pci_devices = ARRAY_SIZE(config.pci_devices),
			/* INTIDs 182 (device 0) and 183 (device 1). */
			.vpci_irq_base = 182 - 32,
		},
	},

	.cpus = { 0b1111 },

	.mem_regions = {
		/* [0-4] ivshmem 00:00.0: state table, common section, outputs of peers 0, 1, 2. */
		{
			.phys_start = 0x1faf0000,
			.virt_start = 0x1faf0000,
			.size = 0x1000,
			.flags = JAILHOUSE_MEM_READ,
		},
		{
			.phys_start = 0x1faf1000,
			.virt_start = 0x1faf1000,
			.size = 0x9000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE,
		},
		{
			.phys_start = 0x1fafa000,
			.virt_start = 0x1fafa000,
			.size = 0x2000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE,
		},
		{
			.phys_start = 0x1fafc000,
			.virt_start = 0x1fafc000,
			.size = 0x2000,
			.flags = JAILHOUSE_MEM_READ,
		},
		{
			.phys_start = 0x1fafe000,
			.virt_start = 0x1fafe000,
			.size = 0x2000,
			.flags = JAILHOUSE_MEM_READ,
		},

		/* [5-8] ivshmem 00:01.0, network. */
		JAILHOUSE_SHMEM_NET_REGIONS(0x1fb00000, 0),

		/* [9] Peripherals; ends before the ARM local block, so that the GIC is not in it. */
		{
			.phys_start = 0xfd500000,
			.virt_start = 0xfd500000,
			.size = 0x1b00000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,
		},

		/* [10] PCIe window: newer device trees use 1 GiB of it, older ones 64 MiB. */
		{
			.phys_start = 0x600000000,
			.virt_start = 0x600000000,
			.size = 0x40000000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO,
		},

		/* [11] RAM up to the shared memory. The cells get their parts of it when they are created. */
		{
			.phys_start = 0x0,
			.virt_start = 0x0,
			.size = 0x1faf0000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,
		},

		/* [12] RAM behind the hypervisor, to the end of what a 4 GB board has. */
		{
			.phys_start = 0x20000000,
			.virt_start = 0x20000000,
			.size = 0xdc000000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,
		},

		/* [13] RAM above 4 GiB: 8 GB board only, harmless on the others. */
		{
			.phys_start = 0x100000000,
			.virt_start = 0x100000000,
			.size = 0x100000000,
			.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,
		},
	},

	/* All 192 SPIs: INTIDs 32 to 159, and 160 to 223. */
	.irqchips = {
		{
			.address = 0xff841000,
			.pin_base = 32,
			.pin_bitmap = { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
		},
		{
			.address = 0xff841000,
			.pin_base = 160,
			.pin_bitmap = { 0xffffffff, 0xffffffff },
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
