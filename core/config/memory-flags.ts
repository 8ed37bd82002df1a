import type { MemoryRegion } from './model.ts';

/** Bits of `jailhouse_memory.flags` (JAILHOUSE_MEM_*, include/jailhouse/cell-config.h, v0.12 and later). */
export const memoryFlags = {
  READ: 0x1n,
  WRITE: 0x2n,
  EXECUTE: 0x4n,
  DMA: 0x8n,
  IO: 0x10n,
  COMM_REGION: 0x20n,
  LOADABLE: 0x40n,
  ROOTSHARED: 0x80n,
  NO_HUGEPAGES: 0x100n,
  IO_UNALIGNED: 0x8000n,
  IO_8: 0x10000n,
  IO_16: 0x20000n,
  IO_32: 0x40000n,
  IO_64: 0x80000n,
} as const;

/** The access widths that a sub-page region may allow. */
export const widthFlags = memoryFlags.IO_8 | memoryFlags.IO_16 | memoryFlags.IO_32 | memoryFlags.IO_64;

/** Every bit that upstream defines. Before v0.12 bit 0x100 was IO_UNALIGNED: the same set, without 0x8000. */
export const definedMemoryFlags: bigint = Object.values(memoryFlags).reduce((all, flag) => all | flag, 0n);

/** The names of the set bits, low to high; bits without a name as one hex number at the end. */
export function memoryFlagNames(flags: bigint): readonly string[] {
  const names = Object.entries(memoryFlags)
    .filter(([, bit]) => (flags & bit) !== 0n)
    .map(([name]) => name);
  const unknown = flags & ~definedMemoryFlags;
  return unknown === 0n ? names : [...names, `0x${unknown.toString(16)}`];
}

export function hasFlag(region: MemoryRegion, flag: keyof typeof memoryFlags): boolean {
  return (region.flags.value & memoryFlags[flag]) !== 0n;
}

/** The page that the hypervisor maps with, on every architecture: 4 KiB (PAGE_SIZE in hypervisor/arch/ARCH/include/asm/paging.h). */
export const pageSize = 0x1000n;

/**
 * True for a region that is not mapped but trapped access by access: its guest address or its size is no multiple of
 * 4 KiB. The physical address plays no part (JAILHOUSE_MEMORY_IS_SUBPAGE).
 */
export function isSubPage(region: MemoryRegion): boolean {
  return region.virtStart.value % pageSize !== 0n || region.size.value % pageSize !== 0n;
}

/** A region of size 0 is a legal place holder: mapping it does nothing. */
export function isEmpty(region: MemoryRegion): boolean {
  return region.size.value === 0n;
}

/** The hypervisor maps its own page in place of `phys_start` (arm-common/mmu_cell.c, x86/vcpu.c). */
export function isCommRegion(region: MemoryRegion): boolean {
  return hasFlag(region, 'COMM_REGION');
}

/** The root cell loses it when the cell is created, and gets it back when the cell is destroyed (control.c:cell_create). */
export function isTakenFromRoot(region: MemoryRegion): boolean {
  return !isCommRegion(region) && !hasFlag(region, 'ROOTSHARED');
}
