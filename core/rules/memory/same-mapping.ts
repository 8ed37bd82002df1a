import type { MemoryRegion } from '../../config/model.ts';

/** Two entries that say the very same, so that the second changes nothing. */
export function areSameMapping(a: MemoryRegion, b: MemoryRegion): boolean {
  return (
    a.physStart.value === b.physStart.value &&
    a.virtStart.value === b.virtStart.value &&
    a.size.value === b.size.value &&
    a.flags.value === b.flags.value
  );
}
