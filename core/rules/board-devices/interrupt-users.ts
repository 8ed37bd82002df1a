import type { Board, BoardDevice } from '../../board/board.ts';
import { property, stringOf } from '../../devicetree/tree-access.ts';

/** Devices of the board by the INTIDs that they raise; shared interrupts (SPI, INTID 32 and above) only. */
export function devicesByIntid(board: Board): ReadonlyMap<number, readonly BoardDevice[]> {
  let users = known.get(board);
  if (users === undefined) {
    users = collect(board);
    known.set(board, users);
  }
  return users;
}

const known = new WeakMap<Board, ReadonlyMap<number, readonly BoardDevice[]>>();

const FIRST_SPI = 32;

function collect(board: Board): ReadonlyMap<number, readonly BoardDevice[]> {
  const users = new Map<number, BoardDevice[]>();
  for (const device of board.devices) {
    // A map passes on what the devices behind it raise; only those behind a PCI host have no nodes.
    if (device.node !== undefined && property(device.node, 'interrupt-map') !== undefined && stringOf(device.node, 'device_type') !== 'pci')
      continue;
    for (const { intid } of device.interrupts) {
      if (intid < FIRST_SPI) continue;
      const list = users.get(intid);
      if (list === undefined) users.set(intid, [device]);
      else if (!list.includes(device)) list.push(device);
    }
  }
  return users;
}
