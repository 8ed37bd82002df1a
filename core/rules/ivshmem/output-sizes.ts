import type { IvshmemSection } from '../../config/ivshmem.ts';

/** The hypervisor tells the guest one size for all output sections, that of peer 0 (hypervisor/ivshmem.c:ivshmem_reset). */
export function haveEqualOutputSizes(sections: readonly IvshmemSection[]): boolean {
  const sizes = sections.filter((section) => section.role === 'output section').map(({ region }) => region.size.value);
  return sizes.every((size) => size === sizes[0]);
}
