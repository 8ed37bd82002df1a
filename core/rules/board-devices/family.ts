import type { RuleFamily } from '../rule.ts';
import { busAddressUsed } from './bus-address-used.ts';
import { cellTakesDeviceOfRoot } from './cell-takes-device-of-root.ts';
import { cellTakesInterruptOfRoot } from './cell-takes-interrupt-of-root.ts';
import { consoleDeviceDiffers } from './console-device-differs.ts';
import { consoleRegisterDistance } from './console-register-distance.ts';
import { cpuAffinityBeyondGicv3 } from './cpu-affinity-beyond-gicv3.ts';
import { cpuNotUnderPsci } from './cpu-not-under-psci.ts';
import { gicAddressDiffers } from './gic-address-differs.ts';
import { gicMaintenanceDiffers } from './gic-maintenance-differs.ts';
import { gicVersionDiffers } from './gic-version-differs.ts';
import { gicrNotContiguous } from './gicr-not-contiguous.ts';
import { interruptBeyondBoard } from './interrupt-beyond-board.ts';
import { ivshmemInterruptOfDevice } from './ivshmem-interrupt-of-device.ts';
import { pciDomainOfBoard } from './pci-domain-of-board.ts';
import { pciEcamDiffers } from './pci-ecam-differs.ts';
import { pciOverlayImpossible } from './pci-overlay-impossible.ts';
import { rootCpuMissing } from './root-cpu-missing.ts';
import { rootCpuNotOnBoard } from './root-cpu-not-on-board.ts';
import { rootDeviceMissing } from './root-device-missing.ts';
import { rootInterruptsMissing } from './root-interrupts-missing.ts';
import { rootStreamIdMissing } from './root-stream-id-missing.ts';
import { smmuSizeDiffers } from './smmu-size-differs.ts';
import { smmuUsedByLinux } from './smmu-used-by-linux.ts';

export const boardDevicesFamily: RuleFamily = {
  name: 'board-devices',
  title: 'Devices of the board',
  rules: [
    busAddressUsed,
    cellTakesDeviceOfRoot,
    cellTakesInterruptOfRoot,
    consoleDeviceDiffers,
    consoleRegisterDistance,
    cpuAffinityBeyondGicv3,
    cpuNotUnderPsci,
    gicAddressDiffers,
    gicMaintenanceDiffers,
    gicVersionDiffers,
    gicrNotContiguous,
    interruptBeyondBoard,
    ivshmemInterruptOfDevice,
    pciDomainOfBoard,
    pciEcamDiffers,
    pciOverlayImpossible,
    rootCpuMissing,
    rootCpuNotOnBoard,
    rootDeviceMissing,
    rootInterruptsMissing,
    rootStreamIdMissing,
    smmuSizeDiffers,
    smmuUsedByLinux,
  ],
};
