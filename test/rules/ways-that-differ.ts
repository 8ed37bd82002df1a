/** Rules for which another way of writing is another config: rule, way, reason. */
export const notTheSame: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'architecture-mismatch': { 'revision 13': '.architecture came with revision 14' },
  'array-counter-mismatch': { 'behind a place holder': 'counters that are typed by hand would no longer fit' },
  'config-revision': { 'revision 13': 'the fixture says 13 where 14 is due' },
  'config-too-large': { 'behind a place holder': 'the regions are designated by a range' },
  'cpu-set-partial-word': { 'arm in place of arm64': 'four bytes are a whole word there' },
  'hypervisor-memory-alignment': { 'arm in place of arm64': '2 MiB are asked of arm64 alone' },
  'hypervisor-memory-too-small': { 'arm in place of arm64': 'what the pool needs is estimated on arm64 alone' },
  'region-beyond-address-space': { 'arm in place of arm64': 'the architectures have different numbers of address bits' },
  'iommu-unit-type': { 'arm in place of arm64': 'arm has no IOMMU code, so its message is another' },
  'large-cell-ram': { 'arm in place of arm64': 'guest addresses end at 4 GiB there' },
  'root-region-not-identity': { 'arm in place of arm64': 'guest addresses end at 4 GiB there' },
};

/** Fixtures where another rule has to fire with the one that they are about: the rule. */
export const alsoWrong: Readonly<Record<string, string>> = {
  // Hypervisor memory that begins lower without growing covers what is there.
  'hypervisor-memory-alignment/reject-overlap.c': 'region-overlaps-hypervisor',
  // The sections begin where the state table ends: a shorter one moves them.
  'ivshmem-state-table/reject-half.c': 'ivshmem-sections-gap',
};
