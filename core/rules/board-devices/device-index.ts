import type { Board, BoardDevice, DeviceWindow } from '../../board/board.ts';
import type { AddressRange } from '../../config/address-window.ts';

/** Register windows of a board's devices by their addresses: as the CPUs see them, or as the nodes write them. */
export type AddressKind = 'cpu' | 'bus';

export interface IndexedWindow {
  readonly device: BoardDevice;
  readonly window: DeviceWindow;
}

interface Entry extends IndexedWindow {
  readonly start: bigint;
  readonly end: bigint;
  /** The highest end of all entries up to this one. */
  readonly reach: bigint;
}

const known: Readonly<Record<AddressKind, WeakMap<Board, readonly Entry[]>>> = { cpu: new WeakMap(), bus: new WeakMap() };

/** The windows that overlap a range, in the order of their addresses. Boards have hundreds, and configs as many regions. */
export function windowsIn(board: Board, range: AddressRange, kind: AddressKind = 'cpu'): readonly IndexedWindow[] {
  if (range.size <= 0n) return [];
  const index = indexOf(board, kind);
  const end = range.start + range.size;
  let low = 0;
  let high = index.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((index[middle] as Entry).start < end) low = middle + 1;
    else high = middle;
  }
  const found: IndexedWindow[] = [];
  for (let at = low - 1; at >= 0; at--) {
    const entry = index[at] as Entry;
    if (entry.reach <= range.start) break;
    if (entry.end > range.start) found.push(entry);
  }
  return found.reverse();
}

function indexOf(board: Board, kind: AddressKind): readonly Entry[] {
  let index = known[kind].get(board);
  if (index === undefined) {
    index = build(board, kind);
    known[kind].set(board, index);
  }
  return index;
}

function build(board: Board, kind: AddressKind): readonly Entry[] {
  const entries = board.devices.flatMap((device) =>
    device.windows.map((window) => {
      const start = kind === 'cpu' ? window.start : window.busAddress;
      return { device, window, start, end: start + window.size };
    }),
  );
  entries.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  let reach = 0n;
  return entries.map((entry) => {
    if (entry.end > reach) reach = entry.end;
    return { ...entry, reach };
  });
}
