import type { RuleFamily } from '../rule.ts';
import { firmware32BitKernel } from './firmware-32-bit-kernel.ts';
import { firmwareHighPeripherals } from './firmware-high-peripherals.ts';
import { firmwareWithoutTfA } from './firmware-without-tf-a.ts';
import { memParameterInsteadOfReservation } from './mem-parameter-instead-of-reservation.ts';
import { uartClockFloating } from './uart-clock-floating.ts';
import { vmallocAreaTooSmall } from './vmalloc-area-too-small.ts';

export const boardFirmwareFamily: RuleFamily = {
  name: 'board-firmware',
  title: 'Firmware settings and kernel command line of the board',
  rules: [
    firmware32BitKernel,
    firmwareHighPeripherals,
    firmwareWithoutTfA,
    memParameterInsteadOfReservation,
    uartClockFloating,
    vmallocAreaTooSmall,
  ],
};
