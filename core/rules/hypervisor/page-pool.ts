import { highestCpu } from '../../config/cpu-list.ts';
import { ivshmemDevices } from '../../config/ivshmem.ts';
import { hasFlag, isEmpty, isSubPage, pageSize } from '../../config/memory-flags.ts';
import type { Architecture, Config } from '../../config/model.ts';

/**
 * Bytes of the hypervisor's image with bss, and of each CPU's own data: measured on the firmware of revision 14, gcc 12 -Os.
 * On x86 without the 2 MiB text buffer for EFI framebuffers, which builds before v0.10 lack.
 */
export const imageSizes: Readonly<Record<Architecture, { readonly core: number; readonly perCpu: number }>> = {
  arm64: { core: 0x1e000, perCpu: 0x4000 },
  arm: { core: 0x16000, perCpu: 0x4000 },
  x86: { core: 0x32000, perCpu: 0x6000 },
};

/** CPUs that the driver makes room for: up to the highest one of the root cell. */
export function reservedCpus(system: Config): number {
  return (highestCpu(system.cpus) ?? 0) + 1;
}

/**
 * Pages that the pool behind the image can hand out. The allocator walks whole words of its bitmap, so a rest of less than
 * 64 pages (32 on arm) is never used (hypervisor/paging.c:find_next_free_page).
 */
export function usablePages(system: Config): number {
  const size = system.system?.hypervisorMemory.size.value ?? 0n;
  const pages = (size - BigInt(imageSizes[system.arch].core)) / pageSize;
  const word = system.arch === 'arm' ? 32n : 64n;
  return pages <= 0n ? 0 : Number((pages / word) * word);
}

/**
 * The estimates below hold for arm64 with 44 bits of physical addresses. Compared with what the hypervisor prints ("Page pool
 * usage"): on the Raspberry Pi 4 39 pages early (39 here), 61 late (60), 15 and 14 for the two demo cells (12); on QEMU with
 * 16 CPUs 144 late (143) and 14 for the demo cell (14). Other builds and processors differ by a few pages: rules allow for these.
 */
export const estimateSlack = 4;

/** Pages in use after the early setup, which the bootstrap page table has to map. */
export function earlyPages(system: Config): number {
  const size = system.system?.hypervisorMemory.size.value ?? 0n;
  return (
    (reservedCpus(system) * imageSizes.arm64.perCpu) / Number(pageSize) +
    pagesFor(system.bytes.length) +
    20 +
    Number((size + 0x1fffffn) / 0x200000n)
  );
}

/** Pages in use once the root cell runs. */
export function enabledPages(system: Config): number {
  const links = new Set(ivshmemDevices(system).map((device) => device.bdf.value)).size;
  const tables = new Tables();
  const memory = system.system?.hypervisorMemory;
  // Counted among the early ones.
  if (memory !== undefined) tables.map(memory.physStart.value, memory.physStart.value, memory.size.value, true);
  const before = tables.count;
  addRegions(tables, system);
  return earlyPages(system) + 3 * reservedCpus(system) + pagesFor(344 * system.pciDevices.length) + links + 2 + tables.count - before;
}

/** Pages that one cell takes from the pool. */
export function cellPages(cell: Config): number {
  const tables = new Tables();
  addRegions(tables, cell);
  return pagesFor(0x2000 + cell.bytes.length) + 2 + pagesFor(344 * cell.pciDevices.length) + tables.count;
}

function pagesFor(bytes: number): number {
  return Math.ceil(bytes / Number(pageSize));
}

function addRegions(tables: Tables, config: Config): void {
  for (const region of config.memoryRegions)
    if (!isEmpty(region) && !isSubPage(region))
      tables.map(region.virtStart.value, region.physStart.value, region.size.value, hasFlag(region, 'NO_HUGEPAGES'));
}

/** Stage-2 tables below the root table: one for each 512 GiB, 1 GiB and 2 MiB that is not mapped as a whole. */
class Tables {
  private readonly seen = new Set<bigint>();

  get count(): number {
    return this.seen.size;
  }

  map(virt: bigint, phys: bigint, size: bigint, small: boolean): void {
    this.level(virt, phys, size, 39n, true, 1n);
    this.level(virt, phys, size, 30n, small, 2n);
    this.level(virt, phys, size, 21n, small, 3n);
  }

  private level(virt: bigint, phys: bigint, size: bigint, shift: bigint, always: boolean, level: bigint): void {
    const block = 1n << shift;
    const end = virt + size;
    const first = virt >> shift;
    const last = (end - 1n) >> shift;
    const key = (index: bigint) => (index << 2n) | level;
    if (!always && (virt - phys) % block === 0n) {
      // Only at the two ends can a block be covered in part.
      if (virt > first << shift || end < (first + 1n) << shift) this.seen.add(key(first));
      if (end < (last + 1n) << shift) this.seen.add(key(last));
      return;
    }
    // More tables than any pool holds need no exact number.
    for (let index = first; index <= last && index - first < 0x4000n; index++) this.seen.add(key(index));
  }
}
