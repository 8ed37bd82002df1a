import { type AddressWindow, overlaps } from '../config/address-window.ts';
import { rangesOf } from '../devicetree/addresses.ts';
import { nodesBelow, stringOf } from '../devicetree/tree-access.ts';
import type { Board, BoardGic } from './board.ts';
import { peripheralApertures } from './raspberry-pi-4-devices.ts';

/** Register pages of the interrupt controller. Of the redistributors only those that CPUs have: trees leave room for more (128 KiB each, GICv3 and v4 without VLPIs). */
export function gicWindowsOf(gic: BoardGic, cpus: number | undefined): readonly AddressWindow[] {
  const single = [gic.gicd, gic.gicc, gic.gich, gic.gicv].filter((window) => window !== undefined);
  let left = BigInt(cpus ?? 1) * 0x20000n;
  const redistributors: AddressWindow[] = [];
  for (const region of gic.gicr) {
    const size = region.size < left ? region.size : left;
    if (size > 0n) redistributors.push({ ...region, size });
    left -= size;
  }
  return [...single, ...redistributors];
}

const stretches = new WeakMap<Board, readonly AddressWindow[]>();

/**
 * Where devices are or may be: registers of nodes, windows of PCI hosts, and the windows of buses, of which no tree tells whether something answers
 * between the nodes. On a Raspberry Pi 4 the ARM local block is known to be empty behind the GIC (upstream's config has its virtual PCI host there).
 */
export function deviceStretches(board: Board): readonly AddressWindow[] {
  const known = stretches.get(board);
  if (known !== undefined) return known;
  const found = [
    ...board.devices.flatMap(({ windows }) => windows),
    ...(board.gic === undefined ? [] : gicWindowsOf(board.gic, board.cpus?.length)),
    ...board.pciHosts.flatMap(({ registers, windows }) => [...registers, ...windows]),
    ...busWindows(board),
  ];
  stretches.set(board, found);
  return found;
}

function busWindows(board: Board): readonly AddressWindow[] {
  if (board.kind === 'raspberry-pi-4') {
    const high = board.gic !== undefined && board.gic.gicd.start > 0xffffffffn;
    return peripheralApertures(high ? 'high' : 'low', board.span).filter(({ name }) => name === 'the peripherals');
  }
  if (board.tree === undefined) return [];
  const windows: AddressWindow[] = [];
  for (const node of nodesBelow(board.tree.root)) {
    // Those of PCI hosts are in the list of hosts.
    if (node.parent === undefined || stringOf(node, 'device_type') === 'pci') continue;
    for (const { address, size, span } of rangesOf(node) ?? []) {
      if (address !== undefined && size > 0n) windows.push({ name: node.name, start: address, size, span });
    }
  }
  // A bus may let all addresses through, those of RAM too: that says nothing.
  return windows.filter((window) => !board.variants.some(({ ram }) => ram.some((bank) => overlaps(bank, window))));
}
