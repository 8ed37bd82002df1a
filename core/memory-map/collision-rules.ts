/**
 * The rules whose findings are about who has which addresses: the collisions of the map. What is only about the way a region is written (flags,
 * alignment, order) is not.
 */
export const collisionRules: ReadonlySet<string> = new Set([
  // Regions among each other.
  'regions-overlap-physically',
  'regions-overlap-virtually',
  'load-region-shadowed',
  'comm-region-hidden',
  'cells-share-memory',
  'page-over-root-subpage',
  'region-wraps',
  'region-beyond-address-space',
  // Regions over what the hypervisor has or answers.
  'region-overlaps-hypervisor',
  'mmconfig-overlaps-hypervisor',
  'region-covers-mmconfig',
  'region-covers-bar-window',
  'region-covers-gic',
  'region-covers-iommu',
  'region-covers-apic',
  'region-covers-msix-table',
  'mmconfig-above-4g',
  'mmconfig-end-bus',
  // What the board has there.
  'pci-window-in-ram',
  'pci-window-over-device',
  'memory-in-gpu-memory',
  'memory-not-fitted',
  'hypervisor-memory-not-reserved',
  'cell-memory-not-reserved',
  'ivshmem-memory-not-reserved',
  'region-io-on-ram',
  'device-region-without-io',
  'region-beyond-board-address-width',
  'cell-takes-device-of-root',
  'root-ram-missing',
  'bus-address-used',
  'gic-address-differs',
  'pci-ecam-differs',
]);

/** What is wrong is where a block stands, whatever it has in common with others: its own addresses are shown. */
export const misplacedRules: ReadonlySet<string> = new Set(['bus-address-used', 'gic-address-differs', 'pci-ecam-differs']);

/** They are about addresses that the blocks of the config do not have; the message begins with them. */
export const missingRules: ReadonlySet<string> = new Set(['root-ram-missing']);
