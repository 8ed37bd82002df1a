import type { Board } from '../../board/board.ts';
import { fromBusAddress } from '../../board/raspberry-pi-4-devices.ts';
import { type AddressRange, overlaps } from '../../config/address-window.ts';
import { busReadings } from '../../devicetree/addresses.ts';

/** Whether any registers of the board are at an address of the CPUs: those of a device, or what a PCI host passes on. */
export function hasRegisters(board: Board, range: AddressRange): boolean {
  return (
    board.devices.some(({ windows }) => windows.some((window) => overlaps(window, range))) ||
    board.pciHosts.some(({ registers, windows }) => [...registers, ...windows].some((window) => overlaps(window, range)))
  );
}

/**
 * The address of the CPUs for one that was copied from the device tree as it stands there, before `ranges`: 0xfe215040 for 0x7e215040. Undefined
 * where registers are at the number itself, or none where it would lead to: then it is meant as it is.
 */
export function addressBehindBus(board: Board, range: AddressRange): bigint | undefined {
  if (range.start === 0n || hasRegisters(board, range)) return undefined;
  return readingsOf(board, range.start).find((start) => hasRegisters(board, { start, size: range.size }));
}

function readingsOf(board: Board, address: bigint): readonly bigint[] {
  if (board.tree !== undefined) return busReadings(board.tree.root, address).map((reading) => reading.address);
  if (board.kind !== 'raspberry-pi-4') return [];
  const high = (board.gic?.gicd.start ?? 0n) >> 32n !== 0n;
  const translated = fromBusAddress(address, high ? 'high' : 'low');
  return translated === undefined ? [] : [translated];
}
