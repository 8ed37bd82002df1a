import type { RuleFamily } from '../rule.ts';
import { guestBlobVersion } from './guest-blob-version.ts';
import { guestChosenOverwritten } from './guest-chosen-overwritten.ts';
import { guestClockMissing } from './guest-clock-missing.ts';
import { guestCpuEnableMethod } from './guest-cpu-enable-method.ts';
import { guestCpusDiffer } from './guest-cpus-differ.ts';
import { guestGicDiffers } from './guest-gic-differs.ts';
import { guestHypervisorNode } from './guest-hypervisor-node.ts';
import { guestImagesTooLarge } from './guest-images-too-large.ts';
import { guestMemoryNode } from './guest-memory-node.ts';
import { guestPsci } from './guest-psci.ts';
import { guestReservedMemory } from './guest-reserved-memory.ts';
import { guestRootCells } from './guest-root-cells.ts';
import { guestTimer } from './guest-timer.ts';

export const guestTreeFamily: RuleFamily = {
  name: 'guest-tree',
  title: 'Device tree of the guest',
  rules: [
    guestBlobVersion,
    guestChosenOverwritten,
    guestClockMissing,
    guestCpuEnableMethod,
    guestCpusDiffer,
    guestGicDiffers,
    guestHypervisorNode,
    guestImagesTooLarge,
    guestMemoryNode,
    guestPsci,
    guestReservedMemory,
    guestRootCells,
    guestTimer,
  ],
};
