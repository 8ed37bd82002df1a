import { base, remapBase } from './firmware.ts';
import { pageSize, pagesOf } from './page-tables.ts';
import type { Hypervisor } from './state.ts';

/** Maps registers into the hypervisor's own addresses; page number in the remap pool, undefined when a pool is empty. */
export function mapDevice({ remap, tables }: Hypervisor, phys: bigint, size: bigint): number | undefined {
  const page = remap.allocate(pagesOf(size));
  if (page === undefined) return undefined;
  if (tables.create(phys, size, remapBase + BigInt(page) * pageSize, 0n, true)) return page;
  remap.free(page, pagesOf(size));
  return undefined;
}

export function unmapDevice({ remap, tables }: Hypervisor, page: number, pages: number): void {
  tables.destroy(remapBase + BigInt(page) * pageSize, BigInt(pages) * pageSize);
  remap.free(page, pages);
}

/** Physical address of a page of the pool. */
export function physOfPoolPage(hypervisorPhys: bigint, coreSize: number, page: number): bigint {
  return hypervisorPhys + BigInt(coreSize) + BigInt(page) * pageSize;
}

/** Page number of the pool's first page in the hypervisor's own addresses. */
export function firstPoolPage(coreSize: number): number {
  return Number(((base + BigInt(coreSize)) / pageSize) % 0x10000n);
}
