import type { Region } from './layout.ts';
import type { Endpoint, PciDevice } from './state.ts';

/** Who answers a trapped access. */
export type MmioHandler =
  | { readonly kind: 'gicd' }
  | { readonly kind: 'gicr' }
  | { readonly kind: 'mmconfig' }
  | { readonly kind: 'registers'; readonly endpoint: Endpoint }
  | { readonly kind: 'msix-table'; readonly endpoint: Endpoint }
  | { readonly kind: 'physical-msix'; readonly device: PciDevice }
  /** `region` undefined: registered again with an argument that is gone. */
  | { readonly kind: 'sub-page'; readonly region: Region | undefined };

interface Window {
  readonly start: bigint;
  readonly size: bigint;
  readonly handler: MmioHandler;
}

/** The trapped windows of a cell, sorted by start; found by halving, which takes them for disjoint. */
export class MmioWindows {
  readonly #windows: Window[] = [];

  /** `limit`: how many the hypervisor has counted when it made the cell. */
  constructor(readonly limit: number) {}

  /** False: no room, the window is not trapped. */
  register(start: bigint, size: bigint, handler: MmioHandler): boolean {
    if (this.#windows.length >= this.limit) return false;
    const at = this.#windows.findIndex((window) => window.start > start);
    this.#windows.splice(at < 0 ? this.#windows.length : at, 0, { start, size, handler });
    return true;
  }

  /** Removes the window in which `address` lies, whatever its start. */
  unregister(address: bigint): void {
    const at = this.#indexOf(address, 1);
    if (at >= 0) this.#windows.splice(at, 1);
  }

  find(address: bigint, width: number): { readonly handler: MmioHandler; readonly offset: bigint } | undefined {
    const window = this.#windows[this.#indexOf(address, width)];
    return window === undefined ? undefined : { handler: window.handler, offset: address - window.start };
  }

  #indexOf(address: bigint, width: number): number {
    let first = 0;
    let count = this.#windows.length;
    while (count > 0) {
      const index = first + Math.floor(count / 2);
      const { start, size } = this.#windows[index] as Window;
      if (address < start) count = index - first;
      else if (BigInt.asUintN(64, start + size) < address + BigInt(width)) {
        count -= index + 1 - first;
        first = index + 1;
      } else return index;
    }
    return -1;
  }
}
