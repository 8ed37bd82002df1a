import type { Board } from '../board/board.ts';
import type { AddressWindow } from '../config/address-window.ts';
import { higher } from '../system/paint.ts';

const mostNamed = 3;

/** Says which devices of a board are in a range. */
export class DeviceNames {
  /** Ascending by start. */
  private readonly windows: readonly AddressWindow[];
  private readonly longest: bigint;

  constructor(board: Board | undefined) {
    const windows = (board?.devices ?? []).flatMap((device) => device.windows);
    this.windows = windows.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
    this.longest = windows.reduce((most, { size }) => higher(most, size), 0n);
  }

  /** `serial@7e215040`, or the first few of them and how many there are; undefined for none. */
  within(start: bigint, size: bigint): string | undefined {
    const end = start + size;
    const names = new Set<string>();
    for (let at = this.firstFrom(start - this.longest); at < this.windows.length; at++) {
      const window = this.windows[at] as AddressWindow;
      if (window.start >= end) break;
      if (window.start + window.size > start) names.add(window.name);
    }
    if (names.size === 0) return undefined;
    const shown = [...names].slice(0, mostNamed).join(', ');
    return names.size > mostNamed ? `${shown} and ${names.size - mostNamed} more` : shown;
  }

  private firstFrom(start: bigint): number {
    let low = 0;
    let high = this.windows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.windows[middle] as AddressWindow).start < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
