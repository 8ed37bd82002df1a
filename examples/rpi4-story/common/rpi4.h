/*
 * What never changes in the story: the board's own numbers.
 *
 * SPDX-License-Identifier: MIT
 * Copyright (c) 2026 the Jailhouse Cells authors
 */

/* GIC-400; 25 is PPI 9. */
#define RPI4_GIC \
	{ \
		.gic_version = 2, \
		.maintenance_irq = 25, \
		.gicd_base = 0xff841000, \
		.gicc_base = 0xff842000, \
		.gich_base = 0xff844000, \
		.gicv_base = 0xff846000, \
	}

/* Mini UART: 8250 registers, four bytes apart. */
#define RPI4_CONSOLE \
	{ \
		.address = 0xfe215040, \
		.size = 0x40, \
		.type = JAILHOUSE_CON_TYPE_8250, \
		.flags = JAILHOUSE_CON_ACCESS_MMIO | JAILHOUSE_CON_REGDIST_4, \
	}

/* Its registers for a cell; hypervisor and root cell have them too. */
#define RPI4_CONSOLE_REGION \
	{ \
		.phys_start = 0xfe215040, \
		.virt_start = 0xfe215040, \
		.size = 0x40, \
		.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_8 | \
			 JAILHOUSE_MEM_IO_32 | JAILHOUSE_MEM_ROOTSHARED, \
	}

/* Peripherals up to the ARM local block, and the PCIe window. */
#define RPI4_DEVICE_REGIONS \
	{ \
		.phys_start = 0xfd500000, \
		.virt_start = 0xfd500000, \
		.size = 0x1b00000, \
		.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO, \
	}, \
	{ \
		.phys_start = 0x600000000, \
		.virt_start = 0x600000000, \
		.size = 0x40000000, \
		.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO, \
	}

/* All interrupts of the board: INTIDs 32 to 159, and 160 to 223. */
#define RPI4_ALL_INTERRUPTS \
	{ \
		.address = 0xff841000, \
		.pin_base = 32, \
		.pin_bitmap = { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, \
	}, \
	{ \
		.address = 0xff841000, \
		.pin_base = 160, \
		.pin_bitmap = { 0xffffffff, 0xffffffff }, \
	}

/* 0001:00:00.0, the network between the root cell (peer 0) and the Linux cell (peer 1), by the regions from number 0 on. */
#define RPI4_NETWORK(peer) \
	{ \
		.type = JAILHOUSE_PCI_TYPE_IVSHMEM, \
		.domain = 1, \
		.bdf = 0 << 3, \
		.bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_INTX, \
		.shmem_regions_start = 0, \
		.shmem_dev_id = peer, \
		.shmem_peers = 2, \
		.shmem_protocol = JAILHOUSE_SHMEM_PROTO_VETH, \
	}
