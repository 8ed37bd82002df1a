import type { Board, BoardDevice } from '../../board/board.ts';
import { type AddressRange, overlaps } from '../../config/address-window.ts';
import { windowsIn } from './device-index.ts';

/** Whether any registers of the board are at an address of the CPUs: those of a device, or what a PCI host passes on. */
export function hasRegisters(board: Board, range: AddressRange): boolean {
  return (
    windowsIn(board, range).length > 0 ||
    board.pciHosts.some(({ registers, windows }) => [...registers, ...windows].some((window) => overlaps(window, range)))
  );
}

/**
 * The address of the CPUs for one that was copied from the `reg` of a device as it stands there, before `ranges`: 0xfe215040 for 0x7e215040.
 * `isMeant` tells which devices the number can be about. Undefined where registers are at the number itself: then it is meant as it is.
 */
export function addressBehindBus(board: Board, range: AddressRange, isMeant: (device: BoardDevice) => boolean): bigint | undefined {
  if (range.start === 0n) return undefined;
  for (const { device, window } of windowsIn(board, range, 'bus')) {
    if (window.start === window.busAddress || !isMeant(device)) continue;
    return hasRegisters(board, range) ? undefined : range.start - window.busAddress + window.start;
  }
  return undefined;
}
