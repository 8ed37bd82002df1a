import type { Revision } from './entry.ts';

/** The commit of siemens/jailhouse whose headers a built-in revision follows: the last one that carried the number. */
export interface RevisionSource {
  readonly commit: string;
  /** How people call it. */
  readonly name: string;
}

/** Tag v0.11, parent of 0f2d9d3c, tag v0.12, parent of f2320d2e, and master as of e57d1eff (January 2023). */
export const revisionSources: Readonly<Record<Revision, RevisionSource>> = {
  10: { commit: '58052a7a9d1f5904d72b1637282c877172ee69f6', name: 'v0.11' },
  11: { commit: '52a995b2b19b028ad3a13df48e345f58f49648d2', name: 'commit 52a995b2 of August 2019' },
  12: { commit: '92db71f257fabd3c08fa4b99498fa61a41ea831d', name: 'v0.12' },
  13: { commit: '76aa7ef29366c0f3e4746dbe0021e2d026b60ca1', name: 'commit 76aa7ef2 of January 2023' },
  14: { commit: 'e57d1eff6d55aeed5f977fe4e2acfb6ccbdd7560', name: 'master' },
};

/**
 * What differed between headers that carried the same revision number, as a sentence or two; undefined when upstream
 * never changed it. A file of such a revision may mean something else than the built-in header says.
 * Facts: history of include/jailhouse/{cell-config,console}.h of siemens/jailhouse.
 */
export function ambiguousLayouts(revision: Revision): string | undefined {
  return ambiguities[revision];
}

const ambiguities: Readonly<Partial<Record<Revision, string>>> = {
  10:
    'Revision 10 also stands for headers of July 2018 in which console type 1 was VGA and EFIFB was missing or 9 (before d2aa1676). ' +
    'Before July 2019 (4a13a062; v0.10 is older) msi_64bits was a whole byte and msi_maskable did not exist.',
  11:
    'Revision 11 also stands for headers of July and August 2019 with a system header of 394 or 426 bytes instead of 450: ' +
    'jailhouse_iommu had no type before 07baf39e (20 bytes instead of 24), and the ARM platform had no iommu_units before 52a995b2.',
  12:
    'Revision 12 also stands for headers between August 2019 and January 2020, before v0.12: IOMMU units of 24 bytes instead of 28 ' +
    '(system header 454 instead of 486 bytes, before 1fb0d740), ivshmem devices with shmem_region and two padding bytes in place of ' +
    'shmem_regions_start, shmem_dev_id and shmem_peers, protocol numbers VETH 0x100 and CUSTOM 0x8000, other BAR masks, and memory flag ' +
    '0x100 meaning IO_UNALIGNED instead of NO_HUGEPAGES (before b310eaa9).',
  13:
    'Revision 13 also stands for a header of June 2020 with a system header of 486 instead of 488 bytes (b9df7b98, before the paddings of ' +
    '3bbe8ec2), and until October 2020 the MSI-X masks of ivshmem had 0xfffffe00 in BAR 1 (b9db8db0). Between September and December 2020 ' +
    'jailhouse_iommu could hold an arm_mmu500.sid_mask, and stream ids were plain numbers until 1dc6b9c0.',
};
