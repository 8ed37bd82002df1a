import type { RuleFamily } from '../rule.ts';
import { cellIdSet } from './cell-id-set.ts';
import { hypervisorMemoryAlignment } from './hypervisor-memory-alignment.ts';
import { hypervisorMemoryFieldsIgnored } from './hypervisor-memory-fields-ignored.ts';
import { hypervisorMemoryFirstBlock } from './hypervisor-memory-first-block.ts';
import { hypervisorMemoryNoRoomForCell } from './hypervisor-memory-no-room-for-cell.ts';
import { hypervisorMemoryTooLarge } from './hypervisor-memory-too-large.ts';
import { hypervisorMemoryTooSmall } from './hypervisor-memory-too-small.ts';
import { mmconfigOverlapsHypervisor } from './mmconfig-overlaps-hypervisor.ts';
import { regionOverlapsHypervisor } from './region-overlaps-hypervisor.ts';

export const hypervisorFamily: RuleFamily = {
  name: 'hypervisor',
  title: 'Hypervisor memory',
  rules: [
    cellIdSet,
    hypervisorMemoryAlignment,
    hypervisorMemoryFieldsIgnored,
    hypervisorMemoryFirstBlock,
    hypervisorMemoryNoRoomForCell,
    hypervisorMemoryTooLarge,
    hypervisorMemoryTooSmall,
    mmconfigOverlapsHypervisor,
    regionOverlapsHypervisor,
  ],
};
