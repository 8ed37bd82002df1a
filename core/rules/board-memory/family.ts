import type { RuleFamily } from '../rule.ts';
import { cellMemoryNotReserved } from './cell-memory-not-reserved.ts';
import { cmaPoolSqueezed } from './cma-pool-squeezed.ts';
import { deviceRegionWithoutIo } from './device-region-without-io.ts';
import { hypervisorMemoryNotReserved } from './hypervisor-memory-not-reserved.ts';
import { ivshmemMemoryNotReserved } from './ivshmem-memory-not-reserved.ts';
import { memoryInGpuMemory } from './memory-in-gpu-memory.ts';
import { memoryNotFitted } from './memory-not-fitted.ts';
import { pciWindowInRam } from './pci-window-in-ram.ts';
import { pciWindowOverDevice } from './pci-window-over-device.ts';
import { regionBeyondBoardAddressWidth } from './region-beyond-board-address-width.ts';
import { regionIoOnRam } from './region-io-on-ram.ts';
import { reservationCells } from './reservation-cells.ts';
import { reservationComment } from './reservation-comment.ts';
import { rootRamMissing } from './root-ram-missing.ts';

export const boardMemoryFamily: RuleFamily = {
  name: 'board-memory',
  title: 'Memory of the board',
  rules: [
    cellMemoryNotReserved,
    cmaPoolSqueezed,
    deviceRegionWithoutIo,
    hypervisorMemoryNotReserved,
    ivshmemMemoryNotReserved,
    memoryInGpuMemory,
    memoryNotFitted,
    pciWindowInRam,
    pciWindowOverDevice,
    regionBeyondBoardAddressWidth,
    regionIoOnRam,
    reservationCells,
    reservationComment,
    rootRamMissing,
  ],
};
