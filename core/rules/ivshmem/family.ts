import type { RuleFamily } from '../rule.ts';
import { cellsIvshmemEndsDiffer } from './cells-ivshmem-ends-differ.ts';
import { cellsShareIvshmemId } from './cells-share-ivshmem-id.ts';
import { ivshmemBarMask } from './ivshmem-bar-mask.ts';
import { ivshmemBus } from './ivshmem-bus.ts';
import { ivshmemFunction } from './ivshmem-function.ts';
import { ivshmemIdLimit } from './ivshmem-id-limit.ts';
import { ivshmemIdNotAPeer } from './ivshmem-id-not-a-peer.ts';
import { ivshmemIdTakenByRoot } from './ivshmem-id-taken-by-root.ts';
import { ivshmemInterruptBaseMissing } from './ivshmem-interrupt-base-missing.ts';
import { ivshmemInterruptNotOwned } from './ivshmem-interrupt-not-owned.ts';
import { ivshmemInterruptOfRoot } from './ivshmem-interrupt-of-root.ts';
import { ivshmemInterruptShared } from './ivshmem-interrupt-shared.ts';
import { ivshmemLinkApart } from './ivshmem-link-apart.ts';
import { ivshmemMemoryDiffers } from './ivshmem-memory-differs.ts';
import { ivshmemNotRootshared } from './ivshmem-not-rootshared.ts';
import { ivshmemOutputSize } from './ivshmem-output-size.ts';
import { ivshmemPeerCount } from './ivshmem-peer-count.ts';
import { ivshmemPeersDiffer } from './ivshmem-peers-differ.ts';
import { ivshmemProtocol } from './ivshmem-protocol.ts';
import { ivshmemProtocolsDiffer } from './ivshmem-protocols-differ.ts';
import { ivshmemRegionRange } from './ivshmem-region-range.ts';
import { ivshmemRootsharedUnneeded } from './ivshmem-rootshared-unneeded.ts';
import { ivshmemSectionAccess } from './ivshmem-section-access.ts';
import { ivshmemSectionsGap } from './ivshmem-sections-gap.ts';
import { ivshmemStateTable } from './ivshmem-state-table.ts';
import { ivshmemVectors } from './ivshmem-vectors.ts';
import { ivshmemVectorsDiffer } from './ivshmem-vectors-differ.ts';

export const ivshmemFamily: RuleFamily = {
  name: 'ivshmem',
  title: 'Shared memory devices (ivshmem)',
  rules: [
    cellsIvshmemEndsDiffer,
    cellsShareIvshmemId,
    ivshmemBarMask,
    ivshmemBus,
    ivshmemFunction,
    ivshmemIdLimit,
    ivshmemIdNotAPeer,
    ivshmemIdTakenByRoot,
    ivshmemInterruptBaseMissing,
    ivshmemInterruptNotOwned,
    ivshmemInterruptOfRoot,
    ivshmemInterruptShared,
    ivshmemLinkApart,
    ivshmemMemoryDiffers,
    ivshmemNotRootshared,
    ivshmemOutputSize,
    ivshmemPeerCount,
    ivshmemPeersDiffer,
    ivshmemProtocol,
    ivshmemProtocolsDiffer,
    ivshmemRegionRange,
    ivshmemRootsharedUnneeded,
    ivshmemSectionAccess,
    ivshmemSectionsGap,
    ivshmemStateTable,
    ivshmemVectors,
    ivshmemVectorsDiffer,
  ],
};
