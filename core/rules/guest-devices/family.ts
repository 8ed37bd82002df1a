import type { RuleFamily } from '../rule.ts';
import { guestDeviceUnmapped } from './guest-device-unmapped.ts';
import { guestDeviceWidth } from './guest-device-width.ts';
import { guestDma } from './guest-dma.ts';
import { guestInterruptNotOwned } from './guest-interrupt-not-owned.ts';
import { guestInterruptUnlisted } from './guest-interrupt-unlisted.ts';
import { guestPciInterrupts } from './guest-pci-interrupts.ts';
import { guestPciRanges } from './guest-pci-ranges.ts';
import { guestPciUnitAddress } from './guest-pci-unit-address.ts';
import { guestPciWindowDiffers } from './guest-pci-window-differs.ts';
import { guestUartConsole } from './guest-uart-console.ts';

export const guestDevicesFamily: RuleFamily = {
  name: 'guest-devices',
  title: 'Devices of the guest',
  rules: [
    guestDeviceUnmapped,
    guestDeviceWidth,
    guestDma,
    guestInterruptNotOwned,
    guestInterruptUnlisted,
    guestPciInterrupts,
    guestPciRanges,
    guestPciUnitAddress,
    guestPciWindowDiffers,
    guestUartConsole,
  ],
};
